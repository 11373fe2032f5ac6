"""Text in, text out, as vendors and servers had it before all spoke OpenAI's dialect: one shape of many names.

A prompt and some limits go in; texts, their ends and their counts come out. Each member is one of these dialects':
SGLang's `generate`, whose events say all that was said so far; KoboldCpp's `generate` (tokens in a stream); Triton's
`generate`, which counts nothing and marks no end; DeepInfra's `inference`, which states its cost in USD; NLP Cloud;
AI21's Jurassic, whose tokens are listed and so counted; PaLM's `generateText` and `generateMessage`.

Source: https://docs.sglang.ai/basic_usage/native_api.html, https://lite.koboldai.net/koboldcpp_api,
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_generate.md,
https://deepinfra.com/docs/inference, https://docs.nlpcloud.com, https://docs.ai21.com/reference/j2-complete-ref,
https://ai.google.dev/palm_docs.
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost
from llmtap.decode.usage.tally import added, count, tally


class _Limits(msgspec.Struct):
    """What may be asked for, beside the prompt or in an object of its own."""

    max_tokens: int | None = None
    max_length: int | None = None
    max_new_tokens: int | None = None
    jurassic_tokens: int | None = msgspec.field(default=None, name="maxTokens")
    palm_tokens: int | None = msgspec.field(default=None, name="maxOutputTokens")
    temperature: float | None = None
    top_p: float | None = None
    camel_top_p: float | None = msgspec.field(default=None, name="topP")
    top_k: float | None = None
    seed: int | None = None
    sampler_seed: int | None = None
    stop: str | list[str] | None = None
    stop_sequence: list[str] | None = None
    stop_sequences: list[str] | None = None
    jurassic_stop: list[str] | None = msgspec.field(default=None, name="stopSequences")


class _Prompt(msgspec.Struct):
    """PaLM's prompt, of words or of turns."""

    text: str | None = None
    context: str | None = None
    messages: list["_Turn"] = []


class _Turn(msgspec.Struct, gc=False):
    author: str | None = None
    content: str | None = None


class _Request(_Limits):
    model: str | None = None
    prompt: str | _Prompt | None = None
    text: str | list[str] | None = None
    text_input: str | None = None
    input: str | None = None
    context: str | None = None
    stream: bool | None = None
    sampling_params: _Limits | None = None
    parameters: _Limits | None = None


class _Why(msgspec.Struct, gc=False):
    """SGLang's `type`, AI21's `reason`."""

    type: str | None = None
    reason: str | None = None


class _Meta(msgspec.Struct, gc=False):
    id: str | None = None
    finish_reason: str | _Why | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


class _Tokens(msgspec.Struct):
    """A text of AI21 with its tokens, of which only their number is of interest."""

    text: str | None = None
    tokens: list[msgspec.Raw] | None = None


class _Text(msgspec.Struct):
    """One text that was made, and how it ended."""

    text: str | None = None
    generated_text: str | None = None
    output: str | None = None
    content: str | None = None
    data: _Tokens | None = None
    finish_reason: str | None = None
    ended: _Why | None = msgspec.field(default=None, name="finishReason")
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Token(msgspec.Struct, gc=False):
    text: str | None = None
    special: bool = False


class _Status(msgspec.Struct, gc=False):
    tokens_input: int | None = None
    tokens_generated: int | None = None
    cost: Decimal | None = None


class _Answer(msgspec.Struct):
    """A whole answer or an event."""

    id: str | None = None
    request_id: str | None = None
    model_name: str | None = None
    text: str | None = None
    text_output: str | None = None
    generated_text: str | None = None
    response: str | None = None
    summary_text: str | None = None
    token: str | _Token | None = None
    finish_reason: str | None = None
    results: list[_Text] | None = None
    completions: list[_Text] | None = None
    outputs: list[_Text] | None = None
    candidates: list[_Text] | None = None
    embeddings: msgspec.Raw = msgspec.Raw()
    prompt: _Tokens | None = None
    meta_info: _Meta | None = None
    inference_status: _Status | None = None
    num_input_tokens: int | None = None
    num_tokens: int | None = None
    num_output_tokens: int | None = None
    input_tokens: int | None = None
    nb_input_tokens: int | None = None
    nb_generated_tokens: int | None = None
    estimated_cost: Decimal | None = None
    error: object = None


