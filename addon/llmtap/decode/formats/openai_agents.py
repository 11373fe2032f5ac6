"""OpenAI's agent sessions: the stream of a session's events, from which an application takes what its agent says.

Law: the usage of a stream is the sum over the turns that ended within it; a turn states its own once, and none is known
of subagents. Words arrive in deltas, and the finished item that repeats them replaces what they said. A stream is
complete while its session rests, and goes on when it runs again. A session that is created without a stream answers
nothing yet.

Source: https://platform.openai.com/docs/api-reference/agents and the type definitions of
https://github.com/openai/openai-python (`beta/agent_session_event`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages import items
from llmtap.decode.messages.items import Item
from llmtap.decode.usage.response_usage import ResponseUsage, response_usage
from llmtap.decode.usage.tally import added

_SESSION = "agent.session."
_TURN = f"{_SESSION}turn."
_ENDED = frozenset({"completed", "failed", "cancelled"})
_RESTS = frozenset({"idle", "requires_action", "failed"})


class _Agent(msgspec.Struct, frozen=True):
    model: str | None = None
    service_tier: str | None = None


class _Cause(msgspec.Struct, frozen=True):
    type: str | None = None
    code: str | None = None
    message: str | None = None


class _Session(msgspec.Struct, frozen=True):
    id: str | None = None
    agent: _Agent | None = None
    error: _Cause | None = None


class _TurnStated(msgspec.Struct, frozen=True):
    usage: ResponseUsage | None = None
    error: _Cause | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str | None = None
    session_id: str | None = None
    session: _Session | None = None
    turn: _TurnStated | None = None
    usage: ResponseUsage | None = None
    item_id: str | None = None
    content_index: int = 0
    summary_index: int = 0
    delta: str | None = None
    item: Item | None = None


class _Request(msgspec.Struct, frozen=True):
    agent: _Agent | None = None
    input: str | list[Item] | None = None
    stream: bool | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what a session is created with; the request for the stream of another has no body."""
    asked = read(_Request, body)
    agent = asked.agent or _Agent()
    return InferenceRequest(
        model=agent.model,
        stream=asked.stream,
        service_tier=agent.service_tier,
        messages=items.messages(asked.input),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a session as it stands; another body is asked for the error it states."""
    stated = read(_Session, body)
    if stated.agent is None:
        answer.error = read_error(body) or answer.error
    else:
        _open(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; words, and items that are seen for the first time, are content."""
    stated = read(_Event, event.data)
    kind = stated.type or event.name or ""
    answer.conversation_id = stated.session_id or answer.conversation_id
    if stated.session is not None:
        _open(answer, stated.session)
    if kind in (f"{_TURN}output_text.delta", f"{_TURN}reasoning_summary_text.delta"):
        return _grow(answer, stated, reasoning="reasoning" in kind)
    if kind == f"{_TURN}item.done" and stated.item is not None:
        return _finish(answer, stated.item)
    verb = kind.removeprefix(_TURN) if kind.startswith(_TURN) else kind.removeprefix(_SESSION)
    if stated.turn is not None and verb in _ENDED:
        _end(answer, stated, stated.turn, verb)
    elif kind.startswith(_SESSION) and verb in _RESTS:
        answer.completed = True
        if verb != "idle":
            answer.finish_reasons[0] = verb
    elif kind == f"{_SESSION}in_progress":
        answer.completed = False
    elif kind == "error":
        answer.error = read_error(event.data) or answer.error
    return False


def _open(answer: Answer, session: _Session) -> None:
    agent = session.agent or _Agent()
    answer.conversation_id = session.id or answer.conversation_id
    answer.model = agent.model or answer.model
    answer.service_tier = agent.service_tier or answer.service_tier
    if session.error is not None:
        answer.error = ProviderError(session.error.type, session.error.code, session.error.message)


def _grow(answer: Answer, stated: _Event, *, reasoning: bool) -> bool:
    if not stated.delta:
        return False
    place, index = ("summary", stated.summary_index) if reasoning else ("content", stated.content_index)
    answer.part((stated.item_id, place, index), "reasoning" if reasoning else "text").text.append(stated.delta)
    return True


def _finish(answer: Answer, item: Item) -> bool:
    """Write a whole item over what its deltas said; return whether its words are the first that were seen."""
    if item.role not in (None, "assistant"):  # what the user said is an item of the turn as well
        return False
    first = False
    for (place, index), part in items.parts(item):
        draft = answer.part((item.id, place, index), part.kind)
        first = first or (part.kind != "tool_result" and bool(part.text) and not any(draft.text))
        draft.kind, draft.id, draft.name, draft.text[:] = part.kind, part.id, part.name, [part.text]
    return first


def _end(answer: Answer, stated: _Event, turn: _TurnStated, verb: str) -> None:
    """Add a turn that has ended; its usage stands in the event, or else in the turn."""
    answer.finish_reasons[0] = verb
    if turn.error is not None:
        answer.error = ProviderError(turn.error.type, turn.error.code, turn.error.message)
    counted = stated.usage or turn.usage
    used = response_usage(counted) if counted is not None else None
    if used is not None:
        answer.usage = added(answer.usage, used)
