"""Applications with a chat that programs may ask too: a question goes in, an answer and at best one count come out.

Each member is one of theirs: Flowise's `prediction`, whose events are named within their data, and whose nodes count
each what their models used, in an event of its own or within the list of a whole answer; AnythingLLM's chats of a
workspace, whose `metrics` it counts itself where the model's API does not; Baidu AppBuilder's `runs`, where each of the
components states its own usage.

Source: https://docs.flowiseai.com/using-flowise/streaming and its SSEStreamer.ts, https://docs.anythingllm.com/features/api,
https://cloud.baidu.com/doc/AppBuilder.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import added

_KEY = "text"
_ENDS = frozenset({"finalizeResponseStream", "textResponse", "abort"})


class _Request(msgspec.Struct):
    """What is asked: `question` is Flowise's, `message` AnythingLLM's, `query` AppBuilder's."""

    question: str | None = None
    message: str | None = None
    query: str | None = None
    streaming: bool | None = None
    stream: bool | None = None
    session_id: str | None = msgspec.field(default=None, name="sessionId")
    conversation_id: str | None = None


class _Metrics(ChatUsage):
    model: str | None = None


class _Component(msgspec.Struct):
    """One of AppBuilder's components; those that ask a model say which."""

    usage: "_Named | None" = None


class _Named(ChatUsage):
    name: str | None = None


class _Counts(msgspec.Struct):
    """What an event of Flowise holds, where it is no word."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    chat_id: str | None = msgspec.field(default=None, name="chatId")
    chat_message_id: str | None = msgspec.field(default=None, name="chatMessageId")


class _Output(msgspec.Struct):
    usage: _Counts | None = msgspec.field(default=None, name="usageMetadata")


class _Ran(msgspec.Struct):
    output: _Output | None = None


class _Node(msgspec.Struct):
    """A node of Flowise that ran."""

    data: _Ran | None = None


class _Answer(msgspec.Struct):
    """An event or a whole answer."""

    event: str | None = None
    data: str | _Counts | None = None
    text: str | None = None
    chat_id: str | None = msgspec.field(default=None, name="chatId")
    chat_message_id: str | None = msgspec.field(default=None, name="chatMessageId")
    nodes: list[_Node] = msgspec.field(default_factory=list, name="agentFlowExecutedData")
    id: str | None = None
    uuid: str | None = None
    type: str | None = None
    text_response: str | None = msgspec.field(default=None, name="textResponse")
    metrics: _Metrics | None = None
    error: object = None
    answer: str | None = None
    message_id: str | None = None
    conversation_id: str | None = None
    is_completion: bool | None = None
    content: list[_Component] = []


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    words = asked.question or asked.message or asked.query
    return InferenceRequest(
        stream=asked.stream if asked.streaming is None else asked.streaming,
        conversation_id=asked.session_id or asked.conversation_id,
        messages=(Message("user", (Part("text", words),)),) if words else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without words is asked for the error it states."""
    stated = read(_Answer, body)
    _merge(answer, stated)
    if not answer.parts or stated.error:
        answer.error = read_error(body, failed=not answer.parts) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; each of the three has an end mark of its own."""
    stated = read(_Answer, event.data)
    if stated.event == "error":
        answer.error = ProviderError(message=stated.data if isinstance(stated.data, str) else None)
    elif stated.error:
        answer.error = read_error(event.data) or ProviderError()
    answer.completed = answer.completed or stated.event == "end" or stated.type in _ENDS or stated.is_completion is True
    return _merge(answer, stated)


def _merge(answer: Answer, stated: _Answer) -> bool:
    told = stated.data if isinstance(stated.data, _Counts) else _Counts()
    ids = (stated.id, stated.uuid, stated.message_id, stated.chat_message_id, told.chat_message_id)
    answer.id = next(filter(None, ids), answer.id)
    # AnythingLLM's `chatId` is a number of the exchange.
    chat = stated.chat_id if stated.type is None else None
    answer.conversation_id = stated.conversation_id or chat or told.chat_id or answer.conversation_id
    _count(answer, stated, told)
    token = stated.data if stated.event == "token" and isinstance(stated.data, str) else None
    words = token or stated.text or stated.text_response or stated.answer
    if words:
        answer.part(_KEY, "text").text.append(words)
    return bool(words)


def _count(answer: Answer, stated: _Answer, told: _Counts) -> None:
    """Add what nodes and components count, each its own; AnythingLLM states the whole."""
    ran = [node.data.output.usage for node in stated.nodes if node.data is not None and node.data.output is not None]
    counts = [told] if stated.event == "usageMetadata" else ran
    used = [ChatUsage(input_tokens=one.input_tokens, output_tokens=one.output_tokens) for one in counts if one]
    components = [component.usage for component in stated.content if component.usage is not None]
    for one in (*used, *components):
        answer.usage = added(answer.usage, chat_usage(one, answered=True))
    for component in components:
        answer.agree(component.name)
    if stated.metrics is not None:
        answer.model = stated.metrics.model or answer.model
        answer.usage = chat_usage(stated.metrics, answered=True) or answer.usage
