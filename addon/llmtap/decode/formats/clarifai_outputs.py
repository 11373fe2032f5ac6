"""Clarifai's models of every kind behind one door: inputs go in, and for each comes an output with its data.

Counts stand beside the data of each output, with the cached ones inside those of the prompt; a 0 is what a model that
has no tokens states. A status code of 10000 is success, and the path names the model.

Source: https://docs.clarifai.com/api-guide/predict; `Output` in resources.proto of https://pypi.org/project/clarifai-grpc.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError, Usage
from llmtap.decode.usage.tally import added, tally

_SUCCESS = 10000


class _Text(msgspec.Struct, gc=False):
    raw: str | None = None


class _Medium(msgspec.Struct, gc=False):
    """A medium, of which nothing is read."""


class _Data(msgspec.Struct):
    text: _Text | None = None
    image: _Medium | None = None
    audio: _Medium | None = None
    video: _Medium | None = None


class _Given(msgspec.Struct):
    data: _Data | None = None


class _Params(msgspec.Struct, gc=False):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None


class _Info(msgspec.Struct, gc=False):
    params: _Params | None = None


class _Version(msgspec.Struct, gc=False):
    output_info: _Info | None = None


class _Asked(msgspec.Struct, gc=False):
    model_version: _Version | None = None


class _Request(msgspec.Struct):
    inputs: list[_Given] = []
    model: _Asked | None = None


class _Status(msgspec.Struct, gc=False):
    code: int | None = None
    description: str | None = None
    details: str | None = None


class _Named(msgspec.Struct, gc=False):
    id: str | None = None


class _Output(msgspec.Struct):
    id: str | None = None
    model: _Named | None = None
    data: _Data | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


class _Answer(msgspec.Struct):
    status: _Status | None = None
    outputs: list[_Output] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    version = asked.model.model_version if asked.model else None
    limits = (version.output_info.params if version and version.output_info else None) or _Params()
    parts = tuple(part for given in asked.inputs for part in _parts(given.data))
    return InferenceRequest(
        max_tokens=limits.max_tokens,
        temperature=limits.temperature,
        top_p=limits.top_p,
        top_k=limits.top_k,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, each output one choice; a status that is not success is an error."""
    stated = read(_Answer, body)
    total: Usage | None = None
    for index, output in enumerate(stated.outputs or ()):
        answer.id = answer.id or output.id
        answer.model = (output.model.id if output.model else None) or answer.model
        for place, part in enumerate(_parts(output.data)):
            answer.part((index, place), part.kind, index).text[:] = [part.text]
        total = added(total, _usage(output))
    answer.usage = total or answer.usage
    status = stated.status
    if status is not None and status.code not in (None, _SUCCESS):
        answer.error = ProviderError(None, str(status.code), status.details or status.description)
    elif stated.outputs is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since there is no stream over HTTP; it carries no content."""
    read_response(answer, event.data)
    return False


def _usage(output: _Output) -> Usage | None:
    if not (output.prompt_tokens or output.completion_tokens):
        return None
    return tally(output.prompt_tokens, output.completion_tokens, cached=output.cached_tokens)


def _parts(data: _Data | None) -> tuple[Part, ...]:
    if data is None:
        return ()
    media = (("image", data.image), ("audio", data.audio), ("video", data.video))
    words = (Part("text", data.text.raw),) if data.text and data.text.raw else ()
    return (*words, *(Part("media", f"{kind}/*") for kind, medium in media if medium is not None))
