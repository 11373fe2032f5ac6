"""Saves what stands in JSON that cannot be read whole: a body cut off, or one with a hole in its middle.

The members that a document needs are looked for by name in a bounded head and tail, and put together as a small JSON
object that the wire format then reads as its own. A name inside a string is never taken for a member, since quotes
there are escaped. Linear, whatever the bytes.
"""

import re

import msgspec

_REACH = 256 * 1024
"""How far from either end a member is looked for."""

_VALUE = 16 * 1024
"""The longest value that is taken."""

_SCALAR = rb'"(?:[^"\\\x00-\x1f]|\\.){0,512}"|-?[0-9][0-9.eE+-]{0,40}|true|false'
_FIRST = (
    *("id", "model", "object", "stream", "max_tokens", "max_completion_tokens", "max_output_tokens", "temperature"),
    *("top_p", "n", "reasoning_effort", "service_tier", "system_fingerprint", "user", "modelVersion", "responseId"),
)
_LAST = (
    *((name, b'"%b":%%b' % name.encode()) for name in ("status", "stop_reason", "stopReason")),
    ("finish_reason", b'"choices":[{"index":0,"finish_reason":%b}]'),
    ("finishReason", b'"candidates":[{"finishReason":%b}]'),
)
_OBJECTS = ("usage", "stream_options", "incomplete_details", "usageMetadata", "generationConfig")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)


def salvage(body: bytes) -> bytes:
    """Return a JSON object of the members that stand in `body`, or an empty one when `body` is not the ruin of one.

    Of identity and parameters the first that stands is taken, of usage and finish reason the last.
    """
    if not body[:_REACH].lstrip().startswith(b"{"):
        return b"{}"
    spans = [body] if len(body) <= 2 * _REACH else [body[:_REACH], body[-_REACH:]]
    members: list[bytes] = []
    for name in _FIRST:
        for span in spans:
            found = _member(name).search(span)
            if found:
                members.append(b'"%b":%b' % (name.encode(), found[1]))
                break
    for name in _OBJECTS:
        last = _last_object(spans, name)
        if last is not None:
            members.append(b'"%b":%b' % (name.encode(), last))
    for name, place in _LAST:
        last = _last_scalar(spans[-1], name)
        if last is not None:
            members.append(place % last)
    return b"{%b}" % b",".join(members)


def _member(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'"%b"\s{0,8}:\s{0,8}(%b)' % (name.encode(), _SCALAR), re.DOTALL)


def _last_scalar(span: bytes, name: str) -> bytes | None:
    start = len(span)
    for _ in range(8):
        start = span.rfind(b'"%b"' % name.encode(), 0, start)
        if start < 0:
            return None
        found = _member(name).match(span, start)
        if found and _readable(found[1]):
            return found[1]
    return None


def _last_object(spans: list[bytes], name: str) -> bytes | None:
    """Return the last balanced object called `name`."""
    opening = re.compile(rb'"%b"\s{0,8}:\s{0,8}(?=\{)' % name.encode())
    for span in reversed(spans):
        start = len(span)
        for _ in range(8):
            start = span.rfind(b'"%b"' % name.encode(), 0, start)
            if start < 0:
                break
            found = opening.match(span, start)
            value = _balanced(span[found.end() : found.end() + _VALUE]) if found else None
            if value is not None and _readable(value):
                return value
    return None


def _balanced(text: bytes) -> bytes | None:
    """Return the object that `text` begins with, or None when it does not end."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return text[: token.end()]
    return None


def _readable(value: bytes) -> bool:
    try:
        msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
