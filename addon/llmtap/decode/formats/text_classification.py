"""Classifiers of Hugging Face, at its API and in Text Embeddings Inference: texts in, labels and their scores out.

The labels are not kept: they are no words of a model. What it counts stands in a header (`decode.usage.terms`).
Source: https://huggingface.co/docs/inference-providers/tasks/text-classification and .../zero-shot-classification,
https://huggingface.github.io/text-embeddings-inference (`/predict`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part

_ABSENT = msgspec.Raw()


class _Request(msgspec.Struct):
    inputs: str | list[str | list[str]] | None = None


class _Labelled(msgspec.Struct):
    """What zero-shot classification answered before it was a list."""

    labels: msgspec.Raw = _ABSENT


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; a pair of texts is two."""
    given = read(_Request, body).inputs or ()
    listed = [given] if isinstance(given, str) else given
    texts = [text for one in listed for text in ([one] if isinstance(one, str) else one)]
    return InferenceRequest(messages=(Message("user", tuple(Part("text", text) for text in texts)),) if texts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without labels is asked for the error it states."""
    if body.lstrip().startswith(b"["):
        read(msgspec.Raw, body)
    elif not bytes(memoryview(read(_Labelled, body).labels)[:1]):
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False
