"""Cohere's Chat API, version 1, and the Generate API before it (https://docs.cohere.com/v1/reference/chat).

A stream is lines of JSON, each with an `event_type`; the last one holds the whole answer again. The words of the whole
replace those of the deltas, so that a streamed and an unstreamed answer end in the same Answer.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn
from llmtap.decode.usage.metering import Metering, metered

_ROLES = {"chatbot": "assistant", "user": "user", "system": "system", "tool": "tool"}
_OUTPUT_TYPES = {"text": "text", "json_object": "json"}


class _Named(msgspec.Struct, gc=False):
    name: str | None = None
    type: str | None = None


class _Said(msgspec.Struct, gc=False):
    role: str = "user"
    message: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    message: str | None = None
    prompt: str | None = None
    preamble: str | None = None
    chat_history: list[_Said] = []
    conversation_id: str | None = None
    stream: bool | None = None
    max_tokens: int | None = None
    num_generations: int | None = None
    temperature: float | None = None
    p: float | None = None
    k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    response_format: _Named | None = None
    tools: list[_Named] | None = None


class _Call(msgspec.Struct, gc=False):
    name: str | None = None
    parameters: object = None


class _Generation(msgspec.Struct, gc=False):
    text: str | None = None
    finish_reason: str | None = None


class _Answer(msgspec.Struct, gc=False):
    """A whole answer; `message` is prose in the body of an error."""

    id: str | None = None
    response_id: str | None = None
    generation_id: str | None = None
    conversation_id: str | None = None
    text: str | None = None
    generations: list[_Generation] | None = None
    tool_calls: list[_Call] | None = None
    finish_reason: str | None = None
    meta: Metering | None = None


class _Event(msgspec.Struct, gc=False):
    event_type: str | None = None
    is_finished: bool = False
    generation_id: str | None = None
    text: str | None = None
    index: int = 0
    tool_calls: list[_Call] | None = None
    tool_call_delta: _Call | None = None
    finish_reason: str | None = None
    error: str | None = None
    response: _Answer | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    turns = [(_ROLES.get(said.role.lower(), said.role.lower()), said.message) for said in asked.chat_history]
    turns = [("system", asked.preamble), *turns, ("user", asked.prompt if asked.message is None else asked.message)]
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.p,
        top_k=asked.k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        choice_count=asked.num_generations,
        stop_sequences=tuple(asked.stop_sequences or ()),
        output_type=_OUTPUT_TYPES.get(asked.response_format.type or "") if asked.response_format else None,
        conversation_id=asked.conversation_id,
        tools=tuple(tool.name for tool in asked.tools or () if tool.name),
        messages=tuple(Message(role, (Part("text", text),)) for role, text in turns if text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body that answers nothing is asked for the error it states."""
    stated = read(_Answer, body)
    if stated.text is None and stated.generations is None and stated.tool_calls is None:
        answer.error = read_error(body)
    _settle(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one line; `stream-end` is the end mark. Text and pieces of a tool call are content."""
    stated = read(_Event, event.data)
    answer.id = answer.id or stated.generation_id
    if stated.event_type is None and stated.response is None and stated.text is None:
        answer.error = read_error(event.data, failed=True) or answer.error
        return False
    if stated.finish_reason:
        answer.finish_reasons[stated.index] = stated.finish_reason
    if stated.error:
        answer.error = ProviderError(message=stated.error)
    if stated.response is not None:
        _settle(answer, stated.response)
    if stated.is_finished or stated.event_type == "stream-end":
        answer.completed = True
        return False
    if stated.event_type == "tool-calls-generation":
        return _call(answer, stated.tool_calls)
    if stated.text:
        answer.part((stated.index, "text"), "text", stated.index).text.append(stated.text)
    return bool(stated.text) or stated.tool_call_delta is not None


def _settle(answer: Answer, stated: _Answer) -> None:
    """Merge a whole answer, in place of what was merged of it before."""
    answer.id = stated.response_id or stated.id or stated.generation_id or answer.id
    answer.conversation_id = stated.conversation_id or answer.conversation_id
    generations = stated.generations or [_Generation(stated.text, stated.finish_reason)]
    for index, generation in enumerate(generations):
        if generation.text:
            answer.part((index, "text"), "text", index).text[:] = [generation.text]
        if generation.finish_reason:
            answer.finish_reasons[index] = generation.finish_reason
    _call(answer, stated.tool_calls)
    if stated.meta is not None:
        answer.usage = metered(stated.meta) or answer.usage


def _call(answer: Answer, calls: list[_Call] | None) -> bool:
    """Merge tool calls, which are stated whole, though twice in a stream; they have no ids."""
    new = [
        ToolCall(index=index, function=Function(name=call.name, arguments=call.parameters))
        for index, call in enumerate(calls or ())
        if (0, "tool", index) not in answer.parts
    ]
    return bool(new) and merge_turn(answer, 0, Turn(tool_calls=new))
