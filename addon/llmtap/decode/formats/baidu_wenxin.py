"""Baidu's Wenxin Workshop API, before Qianfan spoke OpenAI's dialect (https://cloud.baidu.com/doc/WENXINWORKSHOP).

An event and a whole answer are one shape, and one function merges both; the path names the model. Usage is cumulative.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.messages.turns import Function, Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import count

_OUTPUT_TYPES = {"text": "text", "json_object": "json"}


class _Request(msgspec.Struct):
    messages: list[Turn] = []
    system: str | None = None
    prompt: str | None = None
    input: list[str] = []
    stream: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] | None = None
    response_format: str | None = None
    user_id: str | None = None
    functions: list[Function] | None = None


class _Answer(msgspec.Struct, gc=False):
    """An event or a whole answer: the `result` of a chat, the `data` of an embedding."""

    id: str | None = None
    result: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    is_end: bool = False
    finish_reason: str | None = None
    function_call: Function | None = None
    usage: ChatUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    system = (Message("system", (Part("text", asked.system),)),) if asked.system else ()
    texts = tuple(Part("text", text) for text in (asked.prompt, *asked.input) if text)
    return InferenceRequest(
        stream=asked.stream,
        max_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        stop_sequences=tuple(asked.stop or ()),
        output_type=_OUTPUT_TYPES.get(asked.response_format or ""),
        user=asked.user_id,
        tools=tuple(function.name for function in asked.functions or () if function.name),
        messages=(*system, *map(message, asked.messages), *((Message("user", texts),) if texts else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without a result is asked for the error it states (`error_code`, status 200)."""
    _merge(answer, body)
    answer.settle()


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the one that says `is_end` is the end mark. Text and a function call are content."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    if stated.result is None and not bytes(memoryview(stated.data)[:1]):
        answer.error = read_error(body) or answer.error
    if stated.finish_reason:
        answer.finish_reasons[0] = stated.finish_reason
    if stated.usage is not None:
        counted = count(stated.usage.prompt_tokens) is not None and count(stated.usage.completion_tokens) is not None
        answer.count(_latest, stated.usage, whole=counted)
    answer.completed = answer.completed or stated.is_end
    return merge_turn(answer, 0, Turn(content=stated.result, function_call=stated.function_call))


def _latest(before: Usage | None, stated: ChatUsage) -> Usage | None:
    return chat_usage(stated) or before
