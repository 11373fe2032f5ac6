"""A count is an answer and no usage: a sum of usages must not find it."""

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_input_tokens
from llmtap.decode.inference import ProviderError


def test_a_count_is_no_usage() -> None:
    """Not of a whole answer, nor of an event."""
    answer = Answer()
    openai_input_tokens.read_response(answer, b'{"input_tokens":11}')
    assert openai_input_tokens.merge(answer, Event(b'{"input_tokens":0}')) is False
    assert (answer.usage, answer.error) == (None, None)


def test_an_error_is_one() -> None:
    """Whatever the status."""
    answer = Answer()
    openai_input_tokens.read_response(answer, b'{"error":{"type":"t","message":"m"}}')
    assert answer.error == ProviderError("t", None, "m")


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        openai_input_tokens.read_response(Answer(), b"11")
    with pytest.raises(msgspec.MsgspecError):
        openai_input_tokens.read_request(b"")
