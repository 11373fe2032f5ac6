"""Bedrock's InvokeModel for models asked by a bare text: Titan, Llama, Mistral, Jurassic, Pegasus, imported ones.

A chunk of a stream and a whole answer are one shape for each maker, and one function merges both. Conversations and
what Cohere takes are dialects of their own, which `decode.usage.invocation` sends elsewhere. Vectors and images are
passed over without being built; images are counted, by which they are billed. Many of these answers count nothing: the
counts stand beside them, in the headers.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import Count


class _Text(msgspec.Struct, gc=False):
    """A text in an object: `text` of Stability and of Jurassic's answers, `value` of Nova's embeddings."""

    text: str | None = None
    value: str | None = None


class _Task(msgspec.Struct, gc=False):
    """What Nova or Titan is to embed or to paint."""

    text: str | _Text | None = None


class _Config(msgspec.Struct, gc=False, rename="camel"):
    """The parameters of Titan, in an object of their own."""

    max_token_count: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = None


class _Request(msgspec.Struct):
    """Every maker's spelling: Titan's, Llama's, Mistral's, Jurassic's, Nova's, Stability's, Pegasus's."""

    prompt: str | None = None
    input_prompt: str | None = msgspec.field(default=None, name="inputPrompt")
    input_text: str | None = msgspec.field(default=None, name="inputText")
    text_prompts: list[_Text] | None = None
    embedded: _Task | None = msgspec.field(default=None, name="singleEmbeddingParams")
    painted: _Task | None = msgspec.field(default=None, name="textToImageParams")
    config: _Config | None = msgspec.field(default=None, name="textGenerationConfig")
    max_tokens: int | None = None
    max_gen_len: int | None = None
    max_tokens_camel: int | None = msgspec.field(default=None, name="maxTokens")
    temperature: float | None = None
    top_p: float | None = None
    top_p_camel: float | None = msgspec.field(default=None, name="topP")
    top_k: float | None = None
    top_k_camel: float | None = msgspec.field(default=None, name="topK")
    seed: int | None = None
    stop: str | list[str] | None = None
    stop_sequences: list[str] | None = msgspec.field(default=None, name="stopSequences")
    embedding_types: list[str] | None = msgspec.field(default=None, name="embeddingTypes")


class _Reason(msgspec.Struct, gc=False):
    reason: str | None = None


class _Choice(msgspec.Struct, gc=False):
    """One of the answers: Titan's `results`, Mistral's `outputs`, Jurassic's `completions`, `choices` of DeepSeek."""

    text: str | None = None
    output_text: str | None = msgspec.field(default=None, name="outputText")
    data: _Text | None = None
    token_count: Count | None = msgspec.field(default=None, name="tokenCount")
    stop_reason: str | None = None
    finish_reason: str | None = None
    finish: str | _Reason | None = msgspec.field(default=None, name="finishReason")
    completion_reason: str | None = msgspec.field(default=None, name="completionReason")


