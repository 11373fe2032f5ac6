"""Gemini's batches, and those of Vertex AI: many questions at once, answered later.

An answer is the batch as it stands: an operation whose `metadata` tells its state, or a job of Vertex AI. Once it has
ended, answers that were asked for inline stand in it, and their usage is added up, since each is an answer of its own;
neither questions nor answers are kept. Answers that lie in a file are not seen here.

Source: https://ai.google.dev/api/batch-api and
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/batch-prediction-api.
"""

from typing import Any

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Usage
from llmtap.decode.messages.pieces import camel, named
from llmtap.decode.usage.usage_metadata import UsageMetadata, metadata_usage

_COUNTS = tuple(name for name in Usage.__struct_fields__ if name != "inconsistent")
_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED")


class _Request(msgspec.Struct):
    model: str | None = None


class _Message(msgspec.Struct, rename="camel", gc=False):
    model_version: str | None = None
    usage_metadata: UsageMetadata | None = None


class _Line(msgspec.Struct, gc=False):
    response: _Message | None = None


class _Lines(msgspec.Struct, rename="camel", gc=False):
    """The answers; the list has the name of what holds it."""

    inlined_responses: "list[_Line] | _Lines | None" = None


class _State(msgspec.Struct, gc=False):
    model: str | None = None
    state: str | None = None
    output: _Lines | None = None


class _Batch(_State, gc=False):
    """An operation of the Gemini API, or a job of Vertex AI, which is what `metadata` is."""

    name: str | None = None
    metadata: _State | None = None
    response: _Lines | None = None
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return the model, where the body names one (a job's); the path names it otherwise."""
    return InferenceRequest(model=named(read(_Request, body).model))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a batch, whose state is a finish reason once it has ended; another body is asked for its error."""
    stated = read(_Batch, camel(body))
    if stated.error is not None or stated.name is None:
        answer.error = read_error(body) or answer.error
    told = stated.metadata or stated
    answer.id = stated.name or answer.id
    answer.model = named(told.model) or answer.model
    state = (told.state or "").removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")
    if state in _ENDED:
        answer.finish_reasons[0] = state
    answer.usage = _sum(stated.response or told.output) or answer.usage


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False


def _sum(lines: list[_Line] | _Lines | None) -> Usage | None:
    """Return the usage of all answers together; what only some of them state is theirs."""
    while isinstance(lines, _Lines):
        lines = lines.inlined_responses
    usages = [usage for line in lines or () if (usage := _counted(line)) is not None]
    if not usages:
        return None
    counts: dict[str, Any] = {}  # counts and seconds, as the fields are
    for name in _COUNTS:
        known = [count for usage in usages if (count := getattr(usage, name)) is not None]
        counts[name] = sum(known) if known else None
    return Usage(**counts, inconsistent=any(usage.inconsistent for usage in usages))


def _counted(line: _Line) -> Usage | None:
    stated = line.response.usage_metadata if line.response else None
    return metadata_usage(stated) if stated else None