_NO_META, _NO_STATUS = _Meta(), _Status()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    limits = asked.sampling_params or asked.parameters or asked
    prompt = asked.prompt if isinstance(asked.prompt, _Prompt) else _Prompt(asked.prompt)
    texts = asked.text if isinstance(asked.text, list) else [asked.text]
    said = [text for text in (prompt.text, asked.text_input, asked.input, *texts) if text]
    turns = [Message("user", tuple(Part("text", text) for text in said))] if said else []
    turns += [Message("user", (Part("text", turn.content),)) for turn in prompt.messages if turn.content]
    context = prompt.context or asked.context
    stop = limits.stop_sequence or limits.stop_sequences or limits.jurassic_stop or limits.stop or ()
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=count(
            limits.max_new_tokens, limits.max_tokens, limits.max_length, limits.jurassic_tokens, limits.palm_tokens
        ),
        temperature=limits.temperature,
        top_p=limits.camel_top_p if limits.top_p is None else limits.top_p,
        top_k=limits.top_k,
        seed=count(limits.seed, limits.sampler_seed),
        stop_sequences=(stop,) if isinstance(stop, str) else tuple(stop),
        messages=(*((Message("system", (Part("text", context),)),) if context else ()), *turns),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or one for each of several prompts; one without a text is asked for its error."""
    stated = read(list[_Answer], body) if body.lstrip().startswith(b"[") else [read(_Answer, body)]
    total: Usage | None = None
    for index, one in enumerate(stated):
        usage = _alone(answer, one, body, index)
        total = added(total, usage)
    answer.usage = total


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a finish reason, the whole text after its tokens, or `[DONE]` is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    whole = stated.generated_text is not None
    carried = _merge(answer, stated, event.data, 0)
    if stated.text_output is not None or whole or answer.finish_reasons:
        answer.completed = True
    return carried


def _alone(answer: Answer, stated: _Answer, body: bytes, index: int) -> Usage | None:
    """Merge one of several answers; return what it counts for itself."""
    answer.usage = None
    _merge(answer, stated, body, index)
    return answer.usage


def _merge(answer: Answer, stated: _Answer, body: bytes, index: int) -> bool:
    """Merge an answer or an event; return whether it carried text."""
    meta = stated.meta_info or _NO_META
    answer.id = stated.id or meta.id or stated.request_id or answer.id
    answer.model = stated.model_name or answer.model
    made = stated.results or stated.completions or stated.outputs or stated.candidates or []
    whole = stated.generated_text or stated.response or stated.summary_text
    reason = stated.finish_reason or (meta.finish_reason.type if isinstance(meta.finish_reason, _Why) else None)
    if reason:
        answer.finish_reasons[index] = reason
    _count(answer, stated, meta, made)
    token = stated.token.text if isinstance(stated.token, _Token) and not stated.token.special else None
    piece = (stated.token if isinstance(stated.token, str) else token) or stated.text_output
    carried = False
    for place, text in enumerate(made, index):
        words = text.text or text.generated_text or text.output or text.content or (text.data.text if text.data else "")
        carried = _say(answer, place, words or "") or carried
        ended = text.finish_reason or (text.ended.reason if text.ended else None)
        if ended:
            answer.finish_reasons[place] = ended
    if whole:
        answer.part((index, "text"), "text", index).text[:] = [whole]
    elif stated.text and stated.meta_info is not None:
        carried = _grow(answer, index, stated.text)
    else:
        carried = _say(answer, index, piece or stated.text or "") or carried
    if not (answer.parts or answer.usage) or stated.error is not None:
        answer.error = read_error(body) or answer.error
    return carried or bool(piece)


def _say(answer: Answer, index: int, text: str) -> bool:
    if text:
        answer.part((index, "text"), "text", index).text.append(text)
    return bool(text)


def _grow(answer: Answer, index: int, text: str) -> bool:
    """Take a text that says all so far in place of that, or, from a server that is set to send pieces, a piece."""
    said = answer.part((index, "text"), "text", index).text
    if len(said) == 1 and text.startswith(said[0]):
        more = len(text) > len(said[0])
        said[:] = [text]
        return more
    said.append(text)
    return True


def _count(answer: Answer, stated: _Answer, meta: _Meta, made: list[_Text]) -> None:
    status = stated.inference_status or _NO_STATUS
    listed = [text.data.tokens for text in made if text.data is not None and text.data.tokens is not None]
    first = made[0] if made else _Text()
    usage = tally(
        count(
            meta.prompt_tokens,
            first.prompt_tokens,
            status.tokens_input,
            stated.num_input_tokens,
            stated.nb_input_tokens,
            stated.input_tokens,
            len(stated.prompt.tokens) if stated.prompt and stated.prompt.tokens is not None else None,
        ),
        count(
            meta.completion_tokens,
            first.completion_tokens,
            status.tokens_generated,
            stated.num_output_tokens,
            stated.num_tokens,
            stated.nb_generated_tokens,
            sum(map(len, listed)) if listed else None,
        ),
        cached=meta.cached_tokens,
    )
    answer.usage = usage or answer.usage
    cost = chat_cost(ChatUsage(cost=status.cost if status.cost is not None else stated.estimated_cost))
    answer.reported_cost = answer.reported_cost if cost is None else cost
