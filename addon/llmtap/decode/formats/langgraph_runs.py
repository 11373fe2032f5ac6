"""Runs of a LangGraph server: a state goes in and a state comes out, and the messages in it are LangChain's.

Each message of a model states its own usage, and comes as often as the modes of the stream tell of it: as pieces, as a
message, within an update or within the whole state. So usage is kept for each id, and its sum is that of the run. Of a
state only what follows the last question is this run's. LangChain's counts include their parts.

Source: https://docs.langchain.com/langsmith/agent-server, https://docs.langchain.com/langsmith/streaming;
https://reference.langchain.com/python/langchain_core/messages (`UsageMetadata`).
"""

from collections.abc import Iterable
from functools import reduce

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import added

_ROLES = {"human": "user", "ai": "assistant"}
_MODELS = frozenset({"ai", "AIMessage", "AIMessageChunk", "assistant"})
_QUESTIONS = frozenset({"human", "HumanMessage", "user"})
_CALLING = frozenset({"tool_calls", "tool_use"})


class _Piece(msgspec.Struct, gc=False):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None


class _InputDetails(msgspec.Struct, gc=False):
    cache_read: int | None = None
    cache_creation: int | None = None


class _OutputDetails(msgspec.Struct, gc=False):
    reasoning: int | None = None


class _Counts(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_token_details: _InputDetails | None = None
    output_token_details: _OutputDetails | None = None


class _Told(msgspec.Struct, gc=False):
    """What the model's own API said, in its own names."""

    model_name: str | None = None
    model: str | None = None
    finish_reason: str | None = None
    stop_reason: str | None = None
    done_reason: str | None = None
    converse_reason: str | None = msgspec.field(default=None, name="stopReason")


class _Call(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    args: object = None


class _Message(msgspec.Struct):
    id: str | None = None
    type: str | None = None
    role: str | None = None
    content: str | list[_Piece] | None = None
    tool_calls: list[_Call] = []
    usage_metadata: _Counts | None = None
    response_metadata: _Told | None = None


class _State(msgspec.Struct):
    """A state or an update of it, whose other members are whoever made the graph's."""

    messages: list[_Message] | _Message | None = None
    fault: object = msgspec.field(default=None, name="__error__")


class _Request(msgspec.Struct):
    input: _State | None = None
    stream_mode: object = None


class _Run(msgspec.Struct, gc=False):
    run_id: str | None = None


_NOTHING = _Told()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for: the messages that the state begins with, if it has any."""
    asked = read(_Request, body)
    said = [(_who(message), _parts(message)) for message in _listed(asked.input)]
    return InferenceRequest(messages=tuple(Message(_ROLES.get(who, who), parts) for who, parts in said if parts))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge the state that a run ended in; one without messages is asked for the error it states."""
    _merge_state(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event, told by its name, which a subgraph lengthens; what a model said whole is an end mark."""
    name, data = (event.name or "").partition("|")[0], event.data
    match name:
        case "metadata":
            answer.id = read(_Run, data).run_id or answer.id
        case "error":
            answer.error = read_error(data, failed=True) or ProviderError()
        case "end":
            answer.completed = True
        case "values":
            return _merge_state(answer, data)
        case "updates":
            updates = read(dict[str, _State], data).values()
            return _merge_all(answer, (message for update in updates for message in _listed(update)))
        case "messages/partial" | "messages/complete":
            return _merge_all(answer, read(list[_Message], data), whole=name == "messages/complete")
        case "messages":
            return _merge_piece(answer, data)
    return False


def _merge_state(answer: Answer, data: bytes) -> bool:
    """Merge what follows the last question; a state that ends with it is the one that the run began with."""
    state = read(_State, data)
    messages = _listed(state)
    if state.fault is not None:
        answer.error = read_error(msgspec.json.encode(state.fault), failed=True) or ProviderError()
    elif not messages:
        answer.error = read_error(data) or answer.error
    first = 1 + max((place for place, message in enumerate(messages) if _who(message) in _QUESTIONS), default=-1)
    return _merge_all(answer, messages[first:])


def _merge_all(answer: Answer, messages: Iterable[_Message], *, whole: bool = True) -> bool:
    """Merge messages; a `whole` one of a model that calls no tool may be the last, whatever it says of its end."""
    carried = False
    for message in messages:
        carried = _merge(answer, message) or carried
        if whole and _who(message) in _MODELS:
            answer.completed = not message.tool_calls
    return carried


def _merge(answer: Answer, message: _Message) -> bool:
    """Merge a message as far as it has grown, in place of what was said of it before; return whether it grew."""
    if _who(message) not in _MODELS:
        return False
    _learn(answer, message, _usage(message))
    grew = False
    for part in _parts(message):
        draft = answer.part((message.id, part.kind), part.kind)
        grew = grew or sum(map(len, draft.text)) < len(part.text)
        draft.text[:] = [part.text]
    for call in message.tool_calls:
        draft = answer.part((message.id, call.id), "tool_call")
        grew, draft.id, draft.name = grew or not draft.text, call.id, call.name
        draft.text[:] = [msgspec.json.encode(call.args).decode()]
    return grew


def _merge_piece(answer: Answer, data: bytes) -> bool:
    """Merge a piece of a message, which stands before what is known of it; pieces that count add up."""
    pair = read(list[msgspec.Raw], data)
    piece = read(_Message, bytes(pair[0])) if pair else _Message()
    if _who(piece) not in _MODELS:
        return False
    _learn(answer, piece, added(_kept(answer).get(piece.id), _usage(piece)))
    parts = _parts(piece)
    for part in parts:
        answer.part((piece.id, part.kind), part.kind).text.append(part.text)
    return bool(parts)


def _learn(answer: Answer, message: _Message, usage: Usage | None) -> None:
    """Take who answered and why it ended, and keep what the message used; the sum is made when all is known."""
    told = message.response_metadata or _NOTHING
    answer.agree(told.model_name or told.model)
    reason = told.finish_reason or told.stop_reason or told.done_reason or told.converse_reason
    if reason:
        answer.finish_reasons[0] = reason
        answer.completed = reason not in _CALLING
    if usage is not None:
        kept = _kept(answer)
        kept[message.id] = usage
        answer.stated, answer.counting = kept, lambda _: reduce(added, kept.values(), None)


def _kept(answer: Answer) -> dict[str | None, Usage]:
    """Return the usage of each message so far."""
    return answer.stated if isinstance(answer.stated, dict) else {}


def _usage(message: _Message) -> Usage | None:
    stated = message.usage_metadata
    if stated is None:
        return None
    into, out = stated.input_token_details or _InputDetails(), stated.output_token_details or _OutputDetails()
    counts = ChatUsage(
        input_tokens=stated.input_tokens,
        output_tokens=stated.output_tokens,
        cached_tokens=into.cache_read,
        cache_creation_input_tokens=into.cache_creation,
        reasoning_tokens=out.reasoning,
    )
    return chat_usage(counts, answered=True)


def _listed(state: _State | None) -> list[_Message]:
    messages = state.messages if state else None
    return [messages] if isinstance(messages, _Message) else messages or []


def _who(message: _Message) -> str:
    return message.type or message.role or ""


def _parts(message: _Message) -> tuple[Part, ...]:
    """Return the words of a message, those of each kind together."""
    content = message.content
    pieces: Iterable[_Piece] = (_Piece(text=content),) if isinstance(content, str) else content or ()
    thought = "".join(piece.thinking or "" for piece in pieces)
    words = "".join(piece.text or "" for piece in pieces)
    return tuple(part for part in (Part("reasoning", thought), Part("text", words)) if part.text)
