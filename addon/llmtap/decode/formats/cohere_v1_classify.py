"""Cohere's Classify API (https://docs.cohere.com/v1/reference/classify): texts in, a label for each out.

It is billed by the classification. There is no stream.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.metering import Metering, metered


class _Request(msgspec.Struct):
    model: str | None = None
    inputs: list[str] = []


class _Label(msgspec.Struct, gc=False):
    """What one text was found to be; of a text with many labels those that it has."""

    prediction: str | None = None
    predictions: list[str] = []


class _Response(msgspec.Struct):
    id: str | None = None
    classifications: list[_Label] | None = None
    meta: Metering | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for: the texts are the parts of one message; examples are passed over."""
    asked = read(_Request, body)
    parts = tuple(Part("text", text) for text in asked.inputs)
    return InferenceRequest(model=asked.model, messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, each text a choice; a body without labels is asked for the error it states."""
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    for index, label in enumerate(stated.classifications or ()):
        for word in label.predictions or ((label.prediction,) if label.prediction else ()):
            answer.part((index, len(answer.parts)), "text", index).text.append(word)
    if stated.meta is not None:
        answer.usage = metered(stated.meta) or answer.usage
    if stated.classifications is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
