"""Meta's own chat: one message that completes, and metrics by name, as the Llama API and a Llama Stack answer.

A stream wraps each delta in an `event`. What was used is stated as metrics: with the whole answer, in an event of its
own after the last (Llama API), or beside the last event (Llama Stack, whose names lack the `num_`).

Source: https://llama.developer.meta.com/docs/api/chat, the types of llama-api-client (PyPI, 0.6), checked 2026-11-26;
https://github.com/llamastack/llama-stack-client-python.
"""

from dataclasses import replace
from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, Typed, asked_for
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import tally


class _Turn(msgspec.Struct):
    """A message, or a delta: words, or a call of a tool that grows."""

    role: str | None = None
    content: str | Content | list[Content] | None = None
    text: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    stop_reason: str | None = None
    id: str | None = None
    function: Function | None = None


class _Request(Parameters):
    """A Llama Stack calls the model `model_id`."""

    model_id: str | None = None
    messages: tuple[_Turn, ...] = ()
    max_completion_tokens: int | None = None
    tools: list[Typed] | None = None


class _Metric(msgspec.Struct, gc=False):
    metric: str | None = None
    value: Decimal | None = None


class _Event(msgspec.Struct):
    event_type: str | None = None
    delta: _Turn | None = None
    stop_reason: str | None = None
    metrics: list[_Metric] = []


class _Answer(msgspec.Struct):
    """A whole answer or a chunk."""

    id: str | None = None
    completion_message: _Turn | None = None
    event: _Event | None = None
    metrics: list[_Metric] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    plain = asked_for(asked)
    names = ((tool.function and tool.function.name) or tool.name for tool in asked.tools or ())
    return replace(
        plain,
        model=plain.model or asked.model_id,
        max_tokens=plain.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens,
        tools=tuple(name for name in names if name),
        messages=tuple(message(_turn(turn)) for turn in asked.messages),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without a message is asked for the error it states."""
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    if stated.completion_message is None:
        answer.error = read_error(body) or answer.error
        return
    said = stated.completion_message
    merge_turn(answer, 0, _turn(said))
    _conclude(answer, said.stop_reason, stated.metrics or [])


def merge(answer: Answer, event: Event) -> bool:
    """Merge one chunk; the event that completes is the end mark, though metrics may follow."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    answer.id = stated.id or answer.id
    told = stated.event
    if told is None:
        answer.error = read_error(event.data) or answer.error
        return False
    answer.completed = answer.completed or told.event_type == "complete"
    _conclude(answer, told.stop_reason, stated.metrics or told.metrics)
    return told.delta is not None and merge_turn(answer, 0, _turn(told.delta))


def _turn(said: _Turn) -> Turn:
    """Return a message or a delta as a turn of OpenAI's."""
    content = [said.content] if isinstance(said.content, Content) else said.content
    calls = said.tool_calls or ([ToolCall(id=said.id, function=said.function)] if said.function else None)
    return Turn(role=said.role, content=content or said.text, tool_calls=calls, tool_call_id=said.tool_call_id)


def _conclude(answer: Answer, reason: str | None, metrics: list[_Metric]) -> None:
    """Take why it ended, and what was used."""
    if reason:
        answer.finish_reasons[0] = reason
    counts = {(one.metric or "").removeprefix("num_"): _whole(one.value) for one in metrics}
    answer.usage = tally(counts.get("prompt_tokens"), counts.get("completion_tokens")) or answer.usage


def _whole(value: Decimal | None) -> int | None:
    """Return a count, which is typed as a number of any kind; None for what counts nothing."""
    return int(value) if value is not None and value.is_finite() and value == value.to_integral_value() else None
