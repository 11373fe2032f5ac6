"""Assistants and chats on the web: words and an end, and no counts."""

import pytest
from hypothesis import given, settings

from llmtap.decode.formats import assistant_stream
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """type content reason deltaText completion stopReason result response token isThinking modelResponse
    message model final display_model error messages speaker text chat params Content FinishMetadata"""


@pytest.mark.parametrize("mark", [b"end", b"[DONE]"])
def test_a_mark_that_is_no_json(mark: bytes) -> None:
    """It ends a stream."""
    assert fold(assistant_stream, [mark]).completed


@pytest.mark.parametrize("name", ["done", "end_of_stream"])
def test_an_event_that_ends_by_its_name(name: str) -> None:
    """Whatever it holds."""
    assert fold(assistant_stream, [{}], name).completed


def test_the_whole_replaces_the_pieces() -> None:
    """Grok says it at the end."""
    events = [{"result": {"token": "Ca"}}, {"result": {"modelResponse": {"message": "Calm.", "model": "m"}}}]
    said = fold(assistant_stream, events)
    assert ("Calm.", "m", True) == (said.messages[0].parts[0].text, said.model, said.completed)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(assistant_stream, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(assistant_stream, b'{"result":', b'{"chat":')
