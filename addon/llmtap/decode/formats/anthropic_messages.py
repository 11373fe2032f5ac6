"""Anthropic's Messages API, as Anthropic itself, Vertex AI, OpenRouter and the servers that copy it speak it.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. Counts in a stream are cumulative,
so what is stated later replaces what was stated before; the `output_tokens` of `message_start` is a placeholder that
is never believed (providers.md 1.6). Total input is the sum of uncached, cache-read and cache-written tokens, because
Anthropic counts the three apart. Unknown events, blocks and deltas are passed over.

Source: https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body import lenient
from llmtap.decode.body.events import Event
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Usage
from llmtap.decode.messages.blocks import Block, Turn, compact, message, part, parts
from llmtap.decode.usage.chat_usage import chat_cost
from llmtap.decode.usage.message_usage import MessageUsage, input_usage, message_usage, served

_OUTPUT_TYPES = {"json_schema": "json", "json_object": "json", "text": "text"}


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
    messages: list[Turn] | None = None


class _Answer(msgspec.Struct, frozen=True):
    type: str | None = None
    id: str | None = None
    model: str | None = None
    role: str | None = None
    content: list[Block] | None = None
    stop_reason: str | None = None
    usage: MessageUsage | None = None


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
    usage: MessageUsage | None = None


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
            *(message(turn) for turn in asked.messages or ()),
        ),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole message, or an error body, into `answer`."""
    said = lenient.read(_Answer, body)
    if said.type != "message":
        answer.error = read_error(body)
    _open(answer, said)
    for index, block in enumerate(said.content or ()):
        _begin(answer, index, block)
        _settle(answer, index)
    _close(answer, said.stop_reason, said.usage)


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


def _open(answer: Answer, said: _Answer) -> None:
    answer.id = said.id
    answer.model = said.model
    answer.roles[0] = said.role or "assistant"
    if said.usage is not None:
        _terms(answer, said.usage)


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
    """Write a finished tool input as compact JSON, so that it is the same however it arrived.

    An empty piece behind it says that it was finished: ends that repeat would else cost its whole length each time.
    """
    draft = answer.parts.get(index)
    if draft is None or draft.kind != "tool_call" or draft.text[1:2] == [""]:
        return
    text = "".join(draft.text) or "{}"
    try:
        draft.text[:] = [compact(msgspec.json.decode(text)), ""]
    except (msgspec.MsgspecError, RecursionError):
        draft.text[:] = [text, ""]


def _close(answer: Answer, stop_reason: str | None, stated: MessageUsage | None) -> None:
    """Merge what is known at the end only: why it ended, and the counts that hold."""
    if stop_reason is not None:
        answer.finish_reasons[0] = stop_reason
    if stated is None:
        return
    answer.usage = message_usage(answer.usage or Usage(), stated)
    answer.model = served(stated) or answer.model  # a stream began before another model took it over
    _terms(answer, stated)
    answer.reported_cost = chat_cost(stated)


def _terms(answer: Answer, stated: MessageUsage) -> None:
    """Merge on which terms the model was run: each has its price."""
    answer.service_tier = stated.service_tier or answer.service_tier
    answer.speed = stated.speed or answer.speed
    if stated.inference_geo != "not_available":
        answer.inference_geo = stated.inference_geo or answer.inference_geo


def _opening_usage(stated: MessageUsage | None) -> Usage | None:
    """Return the counts of a `message_start`: OpenRouter opens with zeros, and no prompt has no tokens."""
    if stated is None:
        return None
    usage = input_usage(Usage(), stated)
    return replace(usage, input_tokens=usage.input_tokens or None)
