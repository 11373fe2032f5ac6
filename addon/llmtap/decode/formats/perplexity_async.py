"""Perplexity's asynchronous chat: a completion that is asked for within `request` and fetched within `response`.

What stands within is Chat Completions. Whoever asks is told a status, as is whoever fetches too early; only a finished
one holds an answer and its usage. There is no stream.

Source: https://docs.perplexity.ai/api-reference/async-chat-completions-post.
"""

from dataclasses import replace

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages.turns import Turn, message

_FAILED = "FAILED"
_ABSENT = msgspec.Raw()


class _Chat(completion.Parameters):
    messages: list[Turn] | None = None
    reasoning_effort: str | None = None


class _Request(msgspec.Struct):
    request: _Chat | None = None


class _Job(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    status: str | None = None
    response: msgspec.Raw = _ABSENT
    error_message: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the chat within asks for."""
    asked = read(_Request, body).request or _Chat()
    turns = tuple(message(turn) for turn in asked.messages or ())
    return replace(completion.asked_for(asked), reasoning_level=asked.reasoning_effort, messages=turns)


def read_response(answer: Answer, body: bytes) -> None:
    """Merge the answer within, where there is one already; the id is that of the job, by which it is fetched."""
    job = read(_Job, body)
    answer.id, answer.model = job.id or answer.id, job.model or answer.model
    if bytes(memoryview(job.response)[:1]) == b"{":
        completion.read_response(answer, bytes(job.response))
    if job.status == _FAILED:
        answer.finish_reasons[0] = _FAILED.lower()
        answer.error = ProviderError(message=job.error_message)
    elif job.status is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Read an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
