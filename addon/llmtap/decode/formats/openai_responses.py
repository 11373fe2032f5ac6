"""OpenAI's Responses API, as OpenAI, Azure, xAI, OpenRouter, GitHub Copilot and ChatGPT's Codex speak it.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. The final event of a stream holds
the whole answer once more, so what it says replaces what the deltas said; where it holds no output (Codex) the deltas
stand. Usage is stated in the final event only. Unknown events and items are passed over.

Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming; providers.md 1.4, 1.6.
"""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body import lenient
from llmtap.decode.body.events import Event
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, PartKind, ProviderError
from llmtap.decode.messages import items
from llmtap.decode.messages.items import Item
from llmtap.decode.usage.chat_usage import chat_cost
from llmtap.decode.usage.response_usage import ResponseUsage, ToolUsage, response_usage

_OUTPUT_TYPES = {"json_schema": "json", "json_object": "json", "text": "text"}
_UNFINISHED = frozenset({"queued", "in_progress"})
_DELTAS: Mapping[str, tuple[str, PartKind]] = {
    "response.output_text.delta": ("content", "text"),
    "response.refusal.delta": ("content", "refusal"),
    "response.reasoning_text.delta": ("content", "reasoning"),
    "response.reasoning_summary_text.delta": ("summary", "reasoning"),
    "response.function_call_arguments.delta": ("call", "tool_call"),
    "response.custom_tool_call_input.delta": ("call", "tool_call"),
    "response.mcp_call_arguments.delta": ("call", "tool_call"),
    "response.code_interpreter_call_code.delta": ("call", "tool_call"),
    "response.shell_call_command.delta": ("call", "tool_call"),
    "response.audio.transcript.delta": ("content", "text"),
}


class _Named(msgspec.Struct, frozen=True):
    type: str | None = None
    name: str | None = None


class _Tool(msgspec.Struct, frozen=True):
    type: str | None = None
    model: str | None = None


class _Options(msgspec.Struct, frozen=True):
    effort: str | None = None
    format: _Named | None = None


class _Conversation(msgspec.Struct, frozen=True):
    id: str | None = None


class _Request(msgspec.Struct, frozen=True):
    model: str | None = None
    input: str | list[Item] | None = None
    instructions: str | None = None
    stream: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: _Options | None = None
    text: _Options | None = None
    tools: list[_Named] | None = None
    previous_response_id: str | None = None
    conversation: str | _Conversation | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None


class _Cause(msgspec.Struct, frozen=True):
    type: str | None = None
    code: str | None = None
    message: str | None = None
    reason: str | None = None


class _Metadata(msgspec.Struct, frozen=True):
    system_fingerprint: str | None = None


class _Response(msgspec.Struct, frozen=True):
    id: str | None = None
    model: str | None = None
    status: str | None = None
    incomplete_details: _Cause | None = None
    error: _Cause | None = None
    output: list[Item] | None = None
    usage: ResponseUsage | None = None
    tool_usage: ToolUsage | None = None
    tools: list[_Tool] | None = None
    service_tier: str | None = None
    conversation: str | _Conversation | None = None
    background: bool | None = None
    metadata: _Metadata | None = None


