"""What Chat Completions and the legacy Completions share, as OpenAI and all who copied it speak them.

The two differ in how the question is put (`messages`, `prompt`) and in one member of the answer (`text`); parameters,
choices, usage and the framing of a stream are one. A chunk of a stream and a whole answer are one shape as well, but
for `delta` and `message`, and one function merges both. What vendors add is read where it means the same.

Source: https://platform.openai.com/docs/api-reference/chat and .../completions; vendors' own members as named.
"""

from collections.abc import Iterable
from functools import reduce

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, ProviderError
from llmtap.decode.messages.turns import Function, Turn, merge_turn
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage
from llmtap.decode.usage.tally import added, count, tally

_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class Typed(msgspec.Struct, gc=False):
    """A tool or a response format: its type, and its name at one place or another."""

    type: str | None = None
    name: str | None = None
    function: Function | None = None


class StreamOptions(msgspec.Struct, gc=False):
    """Whether the last chunk of a stream states the usage."""

    include_usage: bool | None = None


class Parameters(msgspec.Struct):
    """What either API lets an application ask for, beside the question itself."""

    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    response_format: Typed | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None


class _Choice(msgspec.Struct, gc=False):
    """One of the answers; OpenRouter puts an upstream's `error` here, with status 200.

    Mistral on AWS Bedrock calls its finish reason `stop_reason`; vLLM states the stop word there, beside the reason.
    Moonshot states the usage of a stream in the choice that ends it (https://platform.moonshot.ai/docs/api/chat).
    """

    index: int = 0
    delta: Turn | None = None
    message: Turn | None = None
    text: str | None = None
    finish_reason: str | int | None = None
    stop_reason: str | int | None = None
    error: object = None
    usage: ChatUsage | None = None


class _Groq(msgspec.Struct, gc=False):
    usage: ChatUsage | None = None
    error: str | None = None


class _Timings(msgspec.Struct, gc=False):
    """llama.cpp's counts, which a stream has even if no usage was asked for: `prompt_n` leaves the cached out."""

    cache_n: int | None = None
    prompt_n: int | None = None
    predicted_n: int | None = None


class _Bot(msgspec.Struct, gc=False):
    """What Ark's bots used: each model that one asked for itself."""

    model_usage: list[ChatUsage] = []


class _Status(msgspec.Struct, gc=False):
    status_code: int = 0


class _Growth(msgspec.Struct, gc=False):
    """A chunk without what chunks repeat: who they are is most of their members, and a third of the time to read them.

    What is no choice is only seen to be there: such a chunk is read whole.
    """

    choices: list[_Choice] | None = None
    usage: object = None
    error: object = None
    x_groq: object = None
    base_resp: object = None
    timings: object = None
    bot_usage: object = None


_grown = msgspec.json.Decoder(_Growth).decode
_NO_GROWTH = _Growth()
_NO_COUNTS = (None,) * 4
_NO_MORE = (None,) * 6


class _Completion(msgspec.Struct, gc=False):
    """A chunk or a whole answer; MiniMax tells in `base_resp` how it went, with HTTP's status 200.

    Spark's id is a `sid`.
    """

    id: str | None = None
    sid: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: ChatUsage | None = None
    error: object = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    provider: object = None
    x_groq: _Groq | None = None
    base_resp: _Status | None = None
    timings: _Timings | None = None
    bot_usage: _Bot | None = None


