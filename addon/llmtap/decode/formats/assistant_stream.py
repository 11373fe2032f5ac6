"""Coding assistants and chats on the web that count nothing: their words, the model that was asked, and the end.

Each member is one of theirs: Cody's `completions/stream` (`deltaText`, or before that the `completion` so far),
JetBrains AI (`Content` and `FinishMetadata`), Grok on the web (`token`, and the whole in `modelResponse`), Perplexity
on the web (a `final` message, whose text is JSON in a string and left alone). None is documented.

Source: https://github.com/sourcegraph/cody (lib/shared/src/sourcegraph-api/completions); the others as they were seen.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part

_ROLES = {"human": "user", "user_message": "user", "assistant_message": "assistant", "system_message": "system"}
_KEY = "text"


class _Said(msgspec.Struct, gc=False):
    """A turn, of Cody's `speaker` or of JetBrains' `type`."""

    speaker: str | None = None
    type: str | None = None
    text: str | None = None
    content: str | None = None


class _Chat(msgspec.Struct, gc=False):
    messages: list[_Said] = []


class _Params(msgspec.Struct, gc=False):
    model_preference: str | None = None


class _Request(msgspec.Struct, rename="camel"):
    model: str | None = None
    model_name: str | None = None
    profile: str | None = None
    params: _Params | None = None
    messages: list[_Said] = []
    chat: _Chat | None = None
    message: str | None = None
    query_str: str | None = msgspec.field(default=None, name="query_str")
    max_tokens_to_sample: int | None = None
    temperature: float | None = None
    stream: bool | None = None


class _Whole(msgspec.Struct, gc=False):
    message: str | None = None
    model: str | None = None


class _Grown(msgspec.Struct, gc=False, rename="camel"):
    """Grok's growth of an answer, which a new conversation wraps once more."""

    token: str | None = None
    is_thinking: bool = False
    response_id: str | None = None
    model_response: _Whole | None = None
    response: "_Grown | None" = None


class _Answer(msgspec.Struct, rename="camel"):
    """An event or a whole answer."""

    type: str | None = None
    content: str | None = None
    reason: str | None = None
    delta_text: str | None = None
    completion: str | None = None
    stop_reason: str | None = None
    result: _Grown | None = None
    final: bool = False
    display_model: str | None = msgspec.field(default=None, name="display_model")
    backend_uuid: str | None = msgspec.field(default=None, name="backend_uuid")
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    turns = (*asked.messages, *(asked.chat.messages if asked.chat else ()))
    said = [(said.speaker or said.type or "user", said.text or said.content) for said in turns]
    said += [("user", words) for words in (asked.message, asked.query_str)]
    preferred = asked.params.model_preference if asked.params else None
    return InferenceRequest(
        model=asked.model or asked.model_name or asked.profile or preferred,
        stream=asked.stream,
        max_tokens=asked.max_tokens_to_sample,
        temperature=asked.temperature,
        messages=tuple(Message(_ROLES.get(who, who), (Part("text", words),)) for who, words in said if words),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without words is asked for the error it states."""
    stated = read(_Answer, body)
    if not _merge(answer, stated) and not answer.parts:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `done`, `end`, a finish or a final message is the end mark."""
    if event.name in ("done", "end_of_stream") or event.data.strip() in (b"end", b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if stated.error is not None or event.name == "error":
        answer.error = read_error(event.data) or answer.error
    return _merge(answer, stated)


def _merge(answer: Answer, stated: _Answer) -> bool:
    """Merge an event; return whether it carried words."""
    grown = stated.result or _Grown()
    grown = grown.response or grown
    whole = grown.model_response
    answer.id = grown.response_id or stated.backend_uuid or answer.id
    answer.model = (whole.model if whole else None) or stated.display_model or answer.model
    reason = stated.stop_reason or (stated.reason if stated.type == "FinishMetadata" else None)
    if reason:
        answer.finish_reasons[0] = reason
    if reason or whole is not None or stated.final:
        answer.completed = True
    if whole is not None and whole.message:
        answer.part(_KEY, "text").text[:] = [whole.message]
        return False
    if stated.completion:
        said = answer.part(_KEY, "text").text
        more = not said or len(stated.completion) > len(said[0])
        said[:] = [stated.completion]
        return more
    words = stated.delta_text or grown.token or (stated.content if stated.type == "Content" else None)
    if words:
        kind = "thought" if grown.is_thinking else _KEY
        answer.part(kind, "reasoning" if grown.is_thinking else "text").text.append(words)
    return bool(words)
