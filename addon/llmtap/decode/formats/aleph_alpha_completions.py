"""Aleph Alpha's completions (https://docs.aleph-alpha.com/api/complete): a prompt of pieces, and counts by it.

A stream has its words in `stream_chunk`s, its finish reasons in `stream_summary`s, and the counts in its last event,
the `completion_summary`.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.tally import tally


class _Piece(msgspec.Struct, gc=False):
    type: str = "text"
    data: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    prompt: str | list[_Piece] | None = None
    stream: bool | None = None
    maximum_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None
    stop_sequences: list[str] | None = None


class _Completion(msgspec.Struct, gc=False):
    completion: str | None = None
    finish_reason: str | None = None


class _Answer(msgspec.Struct, gc=False):
    """A whole answer, or an event, whose words and finish reason stand in it itself."""

    type: str | None = None
    index: int = 0
    completion: str | None = None
    finish_reason: str | None = None
    completions: list[_Completion] | None = None
    model_version: str | None = None
    num_tokens_prompt_total: int | None = None
    num_tokens_generated: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; a piece that is no text is a medium named by its type."""
    asked = read(_Request, body)
    pieces = [_Piece(data=asked.prompt)] if isinstance(asked.prompt, str) else asked.prompt or []
    parts = tuple(Part("text", one.data or "") if one.type == "text" else Part("media", one.type) for one in pieces)
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.maximum_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        choice_count=asked.n,
        stop_sequences=tuple(asked.stop_sequences or ()),
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without completions is asked for the error it states."""
    stated = read(_Answer, body)
    if stated.completions is None:
        answer.error = read_error(body)
    _merge(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the completion summary, or `[DONE]` after it, is the end mark. Text is content."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if stated.type is None:
        answer.error = read_error(event.data) or answer.error
    answer.completed = answer.completed or stated.type == "completion_summary"
    return _merge(answer, stated)


def _merge(answer: Answer, stated: _Answer) -> bool:
    if stated.num_tokens_prompt_total is not None or stated.num_tokens_generated is not None:
        answer.usage = tally(stated.num_tokens_prompt_total, stated.num_tokens_generated)
    completions = stated.completions or [_Completion(stated.completion, stated.finish_reason)]
    carried = False
    for index, one in enumerate(completions, stated.index):
        if one.completion:
            answer.part(index, "text", index).text.append(one.completion)
            carried = True
        if one.finish_reason:
            answer.finish_reasons[index] = one.finish_reason
    return carried
