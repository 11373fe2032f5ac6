"""Anthropic's Message Batches: a batch as it stands, and its results, which are one JSON line a request.

Law: the usage of results is the sum over all lines, since each line is an answer of its own; neither questions nor
answers are kept, so memory does not grow with the batch. A batch itself states no usage. Results have no end mark: they
are complete when their last line can be read.

Source: https://docs.claude.com/en/api/creating-message-batches and .../retrieving-message-batch-results.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Usage
from llmtap.decode.usage.message_usage import MessageUsage, message_usage
from llmtap.decode.usage.tally import added

_WAYS = 16
"""How many ways in which requests ended are told apart; Anthropic has four."""


class _Params(msgspec.Struct, frozen=True, gc=False):
    model: str | None = None


class _Asked(msgspec.Struct, frozen=True, gc=False):
    params: _Params = _Params()


class _Request(msgspec.Struct, frozen=True):
    requests: list[_Asked] | None = None


class _Message(msgspec.Struct, frozen=True):
    model: str | None = None
    usage: MessageUsage | None = None


class _Result(msgspec.Struct, frozen=True):
    type: str | None = None
    message: _Message | None = None


class _Answer(msgspec.Struct, frozen=True):
    """A batch, or one line of its results."""

    id: str | None = None
    processing_status: str | None = None
    result: _Result | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return the model, where all requests of the batch name the same."""
    models = {asked.params.model for asked in read(_Request, body).requests or ()}
    return InferenceRequest(model=models.pop() if len(models) == 1 else None)


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a batch, whose status is a finish reason once it has ended, or results of one line, or an error."""
    stated = read(_Answer, body)
    if stated.result is not None:
        _add(answer, stated.result)
    elif stated.processing_status is None:
        answer.error = read_error(body) or answer.error
    else:
        answer.id = stated.id or answer.id
        if stated.processing_status == "ended":
            answer.finish_reasons[0] = "ended"


def merge(answer: Answer, event: Event) -> bool:
    """Merge one line of results; it is no content, since all of it was there before it was asked for."""
    answer.completed = False
    read_response(answer, event.data)
    answer.completed = True
    return False


def _add(answer: Answer, result: _Result) -> None:
    """Add one answer to the sum; the ways in which requests ended are finish reasons, each of them once."""
    ways = answer.finish_reasons
    if result.type and len(ways) < _WAYS and result.type not in ways.values():
        ways[len(ways)] = result.type
    if result.message is None:
        return
    if (model := result.message.model) is not None:
        models = {*(answer.stated if isinstance(answer.stated, frozenset) else ()), model}
        answer.stated, answer.model = frozenset(models), model if len(models) == 1 else None
    if result.message.usage is not None:
        answer.usage = added(answer.usage, message_usage(Usage(), result.message.usage))
