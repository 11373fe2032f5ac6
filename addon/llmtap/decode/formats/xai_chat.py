"""xAI's gRPC service Chat: completions whole, in chunks, deferred and stored.

A chunk has the fields of a whole answer under other numbers. A deferred answer, told by its status, wraps a whole one,
or nothing yet. An answer may have several outputs: with tools that run at xAI each turn is one. A tool call comes
whole, unless a request asks for its growths, whose sum is sent once more at the end.

Source: https://github.com/xai-org/xai-proto, chat.proto and deferred.proto; providers.md 1.4.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages import turns
from llmtap.decode.usage.sampling import TIERS, SamplingUsage, merge_reason, merge_usage

_ROLES = {1: "user", 2: "assistant", 3: "system", 4: "function", 5: "tool", 6: "developer"}
_EFFORTS = {1: "low", 2: "medium", 3: "high", 4: "none", 5: "xhigh"}
_OUTPUT_TYPES = {1: "text", 2: "json", 3: "json"}
_GROWING = 4


class _Function(msgspec.Struct, gc=False):
    """A function that is offered, or called with arguments."""

    name: str | None = msgspec.field(name="1", default=None)
    arguments: str | None = msgspec.field(name="2", default=None)


class _Tool(msgspec.Struct, gc=False):
    """A function of the application's, or a tool that runs at xAI, told by its presence."""

    function: _Function | None = msgspec.field(name="1", default=None)
    web_search: bytes | None = msgspec.field(name="3", default=None)
    x_search: bytes | None = msgspec.field(name="4", default=None)
    code_execution: bytes | None = msgspec.field(name="5", default=None)
    collections_search: bytes | None = msgspec.field(name="6", default=None)
    mcp: bytes | None = msgspec.field(name="7", default=None)
    attachment_search: bytes | None = msgspec.field(name="8", default=None)
    image_generation: bytes | None = msgspec.field(name="10", default=None)


