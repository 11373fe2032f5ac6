"""Gemini's embedContent and batchEmbedContents, at the Gemini API and at Vertex AI.

The vectors are passed over without being built. There is no stream; an answer never has output tokens, and one to the
models before gemini-embedding-2 states no usage at all.

Source: https://ai.google.dev/api/embeddings.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.pieces import Content, camel, message, named
from llmtap.decode.usage.usage_metadata import UsageMetadata, metadata_usage, terms


class _Asked(msgspec.Struct, rename="camel"):
    model: str | None = None
    content: Content | str | None = None


class _Request(_Asked, rename="camel"):
    requests: list[_Asked] | None = None


class _Vector(msgspec.Struct, gc=False):
    """A vector, of which nothing is read."""


class _Response(msgspec.Struct, rename="camel"):
    embedding: _Vector | None = None
    embeddings: list[_Vector] | None = None
    usage_metadata: UsageMetadata | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the inputs of a batch are the parts of one message."""
    asked = read(_Request, camel(body))
    each = (asked, *(asked.requests or ()))
    model = next((one.model for one in each if one.model), None)
    parts = tuple(part for one in each if one.content is not None for part in message(one.content).parts)
    return InferenceRequest(
        model=named(model),
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without vectors is asked for the error it states."""
    stated = read(_Response, body)
    metadata = stated.usage_metadata
    if metadata is not None:
        answer.usage = metadata_usage(metadata) or answer.usage
        answer.service_tier = terms(metadata) or answer.service_tier
    if stated.embedding is None and stated.embeddings is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