def asked_for(asked: Parameters) -> InferenceRequest:
    """Return what the parameters ask for; the question is the caller's to add."""
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        include_usage=asked.stream_options.include_usage if asked.stream_options else None,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        choice_count=asked.n,
        stop_sequences=(asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ()),
        output_type=_OUTPUT_TYPES.get(asked.response_format.type or "") if asked.response_format else None,
        service_tier=asked.service_tier,
        user=asked.user or asked.safety_identifier,
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without choices is asked for the error it states."""
    _merge(answer, body, streamed=False)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one chunk; `[DONE]`, or a finish reason for every choice seen, is the end mark.

    Text, reasoning, a refusal, audio and any piece of a tool call are content; a role alone is none.
    """
    data = event.data
    if answer.model is not None and event.name != "error":
        try:
            growth = _grown(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the end mark, or an odd chunk
            growth = _NO_GROWTH
        more = (growth.usage, growth.error, growth.x_groq, growth.base_resp, growth.timings, growth.bot_usage)
        if growth.choices and more == _NO_MORE:
            return _merge_choices(answer, growth.choices, streamed=True)
    if not data.startswith(b"{"):
        data = data.strip()
        if not data or data == b"[DONE]":
            answer.completed = answer.completed or bool(data)
            return False
    if event.name == "error":
        answer.error = read_error(data, failed=True) or ProviderError(message=data.decode("utf-8", "replace"))
    return _merge(answer, data, streamed=True)


def _merge(answer: Answer, body: bytes, *, streamed: bool) -> bool:
    """Merge a chunk or a whole answer; return whether it carried content."""
    completion = read(_Completion, body)
    # Chunks repeat who they are: it is read until it is known, and where the usage stands.
    counts = (completion.usage, completion.x_groq, completion.timings, completion.bot_usage)
    if answer.model is None or counts != _NO_COUNTS or not completion.choices:
        _merge_head(answer, completion)
    if completion.error is not None or (completion.choices is None and completion.usage is None):
        answer.error = read_error(body) or answer.error
    if completion.x_groq is not None and completion.x_groq.error:
        answer.error = ProviderError(message=completion.x_groq.error)
    if completion.base_resp is not None and completion.base_resp.status_code:
        answer.error = read_error(body) or answer.error
    return _merge_choices(answer, completion.choices or (), streamed=streamed)


def _merge_choices(answer: Answer, choices: Iterable[_Choice], *, streamed: bool) -> bool:
    carried = False
    for choice in choices:
        index = choice.index
        turn = choice.delta or choice.message if streamed else choice.message or choice.delta
        if index not in answer.roles:
            answer.roles[index] = (turn.role if turn else None) or "assistant"
            answer.completed = False
        if turn is not None:
            carried = merge_turn(answer, index, turn) or carried
        elif choice.text:
            answer.part((index, "text"), "text", index).text.append(choice.text)
            carried = True
        reason = choice.finish_reason or choice.stop_reason or _ended(turn)
        if reason and (choice.finish_reason or isinstance(reason, str)):  # a number is the token that vLLM stopped at
            answer.finish_reasons[index] = str(reason)
            answer.completed = len(answer.roles) <= len(answer.finish_reasons)
        if choice.usage is not None:
            _merge_usage(answer, choice.usage)
        if choice.error is not None:
            answer.error = read_error(msgspec.json.encode({"error": choice.error})) or answer.error
    return carried


def _ended(turn: Turn | None) -> str | None:
    """Return the word by which a delta ends the answer; the end of an earlier phase, of thoughts or a search, is none.

    Qwen's web states no finish reason.
    """
    return turn.status if turn and turn.phase == "answer" and turn.status == "finished" else None


def _merge_head(answer: Answer, completion: _Completion) -> None:
    if answer.id is None:
        answer.id = completion.id or completion.sid or None
    answer.model = completion.model or answer.model
    answer.system_fingerprint = completion.system_fingerprint or answer.system_fingerprint
    answer.service_tier = completion.service_tier or answer.service_tier
    if isinstance(completion.provider, str):  # OpenRouter
        answer.served_by = completion.provider or answer.served_by
    usage = completion.usage or (completion.x_groq.usage if completion.x_groq else None)
    if usage is not None:
        _merge_usage(answer, usage)
    elif completion.timings is not None:
        _merge_timings(answer, completion.timings)
    elif completion.bot_usage is not None:
        each = (chat_usage(one, answered=True) for one in completion.bot_usage.model_usage)
        answer.usage = reduce(added, each, None) or answer.usage


def _merge_timings(answer: Answer, timings: _Timings) -> None:
    """Count by timings; they grow from chunk to chunk, and a usage that is stated replaces them."""
    cached = count(timings.cache_n)
    prompt = None if timings.prompt_n is None else (count(timings.prompt_n) or 0) + (cached or 0)
    answer.usage = tally(prompt, timings.predicted_n, cached=cached) or answer.usage


def _merge_usage(answer: Answer, usage: ChatUsage) -> None:
    """Replace the usage: the last one stated is the whole, never an addition (providers.md 1.5)."""
    answer.usage = chat_usage(usage, answered=True) or answer.usage
    cost = chat_cost(usage)
    if cost is not None:
        answer.reported_cost = cost
    answer.service_tier = usage.service_tier or answer.service_tier
    answer.search_context = usage.search_context_size or answer.search_context
