"""Batches: counts hold once the batch has ended."""

import json

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_batches
from llmtap.decode.inference import Usage


@pytest.mark.parametrize(
    ("status", "usage"),
    [
        ("validating", None),
        ("in_progress", None),
        ("finalizing", None),
        ("cancelling", None),
        ("completed", Usage(5, 2)),
        ("expired", Usage(5, 2)),
        ("cancelled", Usage(5, 2)),
    ],
)
def test_counts_hold_at_the_end(status: str, usage: Usage | None) -> None:
    """Before it, they are zeros or on their way; what was done of a cancelled batch is counted."""
    answer = Answer()
    body = {"id": "batch_1", "status": status, "usage": {"input_tokens": 5, "output_tokens": 2}}
    openai_batches.merge(answer, Event(json.dumps(body).encode()))
    assert (answer.usage, bool(answer.finish_reasons)) == (usage, usage is not None)


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        openai_batches.read_response(Answer(), b"")
