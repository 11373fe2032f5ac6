"""Cloudflare Workers AI's `run` (https://developers.cloudflare.com/workers-ai/): a model's own answer in an envelope.

Most language models answer `{"response", "tool_calls", "usage"}`, newer ones in the shape of OpenAI's chat. A stream
has no envelope; it states no finish reason, and its usage stands in the last chunk, at times in none.
"""

from dataclasses import replace

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, Typed, asked_for
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage


class _Request(Parameters):
    messages: tuple[Turn, ...] = ()
    prompt: str | None = None
    text: str | list[str] | None = None
    tools: list[Typed] | None = None


class _Called(msgspec.Struct, gc=False):
    """A call: its function stands in it, or is it."""

    id: str | None = None
    function: Function | None = None
    name: str | None = None
    arguments: object = None


class _Usage(ChatUsage, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Result(msgspec.Struct, gc=False):
    """What a model made; `response` is an object where the request has a schema, and a number where a token is one."""

    response: object = None
    tool_calls: list[_Called] | None = None
    usage: _Usage | None = None
    choices: msgspec.Raw = msgspec.Raw()


class _Envelope(msgspec.Struct, gc=False):
    result: msgspec.Raw = msgspec.Raw()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the path names the model."""
    asked = read(_Request, body)
    texts = [asked.text] if isinstance(asked.text, str) else asked.text or []
    parts = tuple(Part("text", text) for text in (asked.prompt, *texts) if text)
    tools = ((tool.function and tool.function.name) or tool.name for tool in asked.tools or ())
    return replace(
        asked_for(asked),
        tools=tuple(name for name in tools if name),
        messages=(*map(message, asked.messages), *((Message("user", parts),) if parts else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, in its envelope or bare; one without a result is asked for the error it states."""
    inner = bytes(read(_Envelope, body).result) or body
    if inner in (b"null", b"{}"):
        answer.error = read_error(body)
    elif inner.startswith(b"{"):
        _merge(answer, inner, streamed=False)
        if inner is body and not (answer.parts or answer.usage):
            answer.error = answer.error or read_error(body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one chunk; `[DONE]` is the end mark. Text and tool calls are content."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    return _merge(answer, event.data, streamed=True)


def _merge(answer: Answer, body: bytes, *, streamed: bool) -> bool:
    stated = read(_Result, body)
    if bytes(memoryview(stated.choices)[:1]) == b"[":
        if streamed:
            return completion.merge(answer, Event(body))
        completion.read_response(answer, body)
        return False
    if stated.usage is not None:
        usage = stated.usage
        prompt = usage.input_tokens if usage.prompt_tokens is None else usage.prompt_tokens
        output = usage.output_tokens if usage.completion_tokens is None else usage.completion_tokens
        counted = msgspec.structs.replace(usage, prompt_tokens=prompt, completion_tokens=output)
        answer.usage = chat_usage(counted) or answer.usage
    elif streamed and stated.response is None and stated.tool_calls is None:
        answer.error = read_error(body) or answer.error
    carried = bool(text := _words(stated.response))
    if text:
        answer.part((0, "text"), "text").text.append(text)
    calls = [
        ToolCall(len(answer.parts) + number, call.id, call.function or Function(call.name, call.arguments))
        for number, call in enumerate(stated.tool_calls or ())
    ]
    return merge_turn(answer, 0, Turn(tool_calls=calls)) or carried


def _words(response: object) -> str:
    """Return a text, or a JSON value as text."""
    if response is None or isinstance(response, str):
        return response or ""
    try:
        return msgspec.json.encode(response).decode()
    except (RecursionError, OverflowError):
        return ""
