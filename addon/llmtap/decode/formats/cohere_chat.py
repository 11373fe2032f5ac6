"""Cohere's Chat API, version 2 (https://docs.cohere.com/reference/chat).

A stream's deltas are growths of the message that an unstreamed answer holds whole, in the same members: one function
merges both. Thinking and text may share an index, so words are told apart by their kind; a tool plan is reasoning.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.metering import Metering, metered

_OUTPUT_TYPES = {"text": "text", "json_object": "json"}


class _Message(msgspec.Struct, gc=False):
    """A message, or a growth of one, which has an object where a message has a list."""

    role: str | None = None
    content: str | Content | list[Content] | None = None
    tool_plan: str | None = None
    tool_calls: ToolCall | list[ToolCall] | None = None


class _Answer(msgspec.Struct, gc=False):
    """An answer; `message` is prose in the body of an error."""

    id: str | None = None
    message: _Message | str | None = None
    finish_reason: str | None = None
    usage: Metering | None = None
    error: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    index: int = 0
    delta: _Answer | None = None


class _Typed(msgspec.Struct, gc=False):
    type: str | None = None
    function: Function | None = None


class _Turn(Turn, gc=False):
    tool_plan: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    messages: list[_Turn] = []
    stream: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    p: float | None = None
    k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    response_format: _Typed | None = None
    thinking: _Typed | None = None
    tools: list[_Typed] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; `reasoning_level` is the mode of thinking (`enabled`, `disabled`)."""
    asked = read(_Request, body)
    turns = (msgspec.structs.replace(turn, reasoning=turn.reasoning or turn.tool_plan) for turn in asked.messages)
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
        stop_sequences=tuple(asked.stop_sequences or ()),
        output_type=_OUTPUT_TYPES.get(asked.response_format.type or "") if asked.response_format else None,
        reasoning_level=asked.thinking.type if asked.thinking else None,
        tools=tuple(tool.function.name for tool in asked.tools or () if tool.function and tool.function.name),
        messages=tuple(message(turn) for turn in turns),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without a message is asked for the error it states."""
    stated = read(_Answer, body)
    if not isinstance(stated.message, _Message):
        answer.error = read_error(body)
    _merge(answer, stated, 0)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `message-end` is the end mark. Text, thinking, a plan and pieces of a tool call are content."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Event, event.data)
    answer.id = answer.id or stated.id
    if stated.delta is None:
        if stated.type is None:
            answer.error = read_error(event.data, failed=True) or answer.error
        return False
    if (stated.type or event.name) == "message-end":
        answer.completed = True
    return _merge(answer, stated.delta, stated.index)


def _merge(answer: Answer, stated: _Answer, index: int) -> bool:
    """Merge a whole answer or a growth of one; return whether it carried content."""
    answer.id = answer.id or stated.id
    if stated.finish_reason:
        answer.finish_reasons[0] = stated.finish_reason
    if stated.usage is not None:
        answer.usage = metered(stated.usage) or answer.usage
    if stated.error:
        answer.error = ProviderError(message=stated.error)
    return isinstance(stated.message, _Message) and _merge_message(answer, stated.message, index)


def _merge_message(answer: Answer, said: _Message, index: int) -> bool:
    if said.role:
        answer.roles[0] = said.role
    contents = [said.content] if isinstance(said.content, Content) else said.content
    carried = merge_turn(answer, 0, Turn(content=contents)) if contents and _worded(contents) else False
    if said.tool_plan:
        answer.part("plan", "reasoning").text.append(said.tool_plan)
        carried = True
    if said.tool_calls:
        calls = said.tool_calls
        if isinstance(calls, ToolCall):
            calls = [msgspec.structs.replace(calls, index=index)]
        carried = merge_turn(answer, 0, Turn(tool_calls=calls)) or carried
    return carried


def _worded(contents: str | list[Content]) -> bool:
    """Return whether contents hold anything: a stream opens each with an empty one."""
    return isinstance(contents, str) or any(one.text or one.thinking or one.image_url for one in contents)
