"""Reka's chat (https://docs.reka.ai/api-reference/chat/create): OpenAI's turns, answered by `responses`.

An event of a stream says in `chunk` all that was said so far; a piece that does not begin so is one that comes next.
"""

from dataclasses import replace

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, asked_for
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Turn, merge_turn, message
from llmtap.decode.usage.tally import tally


class _Request(Parameters):
    messages: tuple[Turn, ...] = ()


class _Said(msgspec.Struct, gc=False):
    message: Turn | None = None
    chunk: Turn | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Answer(msgspec.Struct, gc=False):
    """A whole answer or an event."""

    id: str | None = None
    model: str | None = None
    responses: list[_Said] | None = None
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    return replace(asked_for(asked), messages=tuple(map(message, asked.messages)))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without responses is asked for the error it states."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event in place of those before; a finish reason, or `[DONE]`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    carried = _merge(answer, event.data)
    answer.completed = answer.completed or bool(answer.finish_reasons)
    return carried


def _merge(answer: Answer, body: bytes) -> bool:
    """Merge an answer or an event; return whether it carried what was not said before."""
    stated = read(_Answer, body)
    answer.id, answer.model = stated.id or answer.id, stated.model or answer.model
    if stated.usage is not None:
        usage = stated.usage
        answer.usage = tally(usage.input_tokens, usage.output_tokens, reasoning=usage.reasoning_tokens) or answer.usage
    if stated.responses is None:
        answer.error = read_error(body) or answer.error
    carried = False
    for index, said in enumerate(stated.responses or ()):
        if said.finish_reason:
            answer.finish_reasons[index] = said.finish_reason
        turn, draft = said.message or said.chunk or Turn(), answer.parts.get((index, "text"))
        known = draft.text[0] if draft is not None and len(draft.text) == 1 else None
        again = known is not None and isinstance(turn.content, str) and turn.content.startswith(known)
        if draft is not None and again:
            draft.text.clear()
        carried = (merge_turn(answer, index, turn) and not (again and turn.content == known)) or carried
    return carried
