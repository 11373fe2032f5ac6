"""GigaChat's second API of chats: messages answer, and their pieces are told by the member that they have.

An event of a stream is a growth of a whole answer, and has the same shape. Cached tokens lie within the input. Tools
that the service runs stand by name among those that the application offers.

Source: https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api, and the models of
https://pypi.org/project/gigachat (`chat_completions`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn
from llmtap.decode.usage.token_usage import TokenUsage, token_usage

_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class _File(msgspec.Struct, gc=False):
    mime: str | None = None


class _Result(msgspec.Struct, gc=False):
    name: str | None = None
    result: object = None


class _Piece(msgspec.Struct, gc=False):
    text: str | None = None
    files: list[_File] = []
    function_call: Function | None = None
    function_result: _Result | None = None


class _Said(msgspec.Struct, gc=False):
    role: str | None = None
    content: str | list[str | _Piece] | None = None
    function_call: Function | None = None
    finish_reason: str | None = None


class _Effort(msgspec.Struct, gc=False):
    effort: str | None = None


class _Format(msgspec.Struct, gc=False):
    type: str | None = None


class _Options(msgspec.Struct, gc=False):
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    reasoning: _Effort | None = None
    response_format: _Format | None = None


class _Storage(msgspec.Struct, gc=False):
    thread_id: str | None = None


class _Offered(msgspec.Struct, gc=False):
    specifications: list[Function] = []


class _Request(msgspec.Struct):
    model: str | None = None
    assistant_id: str | None = None
    messages: list[_Said] = []
    model_options: _Options | None = None
    storage: _Storage | None = None
    tools: list[dict[str, _Offered]] = []
    stream: bool | None = None


class _Answer(msgspec.Struct):
    """A whole answer or an event."""

    model: str | None = None
    message_id: str | None = None
    thread_id: str | None = None
    messages: list[_Said] | None = None
    finish_reason: str | None = None
    usage: TokenUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; an assistant stands for its model, and is not named as one."""
    asked = read(_Request, body)
    options = asked.model_options or _Options()
    offered = [(name, tool) for tools in asked.tools for name, tool in tools.items()]
    tools = [one.name or "" for _, tool in offered for one in tool.specifications]
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        top_p=options.top_p,
        output_type=_OUTPUT_TYPES.get(options.response_format.type or "") if options.response_format else None,
        reasoning_level=options.reasoning.effort if options.reasoning else None,
        conversation_id=asked.storage.thread_id if asked.storage else None,
        tools=(*filter(None, tools), *(name for name, _ in offered if name != "functions")),
        messages=tuple(map(_message, asked.messages)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without messages is asked for the error it states."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a finish reason, or `[DONE]`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    if event.name == "error":
        answer.error = read_error(event.data, failed=True) or ProviderError()
    carried = _merge(answer, event.data)
    answer.completed = answer.completed or bool(answer.finish_reasons)
    return carried


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    answer.id = stated.message_id or answer.id
    answer.model = stated.model or answer.model
    answer.conversation_id = stated.thread_id or answer.conversation_id
    if stated.usage is not None:
        answer.usage = token_usage(stated.usage) or answer.usage
    if stated.messages is None:
        answer.error = read_error(body) or answer.error
    carried = False
    reasons = [stated.finish_reason]
    for said in stated.messages or ():
        reasons.append(said.finish_reason)
        for piece in _pieces(said):
            carried = _grow(answer, piece) or carried
    reason = next(filter(None, reasons), None)
    if reason:
        answer.finish_reasons[0] = reason
    return carried


def _grow(answer: Answer, piece: _Piece) -> bool:
    for file in piece.files:
        answer.part(len(answer.parts), "media").text.append(file.mime or "*")
    calls = [ToolCall(len(answer.parts), function=piece.function_call)] if piece.function_call else None
    return merge_turn(answer, 0, Turn(content=piece.text, tool_calls=calls)) or bool(piece.files)


def _pieces(said: _Said) -> list[_Piece]:
    """Return the pieces of a message; a call may stand beside them."""
    listed = [said.content] if isinstance(said.content, str) else said.content or []
    pieces = [_Piece(one) if isinstance(one, str) else one for one in listed]
    return [*pieces, _Piece(function_call=said.function_call)] if said.function_call else pieces


def _message(said: _Said) -> Message:
    """Return a turn of the request; the result of a call is a turn of its own."""
    parts: list[Part] = []
    for piece in _pieces(said):
        grown = Answer()
        _grow(grown, piece)
        parts += [draft.whole() for draft in grown.parts.values()]
        if piece.function_result is not None:
            parts.append(Part("tool_result", _words(piece.function_result.result), None, piece.function_result.name))
    role = said.role or "user"
    return Message("tool" if role == "function" else role, tuple(parts))


def _words(result: object) -> str:
    """Return words, or a JSON value as text; one nested too deep to be written is empty."""
    if isinstance(result, str):
        return result
    try:
        return msgspec.json.encode(result).decode()
    except (RecursionError, OverflowError):
        return ""
