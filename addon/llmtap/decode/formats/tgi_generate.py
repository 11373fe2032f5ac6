"""Hugging Face Text Generation Inference's `generate` and `generate_stream`.

The tokens that were made are counted in `details`, which a stream has in its last event and a whole answer on request
only. Of the prompt a stream counts the `input_length`; a whole answer counts it where it lists its tokens (`prefill`).

LoRAX, which grew from it, counts the prompt in `prompt_tokens`. Hugging Face's tasks of summary and translation are
asked in the same way, and name their text after the task.

Source: https://huggingface.co/docs/text-generation-inference, its openapi.json; https://loraexchange.ai/reference/rest_api.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.tally import tally

_KEY = "text"


class _Parameters(msgspec.Struct, gc=False):
    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    stop: list[str] | None = None


class _Request(msgspec.Struct):
    inputs: str | None = None
    model: str | None = None
    stream: bool | None = None
    parameters: _Parameters | None = None


class _Token(msgspec.Struct, gc=False):
    text: str | None = None
    special: bool = False


class _Details(msgspec.Struct, gc=False):
    finish_reason: str | None = None
    generated_tokens: int | None = None
    input_length: int | None = None
    prompt_tokens: int | None = None
    prefill: list[_Token] | None = None


class _Generated(msgspec.Struct, gc=False):
    """An event or a whole answer."""

    token: _Token | None = None
    generated_text: str | None = None
    summary_text: str | None = None
    translation_text: str | None = None
    details: _Details | None = None
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the model is the server's own."""
    asked = read(_Request, body)
    limits = asked.parameters or _Parameters()
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=limits.max_new_tokens,
        temperature=limits.temperature,
        top_p=limits.top_p,
        top_k=limits.top_k,
        frequency_penalty=limits.frequency_penalty,
        seed=limits.seed,
        stop_sequences=tuple(limits.stop or ()),
        messages=(Message("user", (Part("text", asked.inputs),)),) if asked.inputs else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, alone or the one in a list; one without a text is asked for the error it states."""
    if body.lstrip().startswith(b"["):
        for generated in read(list[_Generated], body):
            _merge(answer, generated)
        return
    generated = read(_Generated, body)
    if generated.generated_text is None:
        answer.error = read_error(body)
    _merge(answer, generated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the one that has the whole text is the end mark, and replaces what was pieced together."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    generated = read(_Generated, event.data)
    if generated.error is not None or event.name == "error":
        answer.error = read_error(event.data) or answer.error
    _merge(answer, generated)
    answer.completed = answer.completed or generated.generated_text is not None
    token = generated.token
    if token is None or token.special or not token.text:
        return False
    if generated.generated_text is None:
        answer.part(_KEY, "text").text.append(token.text)
    return True


def _merge(answer: Answer, generated: _Generated) -> None:
    whole = generated.generated_text or generated.summary_text or generated.translation_text
    if whole:
        answer.part(_KEY, "text").text[:] = [whole]
    details = generated.details
    if details is None:
        return
    if details.finish_reason:
        answer.finish_reasons[0] = details.finish_reason
    prefill = len(details.prefill) if details.prefill else None
    answer.usage = (
        tally(details.input_length or details.prompt_tokens or prefill, details.generated_tokens) or answer.usage
    )
