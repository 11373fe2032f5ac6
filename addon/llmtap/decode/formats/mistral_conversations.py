"""Mistral's Conversations API: a model or an agent that the provider keeps the conversation of.

Law: a streamed and a whole answer of the same entries are equal. An answer is a list of entries (`outputs`), which a
stream lets grow by their index, and each entry is a message. What connectors fetched (`connector_tokens`) is input that
is stated beside the prompt, as the total shows. There is no finish reason; `conversation.response.done` is the end mark
and states the usage.

Source: https://docs.mistral.ai/api/endpoint/beta/conversations.
"""

from dataclasses import replace

import msgspec
from msgspec import structs

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import Count

_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class _Named(msgspec.Struct, gc=False):
    type: str | None = None
    function: Function | None = None


class _Arguments(msgspec.Struct):
    """The parameters of a completion, in an object of their own."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    random_seed: int | None = None
    stop: str | list[str] | None = None
    response_format: _Named | None = None


class _Entry(msgspec.Struct):
    """A message, the call of a function or its result; in a stream, the growth of one."""

    type: str | None = None
    role: str | None = None
    content: str | list[Content] | Content | None = None
    name: str | None = None
    arguments: object = None
    tool_call_id: str | None = None
    result: str | None = None
    model: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    inputs: str | list[_Entry] | None = None
    instructions: str | None = None
    tools: list[_Named] | None = None
    completion_args: _Arguments | None = None
    stream: bool | None = None


class _Connectors(msgspec.Struct, gc=False):
    web_search: Count | None = None


class _Usage(ChatUsage, gc=False):
    connector_tokens: Count | None = None
    connectors: _Connectors | None = None


class _Answer(msgspec.Struct):
    conversation_id: str | None = None
    outputs: list[_Entry] | None = None
    usage: _Usage | None = None


class _Event(_Entry):
    output_index: int = 0
    conversation_id: str | None = None
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; an agent names no model, and its `instructions` are the provider's to keep."""
    asked = read(_Request, body)
    given = asked.completion_args or _Arguments()
    inputs = [_Entry(content=asked.inputs)] if isinstance(asked.inputs, str) else asked.inputs or []
    turns = [Turn("system", asked.instructions)] if asked.instructions else []
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=given.max_tokens,
        temperature=given.temperature,
        top_p=given.top_p,
        frequency_penalty=given.frequency_penalty,
        presence_penalty=given.presence_penalty,
        seed=given.random_seed,
        stop_sequences=(given.stop,) if isinstance(given.stop, str) else tuple(given.stop or ()),
        output_type=_OUTPUT_TYPES.get(given.response_format.type or "") if given.response_format else None,
        tools=tuple(
            name for tool in asked.tools or () if (name := (tool.function and tool.function.name) or tool.type)
        ),
        messages=tuple(message(turn) for turn in (*turns, *map(_turn, inputs))),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without outputs is asked for the error it states."""
    stated = read(_Answer, body)
    answer.conversation_id = stated.conversation_id or answer.conversation_id
    for index, entry in enumerate(stated.outputs or ()):
        _grow(answer, index, entry)
    _count(answer, stated.usage)
    if stated.outputs is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; text, reasoning and the arguments of a function are content."""
    stated = read(_Event, event.data)
    kind = stated.type or event.name or ""
    answer.conversation_id = stated.conversation_id or answer.conversation_id
    if kind == "conversation.response.done":
        answer.completed = True
        _count(answer, stated.usage)
        return False
    if kind == "conversation.response.error":
        error = read_error(event.data, failed=True)  # the event names itself, which is no type of error
        answer.error = replace(error, type=None) if error else ProviderError()
        return False
    return kind in ("message.output.delta", "function.call.delta") and _grow(answer, stated.output_index, stated)


def _grow(answer: Answer, index: int, entry: _Entry) -> bool:
    """Merge an entry, or a growth of one; return whether it carried content."""
    answer.model = entry.model or answer.model
    return merge_turn(answer, index, _turn(entry))


def _turn(entry: _Entry) -> Turn:
    if (entry.type or "").startswith("function.call"):
        return Turn("assistant", tool_calls=[ToolCall(0, entry.tool_call_id, Function(entry.name, entry.arguments))])
    if entry.type == "function.result":
        return Turn("tool", entry.result, tool_call_id=entry.tool_call_id)
    pieces = [entry.content] if isinstance(entry.content, Content) else entry.content
    if isinstance(pieces, list):  # what a text refers to has no words of its own
        pieces = [piece for piece in pieces if piece.type != "tool_reference"]
    return Turn(entry.role, pieces)


def _count(answer: Answer, stated: _Usage | None) -> None:
    usage = chat_usage(stated) if stated else None
    if stated is None or usage is None:
        return
    answer.service_tier = stated.service_tier or answer.service_tier
    if stated.connector_tokens and usage.input_tokens is not None:
        usage = structs.replace(usage, input_tokens=usage.input_tokens + stated.connector_tokens)
    searches = stated.connectors.web_search if stated.connectors else None
    answer.usage = usage if searches is None else structs.replace(usage, web_searches=searches)
