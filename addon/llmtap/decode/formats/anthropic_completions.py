"""Anthropic's legacy Text Completions (https://docs.claude.com/en/api/complete): a prompt, a completion, no usage.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. Each event brings further words,
and the one with a stop reason is the last.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part


class _Metadata(msgspec.Struct, frozen=True):
    user_id: str | None = None


class _Request(msgspec.Struct, frozen=True):
    model: str | None = None
    prompt: str | None = None
    stream: bool | None = None
    max_tokens_to_sample: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    stop_sequences: list[str] | None = None
    metadata: _Metadata | None = None


class _Completion(msgspec.Struct, frozen=True, gc=False):
    type: str | None = None
    id: str | None = None
    model: str | None = None
    completion: str | None = None
    stop_reason: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; its turns are words within the prompt, and stay there."""
    asked = read(_Request, body)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_tokens_to_sample,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        stop_sequences=tuple(asked.stop_sequences or ()),
        user=asked.metadata.user_id if asked.metadata else None,
        messages=(Message("user", (Part("text", asked.prompt),)),) if asked.prompt else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or an error body."""
    _merge(answer, body, read(_Completion, body))


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; words are content, a `ping` is none."""
    stated = read(_Completion, event.data)
    if (stated.type or event.name) == "ping":
        return False
    return _merge(answer, event.data, stated)


def _merge(answer: Answer, body: bytes, stated: _Completion) -> bool:
    if stated.completion is None:
        answer.error = read_error(body) or answer.error
        return False
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if stated.completion:
        answer.part("text", "text").text.append(stated.completion)
    if stated.stop_reason:
        answer.finish_reasons[0] = stated.stop_reason
        answer.completed = True
    return bool(stated.completion)
