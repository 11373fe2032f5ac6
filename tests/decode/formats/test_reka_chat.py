"""Reka: what was said so far, again and again."""

from hypothesis import given, settings

from llmtap.decode.formats import reka_chat
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """responses message chunk content role finish_reason usage input_tokens messages id model text"""


def test_what_is_said_again_is_said_once() -> None:
    """A chunk that begins otherwise is what comes next."""
    for texts in (["Ca", "Calm."], ["Ca", "lm."]):
        said = fold(reka_chat, [{"responses": [{"chunk": {"content": text}}]} for text in texts])
        assert ("Calm.", False) == (said.messages[0].parts[0].text, said.completed)


def test_a_mark_ends_a_stream_too() -> None:
    """Of relays that add it."""
    assert fold(reka_chat, [b"[DONE]"]).completed


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(reka_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(reka_chat, b'{"responses":', b'{"messages":')
