"""SenseNova's own chat API: OpenAI's parameters, and an answer wrapped in `data` whose choices are bare words.

An event of a stream has the answer's shape, with a `delta` for the `message` and a `status`; the finish reason is empty
until there is one, and so are the counts 0. Source: https://www.sensecore.cn/help/docs/model-as-a-service/nova/chat/ChatCompletions.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages.turns import ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage


class _Request(msgspec.Struct):
    model: str | None = None
    messages: list[Turn] = []
    stream: bool | None = None
    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    user: str | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    message: str | None = None
    delta: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None
    finish_reason: str | None = None


class _Data(msgspec.Struct):
    id: str | None = None
    choices: list[_Choice] | None = None
    usage: ChatUsage | None = None


class _Status(msgspec.Struct, gc=False):
    code: int = 0
    message: str | None = None


class _Answer(msgspec.Struct):
    data: _Data | None = None
    status: _Status | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_new_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        choice_count=asked.n,
        user=asked.user,
        messages=tuple(message(turn) for turn in asked.messages),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without choices is asked for the error it states."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a finish reason, or `[DONE]`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    data, status = stated.data or _Data(), stated.status
    answer.id = data.id or answer.id
    if status is not None and status.code:
        answer.error = ProviderError(code=str(status.code), message=status.message)
    elif data.choices is None:
        answer.error = read_error(body) or answer.error
    if data.usage is not None and data.usage.total_tokens != 0:
        answer.usage = chat_usage(data.usage, answered=True) or answer.usage
    carried = False
    for choice in data.choices or ():
        said = Turn(
            content=choice.message or choice.delta,
            reasoning_content=choice.reasoning_content,
            tool_calls=choice.tool_calls,
        )
        carried = merge_turn(answer, choice.index, said) or carried
        if choice.finish_reason:
            answer.finish_reasons[choice.index] = choice.finish_reason
            answer.completed = True
    return carried
