"""Reka: what was said so far, again and again."""

from llmtap.decode.formats import reka_chat
from tests.decode.formats.laws import fold


def test_what_is_said_again_is_said_once() -> None:
    """A chunk that begins otherwise is what comes next."""
    for texts in (["Ca", "Calm."], ["Ca", "lm."]):
        said = fold(reka_chat, [{"responses": [{"chunk": {"content": text}}]} for text in texts])
        assert ("Calm.", False) == (said.messages[0].parts[0].text, said.completed)


def test_a_mark_ends_a_stream_too() -> None:
    """Of relays that add it."""
    assert fold(reka_chat, [b"[DONE]"]).completed
