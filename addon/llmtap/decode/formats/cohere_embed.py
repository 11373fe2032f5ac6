"""Cohere's Embed API, both versions (https://docs.cohere.com/reference/embed).

The vectors are passed over without being built. There is no stream; an answer never has output tokens, and one for
images of an old model is billed by the image and counts no tokens at all.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Content, Turn, message
from llmtap.decode.usage.metering import Metering, metered


class _Input(msgspec.Struct, gc=False):
    content: list[Content] = []


class _Request(msgspec.Struct):
    model: str | None = None
    texts: list[str] = []
    images: list[str] = []
    inputs: list[_Input] = []
    embedding_types: list[str] | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    embeddings: msgspec.Raw = msgspec.Raw()
    meta: Metering | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    contents = [Content("text", text) for text in asked.texts]
    contents += [Content("image_url", image_url=image) for image in asked.images]
    contents += [piece for one in asked.inputs for piece in one.content]
    return InferenceRequest(
        model=asked.model,
        encoding_formats=tuple(asked.embedding_types or ()),
        messages=(message(Turn("user", contents)),) if contents else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without vectors is asked for the error it states."""
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    if stated.meta is not None:
        answer.usage = metered(stated.meta) or answer.usage
    if not bytes(memoryview(stated.embeddings)[:1]):
        answer.error = read_error(body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
