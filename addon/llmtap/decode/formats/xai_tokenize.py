"""xAI's gRPC service Tokenize: a text cut into tokens, which nobody samples.

Law: the count is the answer, not a usage, as of every API that only counts.
Source: https://github.com/xai-org/xai-proto, tokenize.proto.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import InferenceRequest, Message, Part


class _Request(msgspec.Struct, frozen=True):
    text: str | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="2", default=None)
    user: str | None = msgspec.field(name="3", default=None)


class _Response(msgspec.Struct, frozen=True):
    model: str | None = msgspec.field(name="2", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be cut."""
    asked = read(_Request, body)
    messages = (Message("user", (Part("text", asked.text),)),) if asked.text else ()
    return InferenceRequest(model=asked.model, user=asked.user, messages=messages)


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, of which the model is all that is kept."""
    answer.model = read(_Response, body).model or answer.model


def merge(answer: Answer, event: Event) -> bool:
    """Merge a message as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False
