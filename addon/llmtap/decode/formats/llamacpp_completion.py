"""llama.cpp's own `completion` and `infill` (its tools/server/README.md).

An event and a whole answer are one shape, and one function merges both; the last event has no words and all counts,
the others count as far as they got.
`tokens_evaluated` counts the whole prompt, of which `timings.cache_n` came from the cache (`tokens_cached` counts
something else: what the cache holds in the end).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.tally import count, tally

_NO_REASON = "none"


class _Request(msgspec.Struct):
    model: str | None = None
    prompt: object = None
    input_prefix: str | None = None
    input_suffix: str | None = None
    stream: bool | None = None
    n_predict: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop: list[str] | None = None


class _Timings(msgspec.Struct, gc=False):
    cache_n: int | None = None
    prompt_n: int | None = None
    predicted_n: int | None = None


class _Answer(msgspec.Struct, gc=False):
    """An event or a whole answer; older servers say how it ended by one flag each."""

    index: int = 0
    content: str | None = None
    stop: bool = False
    model: str | None = None
    stop_type: str | None = None
    stopped_eos: bool = False
    stopped_limit: bool = False
    stopped_word: bool = False
    tokens_predicted: int | None = None
    tokens_evaluated: int | None = None
    timings: _Timings | None = None


_NO_TIMINGS = _Timings()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; an `n_predict` or a seed below 0 sets none."""
    asked = read(_Request, body)
    prompts = asked.prompt if isinstance(asked.prompt, list) else [asked.prompt]
    texts = [text for text in (*prompts, asked.input_prefix, asked.input_suffix) if isinstance(text, str) and text]
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=count(asked.n_predict),
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=count(asked.seed),
        stop_sequences=tuple(asked.stop or ()),
        messages=(Message("user", tuple(Part("text", text) for text in texts)),) if texts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or one for each of several prompts; one without content is asked for its error."""
    if body.lstrip().startswith(b"["):
        for stated in read(list[_Answer], body):
            _merge(answer, stated)
        answer.settle()
        return
    stated = read(_Answer, body)
    if stated.content is None:
        answer.error = read_error(body)
    _merge(answer, stated)
    answer.settle()


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the one that says `stop` is the end mark. Text is content."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if stated.content is None:
        answer.error = read_error(event.data) or answer.error
    return _merge(answer, stated)


def _merge(answer: Answer, stated: _Answer) -> bool:
    answer.model = stated.model or answer.model
    if stated.stop and stated.index not in answer.roles:
        answer.settle()
        _end(answer, stated, (answer.usage if answer.roles else None) or Usage())
        answer.roles[stated.index] = "assistant"
    elif not answer.roles:
        counts = (stated.tokens_evaluated, stated.tokens_predicted)
        answer.count(_latest, counts, whole=None not in map(count, counts))
    if stated.content:
        answer.part(stated.index, "text", stated.index).text.append(stated.content)
    return bool(stated.content)


def _latest(before: Usage | None, stated: tuple[int | None, int | None]) -> Usage | None:
    return tally(*stated) or before


def _end(answer: Answer, stated: _Answer, before: Usage) -> None:
    """Merge what is known at the end of an answer; each of several prompts counts for itself, after those `before`."""
    answer.completed = True
    flags = (("eos", stated.stopped_eos), ("limit", stated.stopped_limit), ("word", stated.stopped_word))
    reason = stated.stop_type or next((word for word, flag in flags if flag), None)
    if reason and reason != _NO_REASON:
        answer.finish_reasons[stated.index] = reason
    timings = stated.timings or _NO_TIMINGS
    prompt = None if timings.prompt_n is None else (count(timings.prompt_n) or 0) + (count(timings.cache_n) or 0)
    answer.usage = tally(
        _sum(before.input_tokens, count(stated.tokens_evaluated, prompt)),
        _sum(before.output_tokens, count(stated.tokens_predicted, timings.predicted_n)),
        cached=_sum(before.cache_read_input_tokens, count(timings.cache_n)),
    )


def _sum(before: int | None, stated: int | None) -> int | None:
    return before if stated is None else (before or 0) + stated
