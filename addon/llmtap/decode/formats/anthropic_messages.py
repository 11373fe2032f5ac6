"""Anthropic's Messages API, as Anthropic itself, Vertex AI, OpenRouter and the servers that copy it speak it.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. Counts in a stream are cumulative,
so what is stated later replaces what was stated before; the `output_tokens` of `message_start` is a placeholder that
is never believed (providers.md 1.6). Total input is the sum of uncached, cache-read and cache-written tokens, because
Anthropic counts the three apart. Unknown events, blocks and deltas are passed over.

Source: https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming.
"""

from dataclasses import replace

import msgspec

from llmtap.decode import lenient
from llmtap.decode.blocks import Block, compact, part, parts
from llmtap.decode.errors import read_error
from llmtap.decode.events import Event
from llmtap.decode.inference import Answer, InferenceRequest, Message, Usage
from llmtap.decode.usage import ChatUsage, chat_cost

_LARGEST = 1 << 48
_OUTPUT_TYPES = {"json_schema": "json", "json_object": "json", "text": "text"}


class _Turn(msgspec.Struct, frozen=True):
    role: str = "user"
    content: str | list[Block] | None = None


class _Named(msgspec.Struct, frozen=True):
    type: str | None = None
    name: str | None = None


class _OutputConfig(msgspec.Struct, frozen=True):
    effort: str | None = None
    format: _Named | None = None


class _Metadata(msgspec.Struct, frozen=True):
    user_id: str | None = None


class _Request(msgspec.Struct, frozen=True):
    model: str | None = None
    stream: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    stop_sequences: list[str] | None = None
    tools: list[_Named] | None = None
    thinking: _Named | None = None
    output_config: _OutputConfig | None = None
    output_format: _Named | None = None
    service_tier: str | None = None
    metadata: _Metadata | None = None
    system: str | list[Block] | None = None
    messages: list[_Turn] | None = None


class _OutputDetails(msgspec.Struct, frozen=True):
    thinking_tokens: int | None = None


class _Usage(ChatUsage, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None


class _Answer(msgspec.Struct, frozen=True):
    type: str | None = None
    id: str | None = None
    model: str | None = None
    role: str | None = None
    content: list[Block] | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Delta(msgspec.Struct, frozen=True, gc=False):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct, frozen=True, gc=False):
    type: str | None = None
    index: int = 0
    delta: _Delta | None = None
    content_block: Block | None = None
    message: _Answer | None = None
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; `model` is None in bodies for Vertex AI and Bedrock, whose path names it.

    `reasoning_level` is the effort where one is stated, otherwise the mode of thinking (`enabled`, `adaptive` …).
    A turn that holds nothing but tool results is a message of the role `tool`.
    """
    asked = lenient.read(_Request, body)
    config = asked.output_config or _OutputConfig()
    wanted = config.format or asked.output_format
    system = parts(asked.system)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        stop_sequences=tuple(asked.stop_sequences or ()),
        output_type=_OUTPUT_TYPES.get(wanted.type or "") if wanted else None,
        reasoning_level=config.effort or (asked.thinking.type if asked.thinking else None),
        service_tier=asked.service_tier,
        user=asked.metadata.user_id if asked.metadata else None,
        tools=tuple(name for tool in asked.tools or () if (name := tool.name or tool.type)),
        messages=(
            *((Message("system", system),) if system else ()),
            *(_message(turn) for turn in asked.messages or ()),
        ),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole message, or an error body, into `answer`."""
    message = lenient.read(_Answer, body)
    if message.type != "message":
        answer.error = read_error(body)
    _open(answer, message)
    for index, block in enumerate(message.content or ()):
        _begin(answer, index, block)
        _settle(answer, index)
    _close(answer, message.stop_reason, message.usage)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a stream; return whether it carried text, thinking or tool input."""
    if event.data.startswith(b"[DONE]"):  # OpenRouter ends every dialect with OpenAI's marker.
        answer.completed = True
        return False
    stated = lenient.read(_Event, event.data)
    match stated.type or event.name:
        case "content_block_delta" if stated.delta:
            return _grow(answer, stated.index, stated.delta)
        case "content_block_start" if stated.content_block:
            return _begin(answer, stated.index, stated.content_block)
        case "content_block_stop":
            _settle(answer, stated.index)
        case "message_start" if stated.message:
            _open(answer, stated.message)
            answer.usage = _opening_usage(stated.message.usage)
        case "message_delta":
            _close(answer, stated.delta.stop_reason if stated.delta else None, stated.usage)
        case "message_stop":
            answer.completed = True
        case "error":
            answer.error = read_error(event.data)
    return False


def _open(answer: Answer, message: _Answer) -> None:
    answer.id = message.id
    answer.model = message.model
    answer.roles[0] = message.role or "assistant"
    answer.service_tier = message.usage.service_tier if message.usage else None


def _begin(answer: Answer, index: int, block: Block) -> bool:
    """Merge a block as it stands: whole in a body, mostly empty at the start of a stream's."""
    begun = part(block)
    if begun is None:
        return False
    draft = answer.part(index, begun.kind)
    draft.id, draft.name = begun.id, begun.name
    if begun.kind == "tool_call" and not block.input:
        return False  # A stream opens with `{}` and sends the input in deltas.
    draft.text.append(begun.text)
    return bool(begun.text) and begun.kind != "tool_result"


