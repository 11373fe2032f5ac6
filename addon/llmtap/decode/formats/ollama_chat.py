"""Ollama's own API: chat, generate and embed (https://github.com/ollama/ollama/blob/main/docs/api.md).

A stream is lines of JSON, and is what chat and generate send unless the request says `"stream": false`. A line and a
whole answer are one shape, and one function merges both. Counts stand in the last line; a prompt that was cached may
have none, and the older `/api/embeddings` counts nothing.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import tally


class _Called(msgspec.Struct, gc=False):
    id: str | None = None
    function: Function | None = None


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    content: str | None = None
    thinking: str | None = None
    images: list[str] | None = None
    tool_calls: list[_Called] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None


class _Answer(msgspec.Struct, gc=False):
    """A line or a whole answer: `message` of a chat, `response` of a generation, `embeddings` of neither."""

    model: str | None = None
    message: _Turn | None = None
    response: str | None = None
    thinking: str | None = None
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    error: object = None


class _Tool(msgspec.Struct, gc=False):
    function: Function | None = None


class _Options(msgspec.Struct, gc=False):
    num_predict: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    messages: list[_Turn] = []
    system: str | None = None
    prompt: str | None = None
    suffix: str | None = None
    images: list[str] | None = None
    input: str | list[str] | None = None
    stream: bool | None = None
    think: bool | str | None = None
    format: msgspec.Raw = msgspec.Raw()
    options: _Options | None = None
    tools: list[_Tool] | None = None


_NO_OPTIONS = _Options()
_NO_FORMAT = (b"", b"null", b'""')


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; a `num_predict` below 0 sets no limit."""
    asked = read(_Request, body)
    options = asked.options or _NO_OPTIONS
    limit, stop = options.num_predict, options.stop
    think = asked.think
    if isinstance(think, bool):
        think = "enabled" if think else "disabled"
    tools = (tool.function.name for tool in asked.tools or () if tool.function)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=limit if limit is not None and limit >= 0 else None,
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
        frequency_penalty=options.frequency_penalty,
        presence_penalty=options.presence_penalty,
        seed=options.seed,
        stop_sequences=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        output_type=None if bytes(memoryview(asked.format)[:5]) in _NO_FORMAT else "json",
        reasoning_level=think or None,
        tools=tuple(name for name in tools if name),
        messages=tuple(_messages(asked)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or the error that stands in its place."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one line; the one that is `done` is the end mark. Text, thinking and tool calls are content."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    answer.model = stated.model or answer.model
    if stated.error is not None:
        answer.error = read_error(body) or answer.error
    if stated.done_reason:
        answer.finish_reasons[0] = stated.done_reason
    answer.completed = answer.completed or stated.done
    if stated.prompt_eval_count is not None or stated.eval_count is not None:
        answer.usage = tally(stated.prompt_eval_count, stated.eval_count) or answer.usage
    said = stated.message or _Turn(content=stated.response, thinking=stated.thinking)
    return merge_turn(answer, 0, _turn(said, len(answer.parts)))


def _turn(said: _Turn, known: int = 0) -> Turn:
    """Return a turn as the chat formats have it; each call is whole and new, though all may have the index 0."""
    calls = [ToolCall(known + number, call.id, call.function) for number, call in enumerate(said.tool_calls or ())]
    return Turn(
        role=said.role,
        content=said.content,
        reasoning=said.thinking,
        tool_calls=calls,
        tool_call_id=said.tool_call_id,
        name=said.tool_name,
    )


def _messages(asked: _Request) -> list[Message]:
    """Return what is asked as messages: a conversation, a prompt, or the texts that become vectors."""
    messages = [_pictured(message(_turn(said)), said.images) for said in asked.messages]
    if asked.system:
        messages.insert(0, Message("system", (Part("text", asked.system),)))
    texts = [text for text in (asked.prompt, asked.suffix) if text]
    texts += [asked.input] if isinstance(asked.input, str) else asked.input or []
    if texts or asked.images:
        messages.append(_pictured(Message("user", tuple(Part("text", text) for text in texts)), asked.images))
    return messages


def _pictured(said: Message, images: list[str] | None) -> Message:
    """Return the message with a medium for each of its images."""
    return Message(said.role, (*said.parts, *(Part("media", "image") for _ in images or ())))
