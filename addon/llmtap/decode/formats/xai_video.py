"""xAI's gRPC service Video: a film is ordered, made, and fetched by the id of the order, with what it cost.

The answers to both share no number but 1, an id there and a status here, so one shape reads them.
Source: https://github.com/xai-org/xai-proto, video.proto and deferred.proto.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.chat_usage import measure
from llmtap.decode.usage.sampling import SamplingUsage, merge_usage


class _Request(msgspec.Struct):
    """What is to be filmed, or carried on; whoever fetches a film names no model, and its order where the prompt is."""

    prompt: str | None = msgspec.field(name="1", default=None)
    image: bytes | None = msgspec.field(name="2", default=None)
    model: str | None = msgspec.field(name="3", default=None)
    video: bytes | None = msgspec.field(name="6", default=None)
    pictures: list[bytes] | None = msgspec.field(name="13", default=None)


class _Film(msgspec.Struct, gc=False):
    url: str | None = msgspec.field(name="1", default=None)
    duration: int | None = msgspec.field(name="4", default=None)


class _Error(msgspec.Struct, gc=False):
    code: str | None = msgspec.field(name="1", default=None)
    message: str | None = msgspec.field(name="2", default=None)


class _Made(msgspec.Struct, gc=False):
    film: _Film | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    usage: SamplingUsage | None = msgspec.field(name="3", default=None)
    error: _Error | None = msgspec.field(name="6", default=None)


class _Ordered(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    made: _Made | None = msgspec.field(name="2", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be filmed, or which order is fetched; what it starts from are media of its message."""
    asked = read(_Request, body)
    if asked.model is None:
        return InferenceRequest(previous_response_id=asked.prompt)
    media = ["image/*"] * ((asked.image is not None) + len(asked.pictures or ())) + ["video/*"] * bool(asked.video)
    words = (Part("text", asked.prompt),) if asked.prompt else ()
    parts = (*words, *(Part("media", kind) for kind in media))
    return InferenceRequest(model=asked.model, output_type="video", messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge an order, or the film that was made; where it is pending still there is none."""
    stated = read(_Ordered, body)
    answer.background = True
    answer.id = stated.id or answer.id
    made = stated.made
    if made is None:
        return
    answer.model = made.model or answer.model
    merge_usage(answer, made.usage)
    if made.error is not None:
        answer.error = ProviderError(None, made.error.code, made.error.message)
    if made.film is not None and made.film.url:
        answer.part("film", "media").text[:] = ["video/*"]
        answer.usage = replace(answer.usage or UNUSED, video_seconds=measure(Decimal(made.film.duration or 0)) or None)


def merge(answer: Answer, event: Event) -> bool:
    """Merge a message as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False
