"""What Bedrock's InvokeModel puts around the dialect of a model: which dialect it is, and counts beside the answer.

InvokeModel is one door to many houses: behind it each maker's models speak their own dialect, and neither the path nor
the body names it. Law: a dialect is told by the members of the request that no other has, then by the model's maker,
then by the answer. Counts that stand beside an answer (headers; the metrics in the last chunk of a stream) fill in what
the answer itself leaves out, and never replace what it says: only the answer splits up the cache, and where the two
differed in recorded traffic it was the metrics that left tokens of a tool call out.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html; providers.md 1.6.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from llmtap.capture.exchange import Headers, header
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import Count

DOOR = "bedrock_invoke"
"""The wire format of the door, and of the models that are asked by a bare text."""

_METRICS = b'"amazon-bedrock-invocationMetrics"'
_COUNT = re.compile(r"[0-9]{1,14}", re.ASCII)
_HEAD = 4096
_NOVA = re.compile(rb'"output"\s*:\s*\{\s*"message"')
_VECTORS = re.compile(rb'"embeddings?(?:ByType)?"\s*:')
_IMAGES = re.compile(rb'"(?:images|artifacts)"\s*:\s*\[')
_COMMAND = re.compile(rb'"generations"\s*:')
_ABSENT = msgspec.Raw()


class Invoked(NamedTuple):
    """The wire format that reads a call, and the `gen_ai.operation.name` where the body tells it."""

    wire_format: str | None
    operation: str | None = None


class _Shape(msgspec.Struct):
    """The members of a request that tell the dialects apart."""

    anthropic_version: str | None = None
    max_tokens_to_sample: int | None = None
    schema_version: str | None = msgspec.field(default=None, name="schemaVersion")
    inference_config: msgspec.Raw = msgspec.field(default=_ABSENT, name="inferenceConfig")
    messages: msgspec.Raw = _ABSENT
    message: str | None = None
    chat_history: msgspec.Raw = _ABSENT
    prompt: msgspec.Raw = _ABSENT
    texts: msgspec.Raw = _ABSENT
    input_type: str | None = None
    query: str | None = None
    documents: msgspec.Raw = _ABSENT
    task_type: str | None = msgspec.field(default=None, name="taskType")
    text_prompts: msgspec.Raw = _ABSENT


class _Metrics(msgspec.Struct, rename="camel"):
    input_token_count: Count | None = None
    output_token_count: Count | None = None
    cache_read_input_token_count: Count | None = None
    cache_write_input_token_count: Count | None = None


class _Metered(msgspec.Struct):
    metrics: _Metrics | None = msgspec.field(default=None, name="amazon-bedrock-invocationMetrics")


def invoked(wire_format: str | None, model: str | None, request: bytes, answer: bytes) -> Invoked:
    """Return how a call is read: as its wire format says, or behind the door as its bodies (or their heads) say."""
    if wire_format != DOOR:
        return Invoked(wire_format)
    try:
        shape = read(_Shape, request)
    except msgspec.DecodeError:
        shape = _Shape()
    return _chat(shape, model or "", answer[:_HEAD]) or _other(shape, model or "", answer[:_HEAD])


def metered(answer: Answer, events: Iterable[Event]) -> Iterator[Event]:
    """Pass on the events of a stream; metrics fill in once their event has been merged, and end the stream."""
    for event in events:
        yield event
        if _METRICS in event.data:
            metrics = _metrics(event.data)
            if metrics is not None:
                answer.usage = _filled(answer.usage, metrics)
                answer.completed = True


def headed(usage: Usage | None, headers: Headers) -> Usage | None:
    """Return a usage with the counts that response headers state and the answer does not."""

    def count(name: str) -> int | None:
        stated = header(headers, f"x-amzn-bedrock-{name}-token-count")
        return int(stated) if stated and _COUNT.fullmatch(stated) else None

    counts = _Metrics(count("input"), count("output"), count("cache-read-input"), count("cache-write-input"))
    return _filled(usage, counts)


def _filled(usage: Usage | None, counts: _Metrics) -> Usage | None:
    """Fill in the input, of which the cache is a part that stands outside its count here, and the output."""
    full = usage or UNUSED
    if full.input_tokens is None and counts.input_token_count is not None:
        cached, written = counts.cache_read_input_token_count, counts.cache_write_input_token_count
        full = replace(
            full,
            input_tokens=counts.input_token_count + (cached or 0) + (written or 0),
            cache_read_input_tokens=cached,
            cache_write_input_tokens=written,
        )
    if full.output_tokens is None:
        full = replace(full, output_tokens=counts.output_token_count)
    return usage if full == UNUSED else full


def _metrics(data: bytes) -> _Metrics | None:
    try:
        return read(_Metered, data).metrics
    except msgspec.DecodeError:
        return None


def _chat(shape: _Shape, model: str, head: bytes) -> Invoked | None:
    """Return the dialect of a conversation."""
    if shape.anthropic_version is not None:
        return Invoked("anthropic_messages", "chat")
    if shape.schema_version is not None or _stated(shape.inference_config) or _NOVA.search(head):
        return Invoked("bedrock_converse", "chat")
    if _stated(shape.messages):
        return Invoked("bedrock_converse" if "amazon.nova" in model else "openai_chat", "chat")
    if shape.message is not None or _stated(shape.chat_history):
        return Invoked("cohere_v1_chat", "chat")
    return None


def _other(shape: _Shape, model: str, head: bytes) -> Invoked:
    """Return the dialect of what is no conversation."""
    if shape.query is not None and _stated(shape.documents):
        return Invoked("cohere_rerank", "rerank")
    if _stated(shape.texts) or shape.input_type is not None:
        return Invoked("cohere_embed", "embeddings")
    if _VECTORS.search(head) or "embed" in (shape.task_type or model).lower():
        return Invoked(DOOR, "embeddings")
    if shape.task_type is not None or _stated(shape.text_prompts) or _IMAGES.search(head):
        return Invoked(DOOR, "image_generation")
    if shape.max_tokens_to_sample is not None:
        return Invoked("anthropic_completions", "text_completion")
    return Invoked("cohere_v1_chat" if "cohere." in model or _COMMAND.search(head) else DOOR, "text_completion")


def _stated(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:4]) not in (b"", b"null")
