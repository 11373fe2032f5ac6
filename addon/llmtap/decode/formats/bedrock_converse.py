"""Bedrock's Converse and ConverseStream, and the dialect in which Amazon's Nova models are invoked natively.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. An event of a stream is told by its
members, so that it is the same by its frame's name (Converse) and by its own one member (Nova). Neighbouring texts are
one text: Nova sends each piece in a block of its own. Unknown events and blocks are passed
over.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and
https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html.
"""

import msgspec

from llmtap.decode.answer import Answer, PartDraft
from llmtap.decode.body import lenient
from llmtap.decode.body.events import Event
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, PartKind
from llmtap.decode.messages.blocks import compact
from llmtap.decode.messages.contents import (
    Block,
    Reasoning,
    ToolResult,
    ToolUse,
    Turn,
    Words,
    message,
    part,
    parts,
    words,
)
from llmtap.decode.usage.converse_usage import ConverseUsage, converse_usage


class _Named(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = None
    type: str | None = None
    effort: str | None = None
    max_reasoning_effort: str | None = None


class _Tool(msgspec.Struct, frozen=True, rename="camel"):
    tool_spec: _Named | None = None
    system_tool: _Named | None = None


class _ToolConfig(msgspec.Struct, frozen=True, rename="camel"):
    tools: list[_Tool] | None = None


class _InferenceConfig(msgspec.Struct, frozen=True, rename="camel"):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    stop_sequences: list[str] | None = None


class _NativeFields(msgspec.Struct, frozen=True):
    """What is asked of a model in its own words: Anthropic's, Nova's, Cohere's."""

    top_k: float | None = None
    k: float | None = None
    inference_config: _InferenceConfig | None = msgspec.field(default=None, name="inferenceConfig")
    thinking: _Named | None = None
    output_config: _Named | None = None
    reasoning_config: _Named | None = None
    nova_reasoning: _Named | None = msgspec.field(default=None, name="reasoningConfig")
    reasoning_effort: str | None = None


class _OutputConfig(msgspec.Struct, frozen=True, rename="camel"):
    text_format: _Named | None = None


class _Performance(msgspec.Struct, frozen=True, rename="camel"):
    latency: str | None = None


class _Terms(msgspec.Struct, frozen=True, rename="camel"):
    """How a call is served; either side states it."""

    service_tier: _Named | None = None
    performance_config: _Performance | None = None


class _Request(_Terms, frozen=True, rename="camel"):
    messages: list[Turn] | None = None
    system: list[Block] | None = None
    inference_config: _InferenceConfig | None = None
    tool_config: _ToolConfig | None = None
    additional_model_request_fields: _NativeFields | None = None
    output_config: _OutputConfig | None = None
    reasoning_config: _Named | None = None


class _Router(msgspec.Struct, frozen=True, rename="camel"):
    invoked_model_id: str | None = None


class _Trace(msgspec.Struct, frozen=True, rename="camel"):
    prompt_router: _Router | None = None


class _Delta(msgspec.Struct, frozen=True, rename="camel"):
    text: str | None = None
    reasoning_content: Reasoning | None = None
    tool_use: ToolUse | None = None
    tool_result: list[Words] | None = None


class _Start(msgspec.Struct, frozen=True, rename="camel"):
    tool_use: ToolUse | None = None
    tool_result: ToolResult | None = None
    image: object = None


class _Stated(_Terms, frozen=True, rename="camel"):
    """What an event states; a whole answer states the last three as well."""

    role: str | None = None
    content_block_index: int = 0
    start: _Start | None = None
    delta: _Delta | None = None
    stop_reason: str | None = None
    usage: ConverseUsage | None = None
    trace: _Trace | None = None


class _Event(_Stated, frozen=True, rename="camel"):
    """An event: flat, or in its one member."""

    message_start: _Stated | None = None
    content_block_start: _Stated | None = None
    content_block_delta: _Stated | None = None
    content_block_stop: _Stated | None = None
    message_stop: _Stated | None = None
    metadata: _Stated | None = None


class _Output(msgspec.Struct, frozen=True, rename="camel"):
    message: Turn | None = None


class _Response(_Stated, frozen=True, rename="camel"):
    output: _Output | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; the model stands in the path.

    `reasoning_level` is the effort where one is stated, otherwise the mode of thinking (`enabled`, `adaptive` …).
    """
    asked = lenient.read(_Request, body)
    native = asked.additional_model_request_fields or _NativeFields()
    config, own = asked.inference_config or _InferenceConfig(), native.inference_config or _InferenceConfig()
    thinking = native.thinking or native.reasoning_config or native.nova_reasoning or asked.reasoning_config or _Named()
    effort = (native.output_config.effort if native.output_config else None) or native.reasoning_effort
    wanted = asked.output_config.text_format if asked.output_config else None
    tools = (tool.tool_spec or tool.system_tool for tool in (asked.tool_config or _ToolConfig()).tools or ())
    system = parts(asked.system)
    return InferenceRequest(
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=next((k for k in (native.top_k, native.k, config.top_k, own.top_k) if k is not None), None),
        stop_sequences=tuple(config.stop_sequences or ()),
        output_type="json" if wanted and wanted.type == "json_schema" else None,
        reasoning_level=effort or thinking.max_reasoning_effort or thinking.type,
        service_tier=_tier(asked),
        tools=tuple(tool.name for tool in tools if tool and tool.name),
        messages=(*((Message("system", system),) if system else ()), *map(message, asked.messages or ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body with neither output nor usage is that of an error."""
    response = lenient.read(_Response, body)
    if response.output is None and response.usage is None:
        answer.error = read_error(body)
    turn = (response.output.message if response.output else None) or Turn()
    answer.roles[0] = turn.role or "assistant"
    for index, block in enumerate(turn.content or ()):
        made = part(block)
        if made is not None:
            draft = _draft(answer, index, made.kind)
            draft.id, draft.name = made.id, made.name
            draft.text.append(made.text)
    _close(answer, response)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; return whether it carried text, reasoning or tool input. The usage is the end mark."""
    if event.name == "error":
        answer.error = read_error(event.data)
        return False
    said = lenient.read(_Event, event.data)
    stated: _Stated = (
        said.content_block_delta
        or said.content_block_stop
        or said.content_block_start
        or said.message_start
        or said.message_stop
        or said.metadata
        or said
    )
    if stated.delta is not None:
        return _grow(answer, stated.content_block_index, stated.delta)
    if stated.start is not None:
        _begin(answer, stated.content_block_index, stated.start)
    elif stated.role is not None:
        answer.roles[0] = stated.role
    elif stated.stop_reason is None and stated.usage is None:
        _settle(answer, stated.content_block_index)
    _close(answer, stated)
    answer.completed = answer.completed or stated.usage is not None
    return False


def _draft(answer: Answer, index: int, kind: PartKind) -> PartDraft:
    """Return the part that a block grows: its own, or for words the part before it when that is of the same kind."""
    last = next(reversed(answer.parts.values()), None)
    if last is not None and last.kind == kind and kind in ("text", "reasoning"):
        return last
    return answer.part((index, kind), kind)


def _begin(answer: Answer, index: int, start: _Start) -> None:
    if start.tool_use is not None:
        draft = answer.part((index, "tool_call"), "tool_call")
        draft.id, draft.name = start.tool_use.tool_use_id, start.tool_use.name
    elif start.tool_result is not None:
        answer.part((index, "tool_result"), "tool_result").id = start.tool_result.tool_use_id
    elif start.image is not None:
        answer.part((index, "media"), "media").text[:] = ["image/*"]


def _grow(answer: Answer, index: int, delta: _Delta) -> bool:
    """Merge a delta; signatures and citations carry no words, but a reasoning that is redacted makes its part."""
    thought = delta.reasoning_content
    if thought is not None:
        _draft(answer, index, "reasoning").text.append(thought.text or "")
        return bool(thought.text)
    if delta.tool_use is not None:
        text = compact(delta.tool_use.input or "")
        draft = answer.part((index, "tool_call"), "tool_call")
        if text:
            draft.text.append(text)
        return bool(text)
    if delta.tool_result is not None:
        answer.part((index, "tool_result"), "tool_result").text.append(words(delta.tool_result))
    elif delta.text:
        _draft(answer, index, "text").text.append(delta.text)
        return True
    return False


def _settle(answer: Answer, index: int) -> None:
    """Write a finished tool input as compact JSON, so that it is the same however it arrived.

    An empty piece behind it says that it was finished: ends that repeat would else cost its whole length each time.
    """
    draft = answer.parts.get((index, "tool_call"))
    if draft is None or draft.text[1:2] == [""]:
        return
    text = "".join(draft.text) or "{}"
    try:
        draft.text[:] = [compact(msgspec.json.decode(text)), ""]
    except (msgspec.MsgspecError, RecursionError):
        draft.text[:] = [text, ""]


def _close(answer: Answer, stated: _Stated) -> None:
    """Merge what is known at the end: why it ended, what was counted, how it was served, which model a router took."""
    if stated.stop_reason is not None:
        answer.finish_reasons[0] = stated.stop_reason
    if stated.usage is not None:
        answer.usage = converse_usage(stated.usage) or answer.usage
    answer.service_tier = _tier(stated) or answer.service_tier
    answer.speed = (stated.performance_config.latency if stated.performance_config else None) or answer.speed
    router = stated.trace.prompt_router if stated.trace else None
    if router is not None and router.invoked_model_id:
        answer.model = router.invoked_model_id.rpartition("/")[2]


def _tier(terms: _Terms) -> str | None:
    """Return the service tier; latency that is `optimized` has a price of its own and counts as one."""
    latency = terms.performance_config.latency if terms.performance_config else None
    return (terms.service_tier.type if terms.service_tier else None) or (latency if latency != "standard" else None)
