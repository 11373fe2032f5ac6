"""Tells from a body's own bytes how it is framed and which wire format it speaks; headers only break a tie.

Content types lie (providers.md 1.8): errors to a streaming request come as JSON, streams come as plain text, keep-alive
lines precede JSON. The first bytes do not lie. Bounded: only the head of a body is looked at, but for one line.
"""

import re
from typing import Literal

import msgspec

from llmtap.capture.exchange import Headers, header
from llmtap.decode.body.eventstream import preluded
from llmtap.decode.body.lenient import read
from llmtap.decode.body.rpc import spoken_over

type Framing = Literal["events", "lines", "array", "frames", "messages", "json", "other"]

REACH = 1 << 18
"""How much of a body is looked at, at most."""

_HEAD = 8192
_EVENTS = re.compile(rb"(?:data|event|id|retry)?:|data\s*[\r\n]|message:\s*[\r\n]+data:")
"""How a stream of events begins; Flowise's lines of `message:` are no fields, and are passed over."""
_LINE_TYPES = ("ndjson", "jsonl", "json-lines", "stream+json", "json-seq")

_ARRAY = re.compile(rb"\[\s*\{")
_GEMINI = re.compile(rb'"(?:candidates|usageMetadata|promptFeedback)"\s*:')
"""Told by its members, since no framing says of an array whether it is a stream or the one answer."""

_ANSWERS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("gemini_predict", re.compile(rb'"predictions"\s*:\s*\{[^{}]{0,400}"object"\s*:\s*"chat\.completion"')),
    ("openai_chat", re.compile(rb'"object"\s*:\s*"chat\.completion')),
    ("openai_completions", re.compile(rb'"object"\s*:\s*"text_completion')),
    ("openai_realtime", re.compile(rb'"object"\s*:\s*"realtime\.response"')),
    (
        "openai_responses",
        re.compile(rb'"object"\s*:\s*"response"|"type"\s*:\s*"response\.|^event:\s*response\.', re.MULTILINE),
    ),
    ("lmstudio_chat", re.compile(rb'"model_instance_id"\s*:')),
    ("openai_embeddings", re.compile(rb'"object"\s*:\s*"embedding"')),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"message_start"|^event:\s*message_start', re.MULTILINE)),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"error"\s*,\s*"error"\s*:\s*\{')),
    ("anthropic_messages", re.compile(rb'\A(?=.*?"type"\s*:\s*"message")(?=.*?"role"\s*:\s*"assistant")', re.DOTALL)),
    (  # others offer choices too, and number none of them
        "openai_chat",
        re.compile(rb'"choices"\s*:\s*\[\s*(?:\]|\{[^{}]*"(?:index|message|delta|finish_reason|logprobs)"\s*:)'),
    ),
    ("bedrock_converse", re.compile(rb":event-type\x07\x00.(?:messageStart|contentBlock)", re.DOTALL)),
    ("bedrock_converse", re.compile(rb'"output"\s*:\s*\{\s*"message"\s*:')),
    ("bedrock_invoke", re.compile(rb":event-type\x07\x00\x05chunk")),
    ("gemini_interactions", re.compile(rb'"object"\s*:\s*"interaction"')),
    ("gemini_generate", re.compile(rb'"usageMetadata"\s*:\s*\{|"candidates"\s*:\s*\[\s*\{\s*"(?:content|finish)')),
    ("cohere_chat", re.compile(rb"^event:\s*message-start", re.MULTILINE)),
    ("cohere_chat", re.compile(rb'"usage"\s*:\s*\{\s*"(?:billed_units|tokens|cached_tokens)"\s*:\s*[{0-9]')),
    ("cohere_rerank", re.compile(rb'"object"\s*:\s*"score"')),
    ("ollama_chat", re.compile(rb'"created_at"\s*:\s*"[^"]{1,64}",\s*"(?:message|response|done)"\s*:')),
    ("llamacpp_completion", re.compile(rb'"tokens_predicted"\s*:')),
    ("tgi_generate", re.compile(rb'\A\s*\[\s*\{\s*"(?:generated|summary|translation)_text"\s*:')),
    (
        "text_classification",
        re.compile(rb'\A\s*\[\s*\[?\s*\{\s*"(?:label|score)"\s*:[^{}\[\]]{0,200}"(?:score|label)"'),
    ),
    ("text_generation", re.compile(rb'"meta_info"\s*:\s*\{[^{}]{0,400}"(?:id|finish_reason|prompt_tokens)"\s*:')),
    ("tgi_generate", re.compile(rb'"token"\s*:\s*\{\s*"id"\s*:|"details"\s*:\s*\{[^{}]{0,200}"generated_tokens"\s*:')),
)


_PARTS = re.compile(rb'"parts"\s*:')
_ABSENT = msgspec.Raw()


class _Shape(msgspec.Struct):
    """The members of a request that tell the wire formats apart."""

    messages: msgspec.Raw = _ABSENT
    system: msgspec.Raw = _ABSENT
    anthropic_version: str | None = None
    input: msgspec.Raw = _ABSENT
    prompt: msgspec.Raw = _ABSENT
    contents: msgspec.Raw = _ABSENT
    encoding_format: msgspec.Raw = _ABSENT
    dimensions: msgspec.Raw = _ABSENT
    model: str | None = None


def framing(body: bytes, headers: Headers) -> Framing:
    """Return how a decoded response body is framed; `body` is its head, or all of it."""
    head = body[:REACH].removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = (header(headers, "content-type") or "").lower()
    if preluded(body) or ("amazon.eventstream" in kind and head and not head.startswith((b"{", b"[", b"<"))):
        return "frames"
    if spoken_over(headers) and head and not head.startswith((b"{", b"[", b"<")):
        return "messages"
    if _ARRAY.match(head) and _GEMINI.search(head, 0, _HEAD):
        return "array"
    if head.startswith((b"{", b"[")):
        return "lines" if any(name in kind for name in _LINE_TYPES) or _lines(head) else "json"
    if _EVENTS.match(head) or ("event-stream" in kind and not head.startswith(b"<")):
        return "events"
    return "other"


def _lines(head: bytes) -> bool:
    """Return whether the first line is JSON by itself and another object follows."""
    first, _, rest = head.partition(b"\n")
    if not rest.lstrip().startswith(b"{") or not first.rstrip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def spoken(request: bytes, request_headers: Headers, response: bytes) -> str | None:
    """Return the wire format that an exchange with an unknown endpoint speaks, by its answer or else by its request.

    An answer says what it is (`object`, `type`); a request is told by its members (providers.md 1.3).
    """
    head = response[:_HEAD]
    for name, pattern in _ANSWERS:
        if pattern.search(head):
            return name
    return _asked(request, request_headers)


def _asked(request: bytes, headers: Headers) -> str | None:
    try:
        shape = read(_Shape, request)
    except msgspec.DecodeError:
        return None
    if _stated(shape.messages) and (shape.model or shape.anthropic_version):
        blocks = header(headers, "anthropic-version") or shape.anthropic_version or _stated(shape.system)
        return "anthropic_messages" if blocks else "openai_chat"
    if _PARTS.search(bytes(shape.contents)):  # others ask for `contents` too, and mean whole pages
        return "gemini_generate"
    if shape.model is None:
        return None
    if _stated(shape.input):
        embedding = _stated(shape.encoding_format) or _stated(shape.dimensions) or "embed" in shape.model.lower()
        return "openai_embeddings" if embedding else "openai_responses"
    return "openai_completions" if _stated(shape.prompt) else None


def _stated(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:4]) not in (b"", b"null")
