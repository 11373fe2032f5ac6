"""Text Completions: words until a stop reason."""

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import anthropic_completions
from llmtap.decode.inference import ProviderError


def test_words_are_content_and_a_stop_reason_is_the_end() -> None:
    """A ping is neither."""
    answer = Answer()
    events = (b'{"completion":" a"}', b'{"type":"ping"}', b'{"completion":"","stop_reason":"max_tokens"}')
    assert [anthropic_completions.merge(answer, Event(event)) for event in events] == [True, False, False]
    assert (answer.completed, answer.finish_reasons) == (True, {0: "max_tokens"})


def test_an_error_is_one() -> None:
    """In a stream or alone."""
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}'
    for answer in (Answer(), Answer()):
        anthropic_completions.read_response(answer, body)
        assert not anthropic_completions.merge(answer, Event(body, "error"))
        assert answer.error == ProviderError("overloaded_error", None, "m")


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        anthropic_completions.read_response(Answer(), b"<html>")
