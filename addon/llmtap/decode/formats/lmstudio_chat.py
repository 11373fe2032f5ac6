"""LM Studio's own chat (`/api/v1/chat`): an output of messages, thoughts and tool calls beside its `stats`.

A stream tells each stage by an event, its pieces by `….delta`, and the whole answer once more in `chat.end`.

Source: https://lmstudio.ai/docs/developer/rest/chat and .../rest/streaming-events.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn
from llmtap.decode.usage.tally import tally


class _Piece(msgspec.Struct, gc=False):
    type: str = ""
    content: str | None = None
    text: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    input: str | list[_Piece] | None = None
    system_prompt: str | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_output_tokens: int | None = None
    reasoning: str | None = None
    previous_response_id: str | None = None


class _Item(msgspec.Struct, gc=False):
    type: str = ""
    content: str | None = None
    tool: str | None = None
    arguments: object = None


class _Stats(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    total_output_tokens: int | None = None
    reasoning_output_tokens: int | None = None


class _Answer(msgspec.Struct):
    """A whole answer, or an event, of which `chat.end` has the whole in `result`."""

    type: str | None = None
    content: str | None = None
    model_instance_id: str | None = None
    output: list[_Item] | None = None
    stats: _Stats | None = None
    response_id: str | None = None
    result: "_Answer | None" = None
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    pieces = [_Piece("text", asked.input)] if isinstance(asked.input, str) else asked.input or []
    said = [(piece.content or piece.text, piece.type) for piece in pieces]
    parts = tuple(Part("text", text) if text else Part("media", kind or "*") for text, kind in said)
    system = (Message("system", (Part("text", asked.system_prompt),)),) if asked.system_prompt else ()
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        reasoning_level=asked.reasoning,
        previous_response_id=asked.previous_response_id,
        messages=(*system, *((Message("user", parts),) if parts else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without an output is asked for the error it states."""
    stated = read(_Answer, body)
    if stated.output is None:
        answer.error = read_error(body) or answer.error
    _settle(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `chat.end` is the end mark, and replaces what was pieced together."""
    stated = read(_Answer, event.data)
    answer.model = stated.model_instance_id or answer.model
    match stated.type or event.name:
        case "message.delta":
            return merge_turn(answer, 0, Turn(content=stated.content))
        case "reasoning.delta":
            return merge_turn(answer, 0, Turn(reasoning=stated.content))
        case "chat.end":
            answer.completed = True
            if stated.result is not None:
                _settle(answer, stated.result)
        case "error":
            answer.error = read_error(event.data) or answer.error
    return False


def _settle(answer: Answer, stated: _Answer) -> None:
    """Merge a whole answer, in place of what was merged of it before."""
    answer.id = stated.response_id or answer.id
    answer.model = stated.model_instance_id or answer.model
    if stated.output:
        answer.parts.clear()
    for index, item in enumerate(stated.output or ()):
        match item.type:
            case "message":
                merge_turn(answer, 0, Turn(content=item.content))
            case "reasoning":
                merge_turn(answer, 0, Turn(reasoning=item.content))
            case "tool_call":
                merge_turn(answer, 0, Turn(tool_calls=[ToolCall(index, function=Function(item.tool, item.arguments))]))
    if stated.stats is not None:
        stats = stated.stats
        answer.usage = tally(stats.input_tokens, stats.total_output_tokens, reasoning=stats.reasoning_output_tokens)
