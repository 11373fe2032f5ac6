"""Dify's applications asked as an API: chats, completions and workflows, at Dify or on a server of one's own.

A chat sums up what it cost in the metadata of its last event or of its whole answer, in the currency of whoever set it
up; a price of 0 is that of a model that has none. A workflow has no such sum: in a stream each node that asked a model
states its own usage, and a whole answer has a total alone, which tells neither side. Only nodes name a model.

Source: https://docs.dify.ai/api-reference, https://github.com/langgenius/dify (api/core/app/entities/task_entities.py).
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage
from llmtap.decode.usage.tally import added

_ABSENT = msgspec.Raw()
_KEY = "text"
_MEDIA = frozenset({"image", "audio", "video"})


class _File(msgspec.Struct, gc=False):
    type: str | None = None


class _Request(msgspec.Struct):
    query: str | None = None
    inputs: msgspec.Raw = _ABSENT
    response_mode: str | None = None
    conversation_id: str | None = None
    user: str | None = None
    files: list[_File] = []


class _Usage(ChatUsage):
    total_price: Decimal | None = None
    currency: str | None = None


class _Metadata(msgspec.Struct):
    usage: _Usage | None = None


class _Asked(msgspec.Struct):
    """How a node asked a model."""

    model_name: str | None = None
    usage: ChatUsage | None = None


class _Data(msgspec.Struct):
    """A piece of a workflow's words, or what became of a node or of the whole."""

    text: str | None = None
    status: str | None = None
    error: str | None = None
    outputs: msgspec.Raw = _ABSENT
    process_data: msgspec.Raw = _ABSENT


class _Answer(msgspec.Struct):
    """An event or a whole answer."""

    event: str | None = None
    message_id: str | None = None
    workflow_run_id: str | None = None
    conversation_id: str | None = None
    answer: str | None = None
    metadata: _Metadata | None = None
    data: _Data | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what is asked: the question, or the words that the application's own form asks for."""
    asked = read(_Request, body)
    words = [asked.query] if asked.query else _strings(asked.inputs)
    media = [f"{file.type}/*" if file.type in _MEDIA else "*" for file in asked.files]
    parts = (*(Part("text", text) for text in words), *(Part("media", kind) for kind in media))
    return InferenceRequest(
        stream={"streaming": True, "blocking": False}.get(asked.response_mode or ""),
        conversation_id=asked.conversation_id or None,
        user=asked.user,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without words and data is asked for the error it states."""
    stated = read(_Answer, body)
    _identify(answer, stated)
    if stated.answer is None and stated.data is None:
        answer.error = read_error(body) or answer.error
    if stated.answer:
        answer.part(_KEY, "text").text.append(stated.answer)
    if stated.data is not None:
        _finish(answer, stated.data)
    _conclude(answer, stated.metadata)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the end of the message or of the workflow is the end mark."""
    stated = read(_Answer, event.data)
    _identify(answer, stated)
    data = stated.data or _Data()
    said = answer.parts.get(_KEY)
    match stated.event:
        case "message" | "agent_message" | "text_chunk":
            words = stated.answer or data.text
            if words:
                answer.part(_KEY, "text").text.append(words)
            return bool(words)
        case "message_replace" | "text_replace" if said is not None:
            said.text[:] = [stated.answer or data.text or ""]
        case "node_finished":
            _count(answer, data)
        case "workflow_finished":
            _finish(answer, data)
            answer.completed = True
        case "message_end":
            _conclude(answer, stated.metadata)
            answer.completed = True
        case "error":
            answer.error = read_error(event.data, failed=True) or ProviderError()
    return False


def _identify(answer: Answer, stated: _Answer) -> None:
    answer.id = stated.message_id or answer.id or stated.workflow_run_id
    answer.conversation_id = stated.conversation_id or answer.conversation_id


def _count(answer: Answer, node: _Data) -> None:
    """Add what a node used, which it states of the process, or of the outputs."""
    process, outputs = (
        read(_Asked, bytes(raw)) if _object(raw) else _Asked() for raw in (node.process_data, node.outputs)
    )
    usage = process.usage or outputs.usage
    if usage is not None:
        answer.usage = added(answer.usage, chat_usage(usage, answered=True))
        answer.agree(process.model_name)


def _finish(answer: Answer, data: _Data) -> None:
    """Take what became of a workflow; its outputs are words only where none were said before."""
    if data.status:
        answer.finish_reasons[0] = data.status
    if data.error or data.status == "failed":
        answer.error = ProviderError(message=data.error)
    words = [] if _KEY in answer.parts else _strings(data.outputs)
    if words:
        answer.part(_KEY, "text").text.append("\n".join(words))


def _conclude(answer: Answer, metadata: _Metadata | None) -> None:
    usage = metadata.usage if metadata else None
    if usage is None:
        return
    answer.usage = chat_usage(usage, answered=True) or answer.usage
    if usage.currency in (None, "USD"):
        answer.reported_cost = chat_cost(ChatUsage(cost=usage.total_price)) or answer.reported_cost


def _strings(raw: msgspec.Raw) -> list[str]:
    """Return the words among the values of an object whose names are whoever made the application's."""
    values = read(dict[str, msgspec.Raw], bytes(raw)).values() if _object(raw) else ()
    return [read(str, bytes(value)) for value in values if bytes(memoryview(value)[:1]) == b'"']


def _object(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:1]) == b"{"
