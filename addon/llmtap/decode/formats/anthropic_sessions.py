"""Anthropic's managed agents: the stream of a session's events, from which an application takes what its agent says.

Law: the usage of a stream is the sum over the requests to models that ended within it, and over the evaluations of an
outcome; what the session says of all it ever used (`session.usage`) is none of this stream's. A message may be
previewed in deltas, and the whole that follows replaces them. A stream is complete while the session rests, and goes on
when it runs again. Which model answered is not said, and errors that the server retries by itself are none.

Source: https://platform.claude.com/docs/en/managed-agents/events-and-streaming and the type definitions of
https://github.com/anthropics/anthropic-sdk-python (`beta/sessions`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, ProviderError, Usage
from llmtap.decode.messages.blocks import Block, Turn, compact, message, part
from llmtap.decode.usage.message_usage import MessageUsage, message_usage
from llmtap.decode.usage.tally import added

_RESTS = frozenset({"session.status_idle", "session.status_terminated", "session.deleted"})


class _Said(msgspec.Struct, frozen=True):
    type: str | None = None
    content: str | list[Block] | None = None


class _Request(msgspec.Struct, frozen=True):
    events: list[_Said] | None = None


class _Kind(msgspec.Struct, frozen=True):
    type: str | None = None


class _Growth(msgspec.Struct, frozen=True):
    index: int | None = None
    content: Block | None = None


class _Fault(msgspec.Struct, frozen=True):
    type: str | None = None
    message: str | None = None
    retry_status: _Kind | None = None


class _Event(msgspec.Struct, frozen=True):
    """An event of any kind; a session that rests says why in `stop_reason`."""

    type: str | None = None
    id: str | None = None
    event_id: str | None = None
    delta: _Growth | None = None
    content: list[Block] | None = None
    name: str | None = None
    input: object = None
    model_usage: MessageUsage | None = None
    usage: MessageUsage | None = None
    stop_reason: _Kind | None = None
    error: _Fault | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what is sent to a session; the request for a stream has no body."""
    said = read(_Request, body).events or ()
    turns = (message(Turn("user", one.content)) for one in said if one.type == "user.message")
    return InferenceRequest(messages=tuple(Message(turn.role, turn.parts) for turn in turns if turn.parts))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a body that is no stream: that of an error."""
    answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; words and calls of tools are content, unless a preview told them before."""
    stated = read(_Event, event.data)
    kind = stated.type or event.name or ""
    match kind:
        case "event_delta" if stated.delta and stated.delta.content and stated.delta.content.text:
            answer.part((stated.event_id, stated.delta.index or 0), "text").text.append(stated.delta.content.text)
            return True
        case "agent.message":
            return _say(answer, stated)
        case "agent.tool_use" | "agent.mcp_tool_use" | "agent.custom_tool_use":
            draft = answer.part((stated.id, 0), "tool_call")
            draft.id, draft.name, draft.text[:] = stated.id, stated.name, [compact(stated.input or {})]
            return True
        case "span.model_request_end" | "span.outcome_evaluation_end":
            _count(answer, stated.model_usage or (None if kind.startswith("span.model") else stated.usage))
        case "session.status_running":
            answer.completed = False
        case _ if kind in _RESTS:
            answer.completed = True
            if stated.stop_reason is not None and stated.stop_reason.type:
                answer.finish_reasons[0] = stated.stop_reason.type
        case "session.error" | "error":
            _fail(answer, stated, event.data)
    return False


def _say(answer: Answer, stated: _Event) -> bool:
    """Write a message over its preview; return whether it is the first that was seen of it."""
    first = False
    for index, block in enumerate(stated.content or ()):
        made = part(block)
        if made is not None:
            draft = answer.part((stated.id, index), made.kind)
            first = first or (bool(made.text) and not any(draft.text))
            draft.text[:] = [made.text]
    return first


def _count(answer: Answer, stated: MessageUsage | None) -> None:
    if stated is not None:
        answer.usage = added(answer.usage, message_usage(Usage(), stated))
        answer.speed = stated.speed or answer.speed


def _fail(answer: Answer, stated: _Event, data: bytes) -> None:
    fault = stated.error
    if fault is None:
        answer.error = read_error(data) or answer.error
    elif fault.retry_status is None or fault.retry_status.type != "retrying":
        answer.error = ProviderError(fault.type, None, fault.message)