class _ToolCall(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    status: int | None = msgspec.field(name="3", default=None)
    index: int | None = msgspec.field(name="5", default=None)
    function: _Function | None = msgspec.field(name="10", default=None)


class _Image(msgspec.Struct, gc=False):
    url: str | None = msgspec.field(name="1", default=None)


class _File(msgspec.Struct, gc=False):
    mime_type: str | None = msgspec.field(name="4", default=None)


class _Content(msgspec.Struct, gc=False):
    text: str | None = msgspec.field(name="1", default=None)
    image_url: _Image | None = msgspec.field(name="2", default=None)
    file: _File | None = msgspec.field(name="3", default=None)


class _Message(msgspec.Struct, gc=False):
    """A turn of a request."""

    content: list[_Content] | None = msgspec.field(name="1", default=None)
    role: int | None = msgspec.field(name="2", default=None)
    tool_calls: list[_ToolCall] | None = msgspec.field(name="4", default=None)
    reasoning_content: str | None = msgspec.field(name="5", default=None)
    tool_call_id: str | None = msgspec.field(name="7", default=None)


class _ResponseFormat(msgspec.Struct, gc=False):
    kind: int | None = msgspec.field(name="1", default=None)


class _Request(msgspec.Struct):
    messages: list[_Message] | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    frequency_penalty: float | None = msgspec.field(name="3", default=None)
    max_tokens: int | None = msgspec.field(name="7", default=None)
    n: int | None = msgspec.field(name="8", default=None)
    presence_penalty: float | None = msgspec.field(name="9", default=None)
    response_format: _ResponseFormat | None = msgspec.field(name="10", default=None)
    seed: int | None = msgspec.field(name="11", default=None)
    stop: list[str] | None = msgspec.field(name="12", default=None)
    temperature: float | None = msgspec.field(name="14", default=None)
    top_p: float | None = msgspec.field(name="15", default=None)
    user: str | None = msgspec.field(name="16", default=None)
    tools: list[_Tool] | None = msgspec.field(name="17", default=None)
    reasoning_effort: int | None = msgspec.field(name="19", default=None)
    previous_response_id: str | None = msgspec.field(name="22", default=None)
    service_tier: int | None = msgspec.field(name="31", default=None)
    safety_identifier: str | None = msgspec.field(name="34", default=None)


class _Said(msgspec.Struct, gc=False):
    """A turn of an answer, whole or a growth of one."""

    content: str | None = msgspec.field(name="1", default=None)
    tool_calls: list[_ToolCall] | None = msgspec.field(name="3", default=None)
    reasoning_content: str | None = msgspec.field(name="4", default=None)


class _Output(msgspec.Struct, gc=False):
    finish_reason: int | None = msgspec.field(name="1", default=None)
    index: int | None = msgspec.field(name="2", default=None)
    said: _Said | None = msgspec.field(name="3", default=None)


class _OutputChunk(msgspec.Struct, gc=False):
    said: _Said | None = msgspec.field(name="1", default=None)
    finish_reason: int | None = msgspec.field(name="3", default=None)
    index: int | None = msgspec.field(name="4", default=None)


class _Completion(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    outputs: list[_Output] | None = msgspec.field(name="2", default=None)
    model: str | None = msgspec.field(name="6", default=None)
    system_fingerprint: str | None = msgspec.field(name="7", default=None)
    usage: SamplingUsage | None = msgspec.field(name="9", default=None)
    service_tier: int | None = msgspec.field(name="15", default=None)


class _Chunk(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    outputs: list[_OutputChunk] | None = msgspec.field(name="2", default=None)
    model: str | None = msgspec.field(name="4", default=None)
    system_fingerprint: str | None = msgspec.field(name="5", default=None)
    usage: SamplingUsage | None = msgspec.field(name="6", default=None)
    service_tier: int | None = msgspec.field(name="12", default=None)


class _Deferred(msgspec.Struct, gc=False):
    """The status is a number where a whole answer has its outputs."""

    response: _Completion | None = msgspec.field(name="1", default=None)
    status: int | None = msgspec.field(name="2", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request asks for."""
    asked = read(_Request, body)
    return InferenceRequest(
        model=asked.model,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        choice_count=asked.n,
        stop_sequences=tuple(asked.stop or ()),
        output_type=_OUTPUT_TYPES.get(asked.response_format.kind or 0) if asked.response_format else None,
        reasoning_level=_EFFORTS.get(asked.reasoning_effort or 0),
        service_tier=TIERS.get(asked.service_tier or 0),
        previous_response_id=asked.previous_response_id,
        user=asked.user or asked.safety_identifier,
        tools=tuple(name for tool in asked.tools or () if (name := _offered(tool))),
        messages=tuple(map(_message, asked.messages or ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or one that was deferred; where it is pending still there is none."""
    deferred = read(_Deferred, body)
    completion = read(_Completion, body) if deferred.status is None else deferred.response
    if completion is not None:
        _merge(answer, completion)


def merge(answer: Answer, event: Event) -> bool:
    """Merge a chunk; text, reasoning and tool calls are content."""
    return _merge(answer, read(_Chunk, event.data))


def _merge(answer: Answer, completion: _Completion | _Chunk) -> bool:
    answer.id = answer.id or completion.id or None
    answer.model = completion.model or answer.model
    answer.system_fingerprint = completion.system_fingerprint or answer.system_fingerprint
    answer.service_tier = TIERS.get(completion.service_tier or 0, answer.service_tier)
    merge_usage(answer, completion.usage)
    carried = False
    for output in completion.outputs or ():
        choice = output.index or 0
        merge_reason(answer, choice, output.finish_reason)
        if output.said is not None:
            carried = turns.merge_turn(answer, choice, _turn(answer, output.said)) or carried
    return carried


def _turn(answer: Answer, said: _Said) -> turns.Turn:
    """Return a turn without the tool calls that it only repeats: those whose arguments are known already."""
    known = {part.id for part in answer.parts.values() if part.kind == "tool_call" and part.text}
    calls = [call for call in said.tool_calls or () if call.status == _GROWING or call.id not in known]
    return turns.Turn(
        content=said.content, reasoning_content=said.reasoning_content, tool_calls=list(map(_call, calls))
    )


def _call(call: _ToolCall) -> turns.ToolCall:
    function = call.function or _Function()
    return turns.ToolCall(call.index, call.id, turns.Function(function.name, function.arguments))


def _message(message: _Message) -> Message:
    contents = [
        turns.Content("text", content.text)
        if content.text is not None
        else turns.Content(image_url=content.image_url.url)
        if content.image_url
        else turns.Content((content.file.mime_type if content.file else None) or "*")
        for content in message.content or ()
    ]
    turn = turns.Turn(
        role=_ROLES.get(message.role or 0),
        content=contents,
        reasoning_content=message.reasoning_content,
        tool_calls=list(map(_call, message.tool_calls or ())),
        tool_call_id=message.tool_call_id,
    )
    return turns.message(turn)


def _offered(tool: _Tool) -> str | None:
    if tool.function is not None:
        return tool.function.name
    return next((name for name in _Tool.__struct_fields__ if getattr(tool, name) is not None), None)
