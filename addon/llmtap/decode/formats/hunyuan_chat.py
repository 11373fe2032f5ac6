"""Tencent Cloud's own API of Hunyuan: OpenAI's shapes in capitals, in a `Response`.

A chat of several, a translation and a question about a picture are answered as a chat is (ChatCompletions,
GroupChatCompletions, ChatTranslations, ImageQuestion); a translation is asked of a text. GetEmbedding has vectors.

An event of a stream stands bare, a whole answer and every error in the envelope that all of Tencent Cloud's APIs have.
Usage is cumulative. A header names the action (`X-TC-Action`), the path never does.

Source: https://cloud.tencent.com/document/api/1729/105701 and .../102832, and the models of
https://pypi.org/project/tencentcloud-sdk-python-hunyuan.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Content, Function, Link, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import count, tally


class _Function(msgspec.Struct, gc=False, rename="pascal"):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct, gc=False, rename="pascal"):
    id: str | None = None
    index: int | None = None
    function: _Function | None = None


class _Url(msgspec.Struct, gc=False, rename="pascal"):
    url: str = ""


class _Piece(msgspec.Struct, gc=False, rename="pascal"):
    type: str = ""
    text: str | None = None
    image_url: _Url | None = None


class _Said(msgspec.Struct, gc=False, rename="pascal"):
    role: str | None = None
    content: str | None = None
    contents: list[_Piece] | None = None
    reasoning_content: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[_Call] | None = None


class _Tool(msgspec.Struct, gc=False, rename="pascal"):
    function: _Function | None = None


class _Request(msgspec.Struct, rename="pascal"):
    model: str | None = None
    messages: list[_Said] = []
    input: str | None = None
    text: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    enable_thinking: bool | None = None
    input_list: list[str] = []
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: list[str] | None = None
    tools: list[_Tool] | None = None


class _Choice(msgspec.Struct, gc=False, rename="pascal"):
    index: int = 0
    message: _Said | None = None
    delta: _Said | None = None
    finish_reason: str | None = None


class _Details(msgspec.Struct, gc=False, rename="pascal"):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False, rename="pascal"):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Wrong(msgspec.Struct, gc=False, rename="pascal"):
    code: str | None = None
    msg: str | None = None


class _Answer(msgspec.Struct, gc=False, rename="pascal"):
    """An event, or what the envelope of a whole answer holds; `error_msg` is the fault of a stream under way."""

    id: str | None = None
    choices: list[_Choice] | None = None
    data: msgspec.Raw = msgspec.Raw()
    usage: _Usage | None = None
    error_msg: _Wrong | None = None
    response: "_Answer | None" = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for, of a chat, a translation or an embedding."""
    asked = read(_Request, body)
    texts = tuple(Part("text", text) for text in (asked.input, asked.text, *asked.input_list) if text)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        temperature=asked.temperature,
        top_p=asked.top_p,
        seed=asked.seed,
        stop_sequences=tuple(asked.stop or ()),
        reasoning_level="enabled" if asked.enable_thinking else None,
        conversation_id=asked.session_id,
        user=asked.user_id,
        tools=tuple(tool.function.name for tool in asked.tools or () if tool.function and tool.function.name),
        messages=(*(message(_turn(said)) for said in asked.messages), *((Message("user", texts),) if texts else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without choices and without vectors is asked for the error it states."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a finish reason, or `[DONE]`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    stated = stated.response or stated
    answer.id = stated.id or answer.id
    if stated.usage is not None:
        usage, read_in = stated.usage, stated.usage.prompt_tokens_details or _Details()
        answer.usage = (
            tally(usage.prompt_tokens, count(usage.completion_tokens), cached=read_in.cached_tokens) or answer.usage
        )
    if stated.error_msg is not None:
        answer.error = ProviderError(None, stated.error_msg.code, stated.error_msg.msg)
    elif stated.choices is None and not bytes(memoryview(stated.data)[:1]):
        answer.error = read_error(body) or answer.error
    carried = False
    for choice in stated.choices or ():
        said = choice.delta or choice.message
        if said is not None:
            carried = merge_turn(answer, choice.index, _turn(said)) or carried
        if choice.finish_reason:
            answer.finish_reasons[choice.index] = choice.finish_reason
            answer.completed = True
    return carried


def _turn(said: _Said) -> Turn:
    """Return a turn in OpenAI's spelling."""
    contents = [
        Content(piece.type, piece.text, image_url=Link(piece.image_url.url) if piece.image_url else None)
        for piece in said.contents or ()
    ]
    calls = [
        ToolCall(call.index, call.id, Function(call.function.name, call.function.arguments) if call.function else None)
        for call in said.tool_calls or ()
    ]
    return Turn(
        said.role,
        contents or said.content,
        reasoning_content=said.reasoning_content,
        tool_calls=calls or None,
        tool_call_id=said.tool_call_id,
    )
