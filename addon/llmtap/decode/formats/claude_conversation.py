"""The conversation of claude.ai, the web application: a prompt in, a stream of blocks out; no usage is ever stated.

Law: an event is told by its `type`. Today's are those of Anthropic's Messages (`content_block_delta` …) with members of
the application's own, the earlier ones pieces of a `completion`. Unknown events, blocks and deltas are passed over.

Source: the application itself; it has no documentation (providers.md 1.4).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part


class _Named(msgspec.Struct, gc=False):
    name: str | None = None
    type: str | None = None


class _File(msgspec.Struct, gc=False):
    extracted_content: str | None = None
    file_type: str | None = None


class _Request(msgspec.Struct):
    prompt: str | None = None
    model: str | None = None
    attachments: list[_File] = []
    tools: list[_Named] = []


class _Piece(msgspec.Struct, gc=False):
    """A block as it begins, or a growth of one."""

    type: str | None = None
    id: str | None = None
    name: str | None = None
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Opened(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    index: int = 0
    id: str | None = None
    model: str | None = None
    message: _Opened | None = None
    content_block: _Piece | None = None
    delta: _Piece | None = None
    completion: str | None = None
    stop_reason: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for: the prompt, after the words of what is attached; turns before are not sent."""
    asked = read(_Request, body)
    files = (
        Part("text", one.extracted_content) if one.extracted_content else Part("media", one.file_type or "*")
        for one in asked.attachments
    )
    parts = (*files, *((Part("text", asked.prompt),) if asked.prompt else ()))
    return InferenceRequest(
        model=asked.model,
        stream=True,
        tools=tuple(name for tool in asked.tools if (name := tool.name or tool.type)),
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a body that is no stream, which is asked for the error it states."""
    read(_Event, body)
    answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; return whether it carried text, thinking or tool input."""
    stated = read(_Event, event.data)
    match stated.type or event.name:
        case "message_start" if stated.message:
            answer.id, answer.model = stated.message.id, stated.message.model or answer.model
        case "content_block_start" if stated.content_block:
            return _begin(answer, stated.index, stated.content_block)
        case "content_block_delta" if stated.delta:
            return _grow(answer, stated.index, stated.delta)
        case "message_delta" if stated.delta:
            _end(answer, stated.delta.stop_reason)
        case "message_stop":
            answer.completed = True
        case "completion":
            answer.id, answer.model = stated.id or answer.id, stated.model or answer.model
            _end(answer, stated.stop_reason)
            answer.completed = answer.completed or bool(stated.stop_reason)
            return _grow(answer, 0, _Piece(text=stated.completion))
        case "error":
            answer.error = read_error(event.data) or answer.error
    return False


def _begin(answer: Answer, index: int, block: _Piece) -> bool:
    if block.type == "tool_use":
        draft = answer.part(index, "tool_call")
        draft.id, draft.name = block.id, block.name
        return False
    return _grow(answer, index, block)


def _grow(answer: Answer, index: int, piece: _Piece) -> bool:
    if piece.text:
        answer.part(index, "text").text.append(piece.text)
    elif piece.thinking:
        answer.part(index, "reasoning").text.append(piece.thinking)
    elif piece.partial_json:
        answer.part(index, "tool_call").text.append(piece.partial_json)
    else:
        return False
    return True


def _end(answer: Answer, reason: str | None) -> None:
    if reason:
        answer.finish_reasons[0] = reason
