"""xAI's gRPC service Image: pictures, which have a cost and mostly no tokens.

A picture is a medium named by its kind, or by the scheme of its URL; its data is passed over. There is no stream.
Source: https://github.com/xai-org/xai-proto, image.proto.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.sampling import SamplingUsage, merge_usage

_UNNAMED = Part("media", "image/*")


class _Request(msgspec.Struct):
    prompt: str | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    n: int | None = msgspec.field(name="3", default=None)
    user: str | None = msgspec.field(name="4", default=None)
    image: bytes | None = msgspec.field(name="5", default=None)
    images: list[bytes] | None = msgspec.field(name="17", default=None)


class _Picture(msgspec.Struct, gc=False):
    url: str | None = msgspec.field(name="3", default=None)


class _Response(msgspec.Struct, gc=False):
    images: list[_Picture] | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    usage: SamplingUsage | None = msgspec.field(name="3", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be drawn; the pictures that are to be changed are media of its one message."""
    asked = read(_Request, body)
    pictures = len(asked.images or ()) + (asked.image is not None)
    parts = ((Part("text", asked.prompt),) if asked.prompt else ()) + (_UNNAMED,) * pictures
    return InferenceRequest(
        model=asked.model,
        choice_count=asked.n,
        output_type="image",
        user=asked.user,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer."""
    stated = read(_Response, body)
    answer.model = stated.model or answer.model
    merge_usage(answer, stated.usage)
    for picture in stated.images or ():
        named = (picture.url or "").partition(":")[0][:32] or _UNNAMED.text
        answer.part(len(answer.parts), "media").text.append(named)


def merge(answer: Answer, event: Event) -> bool:
    """Merge a message as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False
