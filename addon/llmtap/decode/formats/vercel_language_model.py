"""Vercel's AI Gateway as the AI SDK itself calls it: a call of its `LanguageModel` interface, sent as JSON.

Law: a streamed and a whole answer of the same content are equal. A header names the model. The third version of the
interface spells usage by totals with parts and the finish reason in two words, the second by plain numbers and one
word; both are read. Cached tokens are inside the input and reasoning inside the output. The gateway states its cost.

Source: https://github.com/vercel/ai, packages/gateway and packages/provider (language-model/v2 and v3).
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Usage
from llmtap.decode.messages.pieces import spelled
from llmtap.decode.messages.turns import Turn, merge_turn, message
from llmtap.decode.usage.tally import LARGEST, tally


class _Tool(msgspec.Struct, gc=False):
    name: str | None = None


class _Format(msgspec.Struct, gc=False):
    type: str | None = None


class _Request(msgspec.Struct, rename="camel"):
    prompt: list[Turn] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    response_format: _Format | None = None
    tools: list[_Tool] | None = None


class _Total(msgspec.Struct, gc=False, rename="camel"):
    total: int | None = None
    cache_read: int | None = None
    reasoning: int | None = None


class _Usage(msgspec.Struct, gc=False, rename="camel"):
    input_tokens: int | _Total | None = None
    output_tokens: int | _Total | None = None
    cached_input_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Reason(msgspec.Struct, gc=False):
    unified: str | None = None
    raw: str | None = None


class _Gateway(msgspec.Struct, gc=False):
    cost: Decimal | None = None


class _Metadata(msgspec.Struct, gc=False):
    gateway: _Gateway | None = None


class _Identity(msgspec.Struct, gc=False, rename="camel"):
    id: str | None = None
    model_id: str | None = None


class _Part(msgspec.Struct, rename="camel"):
    """A part of an answer, or an event of a stream: a growth of a part, who answers, or the end."""

    type: str | None = None
    id: str | None = None
    model_id: str | None = None
    text: str | None = None
    delta: str | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    input: object = None
    finish_reason: str | _Reason | None = None
    usage: _Usage | None = None
    provider_metadata: _Metadata | None = None


class _Answer(_Part, rename="camel"):
    """A whole answer, which says at its top what the last event of a stream says."""

    content: list[_Part] | None = None
    response: _Identity | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    return InferenceRequest(
        max_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        stop_sequences=tuple(asked.stop_sequences or ()),
        output_type=asked.response_format.type if asked.response_format else None,
        tools=tuple(tool.name for tool in asked.tools or () if tool.name),
        messages=tuple(message(turn) for turn in asked.prompt or ()),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without content is asked for the error it states."""
    stated = read(_Answer, body)
    if stated.content is None:
        answer.error = read_error(body) or answer.error
        return
    if stated.response is not None:
        answer.id, answer.model = stated.response.id or answer.id, stated.response.model_id or answer.model
    for part in stated.content:
        _grow(answer, part)
    _end(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `finish` is the end mark. Text, reasoning and the input of a tool are content."""
    if event.data.startswith(b"[DONE]"):
        return False
    part = read(_Part, event.data)
    match part.type:
        case "finish":
            answer.completed = True
            _end(answer, part)
        case "response-metadata":
            answer.id, answer.model = part.id or answer.id, part.model_id or answer.model
        case "error":
            answer.error = read_error(event.data, failed=True) or answer.error
        case _:
            return _grow(answer, part)
    return False


def _grow(answer: Answer, part: _Part) -> bool:
    """Merge a part or a growth of one; return whether it carried content."""
    match part.type:
        case "text" | "text-delta":
            return merge_turn(answer, 0, Turn(content=part.text or part.delta))
        case "reasoning" | "reasoning-delta":
            return merge_turn(answer, 0, Turn(reasoning_content=part.text or part.delta))
        case "tool-call" | "tool-input-start" | "tool-input-delta":
            return _call(answer, part)
        case "file":
            answer.part(("file", len(answer.parts)), "media").text.append("*")
            return True
    return False


def _call(answer: Answer, part: _Part) -> bool:
    """Merge a tool call, or a growth of its input; a whole call is passed over where its input was told before."""
    key = ("tool", part.tool_call_id or part.id)
    known = key in answer.parts
    if part.type == "tool-call" and known:
        return False
    draft = answer.part(key, "tool_call")
    if not known:
        draft.id, draft.name = part.tool_call_id or part.id, part.tool_name
    said = part.delta or part.input
    draft.text.append(said if isinstance(said, str) else spelled(said))
    return True


def _end(answer: Answer, part: _Part) -> None:
    """Merge what is said at the end: the reason, in the interface's word, the usage, and what the gateway charges."""
    reason = part.finish_reason
    word = reason.unified or reason.raw if isinstance(reason, _Reason) else reason
    if word:
        answer.finish_reasons[0] = word
    answer.usage = _usage(part.usage or _Usage()) or answer.usage
    gateway = part.provider_metadata.gateway if part.provider_metadata else None
    if gateway is not None and gateway.cost is not None and 0 <= gateway.cost < LARGEST:
        answer.reported_cost = gateway.cost


def _usage(stated: _Usage) -> Usage | None:
    into = stated.input_tokens
    out = stated.output_tokens
    into = into if isinstance(into, _Total) else _Total(into, cache_read=stated.cached_input_tokens)
    out = out if isinstance(out, _Total) else _Total(out, reasoning=stated.reasoning_tokens)
    return tally(into.total, out.total, cached=into.cache_read, reasoning=out.reasoning)