def _grow(answer: Answer, index: int, delta: _Delta) -> bool:
    """Merge a delta; the field that it fills says what it is (signatures and citations fill none of these)."""
    if delta.text:
        answer.part(index, "text").text.append(delta.text)
    elif delta.partial_json:
        answer.part(index, "tool_call").text.append(delta.partial_json)
    elif delta.thinking:
        answer.part(index, "reasoning").text.append(delta.thinking)
    else:
        return False
    return True


def _settle(answer: Answer, index: int) -> None:
    """Write a finished tool input as compact JSON, so that it is the same however it arrived."""
    draft = answer.parts.get(index)
    if draft is None or draft.kind != "tool_call":
        return
    text = "".join(draft.text) or "{}"
    try:
        draft.text[:] = [compact(msgspec.json.decode(text))]
    except (msgspec.MsgspecError, RecursionError):
        draft.text[:] = [text]


def _close(answer: Answer, stop_reason: str | None, stated: _Usage | None) -> None:
    """Merge what is known at the end only: why it ended, and the counts that hold."""
    if stop_reason is not None:
        answer.finish_reasons[0] = stop_reason
    if stated is None:
        return
    usage = _input_usage(answer.usage or Usage(), stated)
    output = _latest(stated.output_tokens, usage.output_tokens)
    details = stated.output_tokens_details
    reasoning = _latest(details.thinking_tokens if details else None, usage.reasoning_output_tokens)
    exceeded = reasoning is not None and output is not None and reasoning > output
    answer.usage = replace(
        usage,
        output_tokens=output,
        reasoning_output_tokens=output if exceeded else reasoning,
        inconsistent=exceeded,
    )
    answer.service_tier = stated.service_tier or answer.service_tier
    answer.reported_cost = chat_cost(stated)


def _opening_usage(stated: _Usage | None) -> Usage | None:
    """Return the counts of a `message_start`: OpenRouter opens with zeros, and no prompt has no tokens."""
    if stated is None:
        return None
    usage = _input_usage(Usage(), stated)
    return replace(usage, input_tokens=usage.input_tokens or None)


def _input_usage(before: Usage, stated: _Usage) -> Usage:
    """Return `before` with the input counts that are `stated` now; a count that is not stated again still holds."""
    read = _latest(stated.cache_read_input_tokens, before.cache_read_input_tokens)
    written = _latest(stated.cache_creation_input_tokens, before.cache_write_input_tokens)
    uncached = _latest(stated.input_tokens, None)
    if not uncached and before.input_tokens is not None:
        uncached = before.input_tokens - (before.cache_read_input_tokens or 0) - (before.cache_write_input_tokens or 0)
    split, tools = stated.cache_creation, stated.server_tool_use
    for_5m, for_1h = (split.ephemeral_5m_input_tokens, split.ephemeral_1h_input_tokens) if split else (None, None)
    return replace(
        before,
        input_tokens=None if uncached is None else uncached + (read or 0) + (written or 0),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_5m_input_tokens=_latest(for_5m, before.cache_write_5m_input_tokens),
        cache_write_1h_input_tokens=_latest(for_1h, before.cache_write_1h_input_tokens),
        web_searches=_latest(tools.web_search_requests if tools else None, before.web_searches),
    )


def _latest(stated: int | None, before: int | None) -> int | None:
    """Return the count that is `stated` now, if it can be a count, or else what was known before."""
    return stated if stated is not None and 0 <= stated < _LARGEST else before


def _message(turn: _Turn) -> Message:
    said = parts(turn.content)
    results = bool(said) and all(one.kind == "tool_result" for one in said)
    return Message("tool" if results else turn.role, said)