class _Event(msgspec.Struct, frozen=True, gc=False):
    type: str | None = None
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    delta: str | None = None
    item: Item | None = None
    response: _Response | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; its `instructions` are the first message, of the role `system`."""
    asked = lenient.read(_Request, body)
    wanted = asked.text.format if asked.text else None
    system = () if asked.instructions is None else (Message("system", (Part("text", asked.instructions),)),)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        output_type=_OUTPUT_TYPES.get(wanted.type or "") if wanted else None,
        reasoning_level=asked.reasoning.effort if asked.reasoning else None,
        service_tier=asked.service_tier,
        conversation_id=_conversation(asked.conversation),
        previous_response_id=asked.previous_response_id,
        user=asked.user or asked.safety_identifier,
        tools=tuple(name for tool in asked.tools or () if (name := tool.name or tool.type)),
        messages=(*system, *items.messages(asked.input)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole response into `answer`; a body with neither output nor usage is that of an error."""
    response = lenient.read(_Response, body)
    if response.output is None and response.usage is None:
        answer.error = read_error(body)
    else:
        _conclude(answer, response)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a stream; return whether it carried text, reasoning or tool input.

    An answer that is seen for the first time in its finished item, or in the final event, arrived with that event.
    """
    if event.data.startswith(b"[DONE]"):  # OpenRouter ends every dialect with the marker of Chat Completions.
        answer.completed = True
        return False
    stated = lenient.read(_Event, event.data)
    kind = stated.type or event.name or ""
    delta = _DELTAS.get(kind)
    if delta is not None:
        return _grow(answer, stated, *delta)
    match kind:
        case "response.audio.delta":
            return bool(stated.delta)
        case "response.created" | "response.in_progress" | "response.queued" if stated.response:
            _open(answer, stated.response)
        case "response.output_item.added" if stated.item:
            _begin(answer, stated.output_index, stated.item)
        case "response.output_item.done" if stated.item:
            return _finish(answer, stated.output_index, stated.item)
        case "response.completed" | "response.incomplete" | "response.failed" | "response.done" if stated.response:
            answer.completed = True
            return _conclude(answer, stated.response)
        case "error" | "":
            error = read_error(event.data)
            if error is not None:  # The event names itself `error`, which is no type of error; its `code` is one.
                answer.error = replace(error, type=None if error.type == "error" else error.type)
    return False


def _grow(answer: Answer, stated: _Event, place: str, kind: PartKind) -> bool:
    if not stated.delta:
        return False
    index = stated.content_index if place == "content" else stated.summary_index
    answer.part((stated.output_index, place, index), kind).text.append(stated.delta)
    return True


def _begin(answer: Answer, index: int, item: Item) -> None:
    """Merge what an item says before its words: which tool it calls."""
    name = items.tool(item)
    if name is not None:
        draft = answer.part((index, "call", 0), "tool_call")
        draft.id, draft.name = item.call_id or item.id, name


def _finish(answer: Answer, index: int, item: Item) -> bool:
    """Write a whole item over what its deltas said; return whether these are its first words."""
    first = False
    for (place, position), part in items.parts(item):
        draft = answer.part((index, place, position), part.kind)
        first = first or _fresh(part, draft.text)
        draft.kind, draft.id, draft.name, draft.text[:] = part.kind, part.id, part.name, [part.text]
    return first


def _fresh(part: Part, before: list[str]) -> bool:
    return part.kind in ("text", "reasoning", "refusal", "tool_call") and bool(part.text) and not any(before)


def _open(answer: Answer, response: _Response) -> None:
    answer.id = response.id or answer.id
    answer.model = response.model or answer.model
    answer.service_tier = response.service_tier or answer.service_tier
    answer.conversation_id = _conversation(response.conversation) or answer.conversation_id
    answer.background = bool(response.background)
    drawing = (tool.model for tool in response.tools or () if tool.type == "image_generation")
    answer.image_tool_model = next(drawing, None) or answer.image_tool_model
    if response.metadata and response.metadata.system_fingerprint:  # xAI keeps it there.
        answer.system_fingerprint = response.metadata.system_fingerprint


def _conclude(answer: Answer, response: _Response) -> bool:
    """Merge a whole response; return whether its words are the first that were seen.

    The finish reason is the status in the provider's word (`completed`, `failed`, `cancelled`), or for an `incomplete`
    response the reason it gives (`max_output_tokens`, `content_filter`); `queued` and `in_progress` are no finish.
    """
    _open(answer, response)
    if response.status is not None and response.status not in _UNFINISHED:
        details = response.incomplete_details
        answer.finish_reasons[0] = (details.reason if details else None) or response.status
    if response.error is not None:
        answer.error = ProviderError(response.error.type, response.error.code, response.error.message)
    first = False
    if response.output:
        silent = not any(any(draft.text) for draft in answer.parts.values())
        answer.parts.clear()
        for index, item in enumerate(response.output):
            if item.role in (None, "assistant"):  # A compaction (`/responses/compact`) repeats what the user said.
                first = _finish(answer, index, item) or first
        first = first and silent
    if response.usage is not None:
        answer.usage = response_usage(response.usage, response.tool_usage, response.output or ())
        answer.reported_cost = chat_cost(response.usage)
    return first


def _conversation(conversation: str | _Conversation | None) -> str | None:
    return conversation.id if isinstance(conversation, _Conversation) else conversation
