"""xAI's gRPC service Embedder: vectors of texts and pictures, counted by their number and not in tokens.

The vectors are passed over, and so is their number, which is no usage. There is no stream.
Source: https://github.com/xai-org/xai-proto, embed.proto.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import InferenceRequest, Message, Part

_FORMATS = {1: "float", 2: "base64"}


class _Input(msgspec.Struct, gc=False):
    """A text, or else a picture."""

    text: str | None = msgspec.field(name="1", default=None)


class _Request(msgspec.Struct):
    input: list[_Input] | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    encoding_format: int | None = msgspec.field(name="3", default=None)
    user: str | None = msgspec.field(name="4", default=None)


class _Response(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="4", default=None)
    system_fingerprint: str | None = msgspec.field(name="5", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be embedded."""
    asked = read(_Request, body)
    parts = tuple(Part("media", "image/*") if one.text is None else Part("text", one.text) for one in asked.input or ())
    encoding = _FORMATS.get(asked.encoding_format or 0)
    return InferenceRequest(
        model=asked.model,
        encoding_formats=(encoding,) if encoding else (),
        user=asked.user,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer."""
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    answer.system_fingerprint = stated.system_fingerprint or answer.system_fingerprint


def merge(answer: Answer, event: Event) -> bool:
    """Merge a message as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False
