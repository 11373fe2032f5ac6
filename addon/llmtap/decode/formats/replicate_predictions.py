"""Replicate's predictions (https://replicate.com/docs/reference/http): made by one call, and asked for by others.

A prediction says what became of it in `status`; the words and the counts (`metrics`) are there once it has ended, and
not all models count. The stream of one comes from another host and is not read. What `input` holds is the model's own
matter: the names that language models use are read.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.tally import count, tally

_ENDED = frozenset({"succeeded", "failed", "canceled", "aborted"})


class _Input(msgspec.Struct):
    prompt: str | None = None
    system_prompt: str | None = None
    max_tokens: int | None = None
    max_new_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop_sequences: str | list[str] | None = None
    reasoning_effort: str | None = None


class _Request(msgspec.Struct):
    version: str | None = None
    model: str | None = None
    stream: bool | None = None
    input: _Input | None = None


class _Metrics(msgspec.Struct, gc=False):
    input_token_count: int | None = None
    output_token_count: int | None = None
    token_input_count: int | None = None
    token_output_count: int | None = None


_NO_METRICS = _Metrics()


class _Prediction(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    status: str | int | None = None
    output: str | list[object] | None = None
    error: object = None
    metrics: _Metrics | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; a version stands for the model that only the answer names."""
    asked = read(_Request, body)
    said = asked.input or _Input()
    stop = said.stop_sequences.split(",") if isinstance(said.stop_sequences, str) else said.stop_sequences or ()
    texts = (("system", said.system_prompt), ("user", said.prompt))
    return InferenceRequest(
        model=asked.model or asked.version,
        stream=asked.stream,
        max_tokens=count(said.max_completion_tokens, said.max_tokens, said.max_new_tokens),
        temperature=said.temperature,
        top_p=said.top_p,
        top_k=said.top_k,
        frequency_penalty=said.frequency_penalty,
        presence_penalty=said.presence_penalty,
        seed=said.seed,
        stop_sequences=tuple(one for one in stop if one),
        reasoning_level=said.reasoning_effort,
        messages=tuple(Message(role, (Part("text", text),)) for role, text in texts if text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a prediction as it stands; a status that it may still leave is no finish reason."""
    stated = read(_Prediction, body)
    answer.id, answer.model = stated.id or answer.id, stated.model or answer.model
    if stated.status in _ENDED:
        answer.finish_reasons[0] = str(stated.status)
    metrics = stated.metrics or _NO_METRICS
    answer.usage = tally(
        count(metrics.input_token_count, metrics.token_input_count),
        count(metrics.output_token_count, metrics.token_output_count),
    )
    if isinstance(stated.error, str) and stated.error:
        answer.error = ProviderError(message=stated.error)
    elif stated.id is None:
        answer.error = read_error(body)
    for piece in [stated.output] if isinstance(stated.output, str) else stated.output or ():
        _merge_piece(answer, piece)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a prediction; it carries no content."""
    read_response(answer, event.data)
    return False


def _merge_piece(answer: Answer, piece: object) -> None:
    """Merge a word, or the address of a file that was made."""
    if not isinstance(piece, str):
        return
    scheme, mark, _ = piece[:16].partition("://")
    if mark and scheme in ("http", "https"):
        answer.part(("media", len(answer.parts)), "media").text.append(scheme)
    elif piece:
        answer.part("text", "text").text.append(piece)
