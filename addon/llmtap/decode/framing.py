"""Tells from a body's own bytes how it is framed and which wire format it speaks; headers only break a tie.

Content types lie (providers.md 1.8): errors to a streaming request come as JSON, streams come as plain text, keep-alive
lines precede JSON. The first bytes do not lie. Bounded: only the head of a body is looked at, but for one line.
"""

import re
from typing import Literal

import msgspec

from llmtap.capture.exchange import Headers, header
from llmtap.decode.lenient import read

type Framing = Literal["events", "lines", "json", "other"]

REACH = 1 << 18
"""How much of a body is looked at, at most."""

_HEAD = 8192
_EVENTS = re.compile(rb"(?:data|event|id|retry)?:|data\s*[\r\n]")
_LINE_TYPES = ("ndjson", "jsonl", "json-lines", "stream+json", "json-seq")

_ANSWERS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("openai_chat", re.compile(rb'"object"\s*:\s*"(?:chat\.completion|text_completion)')),
    (
        "openai_responses",
        re.compile(rb'"object"\s*:\s*"response"|"type"\s*:\s*"response\.|^event:\s*response\.', re.MULTILINE),
    ),
    ("openai_embeddings", re.compile(rb'"object"\s*:\s*"embedding"')),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"message_start"|^event:\s*message_start', re.MULTILINE)),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"message"|"type"\s*:\s*"error"\s*,\s*"error"\s*:\s*\{')),
    ("openai_chat", re.compile(rb'"choices"\s*:\s*\[')),
)


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
    if head.startswith((b"{", b"[")):
        return "lines" if any(name in kind for name in _LINE_TYPES) or _lines(head) else "json"
    if _EVENTS.match(head):
        return "events"
    if "event-stream" in kind and not head.startswith(b"<"):
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
    if shape.model is None or _stated(shape.contents):
        return None
    if _stated(shape.input):
        embedding = _stated(shape.encoding_format) or _stated(shape.dimensions) or "embed" in shape.model.lower()
        return "openai_embeddings" if embedding else "openai_responses"
    return "openai_chat" if _stated(shape.prompt) else None


def _stated(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:4]) not in (b"", b"null")
