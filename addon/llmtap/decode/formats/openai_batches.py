"""OpenAI Batches, as OpenAI, Azure and Groq speak it (https://platform.openai.com/docs/api-reference/batch).

An answer is the batch as it stands. While it is under way its usage is zero or growing, so the counts are read only
once it has ended; they are those of all its requests together. What was asked lies in a file, and is not seen here.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.usage.token_usage import TokenUsage, token_usage

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


class _Request(msgspec.Struct):
    model: str | None = None


class _Errors(msgspec.Struct):
    data: list[object] | None = None


class _Batch(msgspec.Struct):
    id: str | None = None
    object: str | None = None
    model: str | None = None
    status: str | None = None
    errors: _Errors | None = None
    usage: TokenUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return the model, where a body names one; it names a file and an endpoint for certain."""
    return InferenceRequest(model=read(_Request, body).model)


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a batch, whose status is a finish reason once it has ended; another body is asked for its error."""
    batch = read(_Batch, body)
    if batch.status is None:
        answer.error = read_error(body) or answer.error
        return
    answer.id = batch.id or answer.id
    answer.model = batch.model or answer.model
    if batch.errors is not None and batch.errors.data:
        answer.error = read_error(msgspec.json.encode({"error": batch.errors.data[0]})) or answer.error
    if batch.status in _ENDED:
        answer.finish_reasons[0] = batch.status
        answer.usage = token_usage(batch.usage) if batch.usage is not None else answer.usage


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
