"""Coze's chats and workflows: a bot is asked by its id, and which models it asks in turn is not said.

What a chat used is stated once it is over: by the event that says so, or by the answer of whoever fetches the chat,
since without a stream it is made in the background. A workflow's events each state what was used until then. An error
has HTTP's status 200 and a `code` that is not 0.

Source: https://www.coze.com/docs/developer_guides/chat_v3, .../workflow_stream_run and .../workflow_run; the models of
https://github.com/coze-dev/coze-py.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.tally import tally

_OVER = frozenset({"completed", "failed", "requires_action", "canceled"})


class _Said(msgspec.Struct, gc=False):
    """A message, or a growth of one; `content` of the type `object_string` is JSON and left alone."""

    id: str | None = None
    role: str | None = None
    type: str | None = None
    content: str | None = None
    reasoning_content: str | None = None
    conversation_id: str | None = None
    chat_id: str | None = None


class _Request(msgspec.Struct):
    user_id: str | None = None
    conversation_id: str | None = None
    additional_messages: list[_Said] = []
    stream: bool | None = None


class _Usage(msgspec.Struct, gc=False):
    input_count: int | None = None
    output_count: int | None = None


class _Fault(msgspec.Struct, gc=False):
    code: int = 0
    msg: str | None = None


class _Chat(msgspec.Struct):
    id: str | None = None
    conversation_id: str | None = None
    status: str | None = None
    last_error: _Fault | None = None
    usage: _Usage | None = None


class _Whole(msgspec.Struct):
    """A chat, or what a workflow gave, in words."""

    data: _Chat | str | None = None
    execute_id: str | None = None
    usage: _Usage | None = None


class _Step(msgspec.Struct):
    """A message of a workflow, or why it broke off."""

    content: str | None = None
    usage: _Usage | None = None
    error_code: int | None = None
    error_message: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; what a workflow is given has names of its own and is left alone."""
    asked = read(_Request, body)
    return InferenceRequest(
        stream=asked.stream,
        conversation_id=asked.conversation_id,
        user=asked.user_id,
        messages=tuple(
            Message(said.role or "user", (Part("text", said.content),))
            for said in asked.additional_messages
            if said.content
        ),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer: a chat as it stands, which no call waited for, or what a workflow gave."""
    stated = read(_Whole, body)
    answer.error = read_error(body) or answer.error
    if isinstance(stated.data, _Chat):
        answer.background = True
        _stand(answer, stated.data)
    elif stated.data:
        answer.part("workflow", "text").text[:] = [stated.data]
    answer.id = stated.execute_id or answer.id
    _count(answer, stated.usage)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event, told by its name; the end of the chat, or `done`, is the end mark."""
    name, data = event.name or "", event.data
    match name:
        case "conversation.message.delta":
            return _say(answer, read(_Said, data))
        case "conversation.message.completed":
            said = read(_Said, data)
            return (said.id, "text") not in answer.parts and _say(answer, said)
        case "Message":
            step = read(_Step, data)
            _count(answer, step.usage)
            if step.content:
                answer.part("workflow", "text").text.append(step.content)
            return bool(step.content)
        case "done" | "Done":
            answer.completed = True
        case "Error":
            step = read(_Step, data)
            answer.error = ProviderError(None, _code(step.error_code), step.error_message)
        case "error":
            answer.error = read_error(data, failed=True) or ProviderError()
        case _ if name.startswith("conversation.chat."):
            chat = read(_Chat, data)
            _stand(answer, chat)
            answer.completed = answer.completed or chat.status in _OVER
    return False


def _say(answer: Answer, said: _Said) -> bool:
    """Add words of the bot's; what it says to its tools, or proposes to be asked next, is no answer."""
    if said.type != "answer":
        return False
    answer.id = said.chat_id or answer.id
    answer.conversation_id = said.conversation_id or answer.conversation_id
    if said.reasoning_content:
        answer.part((said.id, "reasoning"), "reasoning").text.append(said.reasoning_content)
    if said.content:
        answer.part((said.id, "text"), "text").text.append(said.content)
    return bool(said.content or said.reasoning_content)


def _stand(answer: Answer, chat: _Chat) -> None:
    """Take how a chat stands; a status that it may still leave is no finish reason, and its counts are of nothing."""
    answer.id = chat.id or answer.id
    answer.conversation_id = chat.conversation_id or answer.conversation_id
    if chat.status not in _OVER:
        return
    answer.finish_reasons[0] = chat.status
    _count(answer, chat.usage)
    if chat.last_error is not None and chat.last_error.code:
        answer.error = ProviderError(None, _code(chat.last_error.code), chat.last_error.msg)


def _code(code: int | None) -> str | None:
    return None if code is None else str(code)


def _count(answer: Answer, usage: _Usage | None) -> None:
    if usage is not None:
        answer.usage = tally(usage.input_count, usage.output_count) or answer.usage
