"""Letta's agents, which keep their own memory: messages go in, and what the agent thought, did and said comes out.

Each event of a stream is one of the messages of a whole answer, or what stands beside them there: why the agent
stopped, and the sum of what its steps used. Where tokens are streamed, messages of one id are pieces of one.

Source: https://docs.letta.com/api-reference/agents/messages; the models of https://pypi.org/project/letta-client.
"""

from collections.abc import Hashable

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, PartKind, ProviderError
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage


class _Piece(msgspec.Struct, gc=False):
    type: str | None = None
    text: str | None = None


class _Turn(msgspec.Struct):
    role: str | None = None
    content: str | list[_Piece] | None = None


class _Request(msgspec.Struct):
    messages: list[_Turn] = []
    input: str | list[_Piece] | None = None
    streaming: bool | None = None
    override_model: str | None = None


class _Call(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None
    tool_call_id: str | None = None


class _Usage(ChatUsage):
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None


class _Said(_Usage):
    """A message of any type; usage is one too, and has its counts outright."""

    id: str | None = None
    message_type: str | None = None
    content: str | list[_Piece] | None = None
    reasoning: str | None = None
    tool_call: _Call | None = None
    stop_reason: str | None = None
    error_type: str | None = None
    message: str | None = None


class _Stop(msgspec.Struct, gc=False):
    stop_reason: str | None = None


class _Answer(msgspec.Struct):
    messages: list[_Said] | None = None
    stop_reason: _Stop | None = None
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; the model is the agent's own unless it is overridden."""
    asked = read(_Request, body)
    turns = [*asked.messages, _Turn("user", asked.input)]
    return InferenceRequest(
        model=asked.override_model,
        stream=asked.streaming,
        messages=tuple(Message(turn.role or "user", parts) for turn in turns if (parts := _parts(turn.content))),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without messages is asked for the error it states."""
    stated = read(_Answer, body)
    if stated.messages is None:
        answer.error = read_error(body) or answer.error
    for said in stated.messages or ():
        _merge(answer, said)
    _stop(answer, stated.stop_reason.stop_reason if stated.stop_reason else None)
    _count(answer, stated.usage)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; why the agent stopped, or `[DONE]`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    said = read(_Said, event.data)
    if said.message_type is None:
        answer.error = read_error(event.data) or answer.error
    return _merge(answer, said)


def _merge(answer: Answer, said: _Said) -> bool:
    match said.message_type:
        case "assistant_message":
            words = "".join(part.text for part in _parts(said.content) if part.kind == "text")
            return _grow(answer, said.id, "text", words)
        case "reasoning_message":
            return _grow(answer, said.id, "reasoning", said.reasoning or "")
        case "tool_call_message" | "approval_request_message" if said.tool_call is not None:
            call = said.tool_call
            draft = answer.part((said.id, "tool"), "tool_call")
            draft.id, draft.name = call.tool_call_id or draft.id, draft.name or call.name
            draft.text.append(call.arguments or "")
            return bool(call.name or call.arguments)
        case "stop_reason":
            _stop(answer, said.stop_reason)
            answer.completed = True
        case "usage_statistics":
            _count(answer, said)
        case "error_message":
            answer.error = ProviderError(said.error_type, None, said.message)
    return False


def _grow(answer: Answer, id_: Hashable, kind: PartKind, words: str) -> bool:
    if words:
        answer.part((id_, kind), kind).text.append(words)
    return bool(words)


def _stop(answer: Answer, reason: str | None) -> None:
    if reason:
        answer.finish_reasons[0] = reason


def _count(answer: Answer, stated: _Usage | None) -> None:
    if stated is None:
        return
    counts = ChatUsage(
        prompt_tokens=stated.prompt_tokens,
        completion_tokens=stated.completion_tokens,
        cached_tokens=stated.cached_input_tokens,
        cache_creation_input_tokens=stated.cache_write_tokens,
        reasoning_tokens=stated.reasoning_tokens,
    )
    answer.usage = chat_usage(counts, answered=True) or answer.usage


def _parts(content: str | list[_Piece] | None) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Part("text", content),) if content else ()
    return tuple(
        Part("media", one.type or "*") if one.text is None else Part("text", one.text) for one in content or ()
    )