class _Answer(msgspec.Struct):
    """A chunk or a whole answer; Titan's and Llama's chunks are a choice themselves."""

    id: str | None = None
    results: list[_Choice] | None = None
    outputs: list[_Choice] | None = None
    completions: list[_Choice] | None = None
    choices: list[_Choice] | None = None
    generation: str | None = None
    output_text: str | None = msgspec.field(default=None, name="outputText")
    stop_reason: str | None = None
    completion_reason: str | None = msgspec.field(default=None, name="completionReason")
    message: str | None = None
    finish: str | None = msgspec.field(default=None, name="finishReason")
    input_count: Count | None = msgspec.field(default=None, name="inputTextTokenCount")
    output_count: Count | None = msgspec.field(default=None, name="totalOutputTextTokenCount")
    prompt_token_count: Count | None = None
    generation_token_count: Count | None = None
    usage: ChatUsage | None = None
    embedding: msgspec.Raw = msgspec.Raw()
    embeddings: msgspec.Raw = msgspec.Raw()
    embeddings_by_type: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="embeddingsByType")
    images: list[msgspec.Raw] | None = None
    artifacts: list[msgspec.Raw] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; the model stands in the path."""
    asked = read(_Request, body)
    config = asked.config or _Config()
    task = (asked.embedded or asked.painted or _Task()).text
    named = task.value or task.text if isinstance(task, _Text) else task
    texts = [
        asked.prompt,
        asked.input_prompt,
        asked.input_text,
        named,
        *(prompt.text for prompt in asked.text_prompts or ()),
    ]
    parts = tuple(Part("text", text) for text in texts if text)
    stop = [asked.stop] if isinstance(asked.stop, str) else asked.stop
    return InferenceRequest(
        max_tokens=_first(asked.max_tokens, asked.max_gen_len, asked.max_tokens_camel, config.max_token_count),
        temperature=_first(asked.temperature, config.temperature),
        top_p=_first(asked.top_p, asked.top_p_camel, config.top_p),
        top_k=_first(asked.top_k, asked.top_k_camel),
        seed=asked.seed,
        stop_sequences=tuple(stop or asked.stop_sequences or config.stop_sequences or ()),
        encoding_formats=tuple(asked.embedding_types or ()),
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body that answers nothing is asked for the error it states."""
    stated = read(_Answer, body)
    _merge(answer, stated)
    images = [*(stated.images or ()), *(stated.artifacts or ())]
    for index in range(len(images)):
        answer.part(("image", index), "media").text[:] = ["image"]
        answer.usage = replace(answer.usage or UNUSED, images=index + 1)
    vectors = (stated.embedding, stated.embeddings, stated.embeddings_by_type)
    if not (answer.roles or answer.usage or images or any(map(bytes, vectors))):
        answer.error = read_error(body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one chunk; return whether it carried text. The reason why every choice ended is the end mark."""
    if event.name == "error":
        answer.error = read_error(event.data)
        return False
    return _merge(answer, read(_Answer, event.data))


def _merge(answer: Answer, stated: _Answer) -> bool:
    answer.id = stated.id or answer.id
    choices = stated.results or stated.outputs or stated.completions or stated.choices or _alone(stated)
    carried = False
    for index, choice in enumerate(choices):
        answer.roles[index] = "assistant"
        text = choice.text or choice.output_text or (choice.data.text if choice.data else None)
        if text:
            answer.part((index, "text"), "text", index).text.append(text)
            carried = True
        finish = choice.finish.reason if isinstance(choice.finish, _Reason) else choice.finish
        reason = choice.stop_reason or choice.finish_reason or choice.completion_reason or finish
        if reason:
            answer.finish_reasons[index] = reason
    ended = bool(answer.roles) and len(answer.roles) <= len(answer.finish_reasons)
    answer.completed = ended or stated.output_count is not None  # a guardrail that blocks gives no reason
    _count(answer, stated, choices)
    return carried


def _alone(stated: _Answer) -> list[_Choice]:
    """Return the one choice that a chunk of Titan, or any answer of Llama or Pegasus, is.

    Pegasus answers in `message`, where others state an error: with a reason for its end it is an answer.
    """
    text = stated.generation if stated.output_text is None else stated.output_text
    reason = stated.stop_reason or stated.completion_reason or stated.finish
    text = stated.message if text is None and stated.finish else text
    return [] if text is None and reason is None else [_Choice(text=text, stop_reason=reason)]


def _count(answer: Answer, stated: _Answer, choices: list[_Choice]) -> None:
    """Merge the counts; those of a stream are cumulative, so what is stated later replaces what was before."""
    if stated.usage is not None:
        answer.usage = chat_usage(stated.usage) or answer.usage
        return
    before = answer.usage or Usage()
    made = [choice.token_count for choice in choices if choice.token_count is not None]
    usage = Usage(
        input_tokens=_first(stated.input_count, stated.prompt_token_count, before.input_tokens),
        output_tokens=_first(
            stated.output_count, stated.generation_token_count, sum(made) if made else None, before.output_tokens
        ),
    )
    answer.usage = None if usage == UNUSED else usage


def _first[T](*stated: T | None) -> T | None:
    return next((value for value in stated if value is not None), None)
