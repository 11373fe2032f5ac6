"""Assistants and chats on the web: words and an end, and no counts."""

import pytest

from llmtap.decode.formats import assistant_stream
from tests.decode.formats.laws import fold


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
