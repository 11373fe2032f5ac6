"""iFlytek Spark's WebSocket API: the question is one message, the answer several, each with a header and a payload.

The `domain` stands for the model. Usage comes with the last message, whose status is 2; a code that is not 0 is an
error. Source: https://www.xfyun.cn/doc/spark/Web.html.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Turn, merge_turn, message
from llmtap.decode.usage.tally import tally

_LAST = 2


class _Limits(msgspec.Struct, gc=False):
    domain: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_k: float | None = None


class _Parameter(msgspec.Struct, gc=False):
    chat: _Limits | None = None


class _Caller(msgspec.Struct, gc=False):
    uid: str | None = None


class _Turns(msgspec.Struct, gc=False):
    text: list[Turn] = []


class _Asked(msgspec.Struct, gc=False):
    message: _Turns | None = None


class _Request(msgspec.Struct):
    header: _Caller | None = None
    parameter: _Parameter | None = None
    payload: _Asked | None = None


class _Header(msgspec.Struct, gc=False):
    code: int = 0
    sid: str | None = None
    status: int | None = None


class _Growth(Turn, gc=False):
    """A growth of one of the answers."""

    index: int = 0


class _Choices(msgspec.Struct, gc=False):
    text: list[_Growth] = []


class _Tokens(msgspec.Struct, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    text: _Tokens | None = None


class _Payload(msgspec.Struct, gc=False):
    choices: _Choices | None = None
    usage: _Usage | None = None


class _Answer(msgspec.Struct):
    header: _Header | None = None
    payload: _Payload | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the last message of the client asks for."""
    asked = read(_Request, body.strip().rpartition(b"\n")[2])
    limits = (asked.parameter or _Parameter()).chat or _Limits()
    said = (asked.payload or _Asked()).message or _Turns()
    return InferenceRequest(
        model=limits.domain,
        max_tokens=limits.max_tokens,
        temperature=limits.temperature,
        top_k=limits.top_k,
        user=asked.header.uid if asked.header else None,
        messages=tuple(message(turn) for turn in said.text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge an answer of one message."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one message; the last one is the end mark."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    header, payload = stated.header or _Header(), stated.payload or _Payload()
    answer.id = header.sid or answer.id
    if header.code or stated.header is None:
        answer.error = read_error(body) or answer.error
    if header.status == _LAST:
        answer.completed = True
    tokens = payload.usage.text if payload.usage else None
    if tokens is not None:
        answer.usage = tally(tokens.prompt_tokens, tokens.completion_tokens) or answer.usage
    carried = False
    for growth in (payload.choices or _Choices()).text:
        carried = merge_turn(answer, growth.index, growth) or carried
    return carried
