"""Cuts a gRPC body into timed messages, and reads how the call ended, which no HTTP status tells.

A message is preceded by a byte that says whether it is compressed and four that say how long it is. One that is cut off
or cannot be decompressed is an event that holds it with its prefix: no message begins with such a byte, so no format
takes it for one. A body without prefixes is one bare message, as Connect's unary calls send it. What stands behind a
hole cannot be found again. What comes out is bounded, whatever goes in.

The status stands in the trailers, or in the headers of an answer that has nothing else.
Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and .../statuscodes.md.
"""

from collections.abc import Iterator
from itertools import accumulate
from urllib.parse import unquote

from llmtap.capture.exchange import Body, Headers, Response, header
from llmtap.decode.body.encoding import LIMIT, undo
from llmtap.decode.body.events import Event
from llmtap.decode.inference import ProviderError

PREFIX = 5
_PLAIN, _COMPRESSED = 0, 1
_OK = "0"
_FAILURES = 4
"""So many messages that cannot be decompressed end a body: each may have taken long to fail."""
_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


def spoken_over(headers: Headers) -> bool:
    """Return whether a body is gRPC's own (gRPC-Web frames its trailers as well, and is another)."""
    kind = (header(headers, "content-type") or "").lower()
    return kind.startswith("application/grpc") and not kind.startswith("application/grpc-web")


def messages(body: Body, headers: Headers) -> Iterator[Event]:
    """Yield each message, decompressed, as of the instant at which it was complete."""
    chunks = body.chunks[: body.gap]
    data = b"".join(piece for _, piece in chunks)
    ends = list(accumulate(len(piece) for _, piece in chunks))
    if data and data[0] not in (_PLAIN, _COMPRESSED):
        if body.gap is None:
            yield Event(data, None, chunks[-1][0])
        return
    start, arrived, left = 0, 0, LIMIT
    while start < len(data) and left > 0:
        end = start + PREFIX + int.from_bytes(data[start + 1 : start + PREFIX])
        whole = end <= len(data) and start + PREFIX <= len(data)
        if not whole and body.gap is not None:
            return
        end = min(end, len(data)) if whole else len(data)
        while ends[arrived] < end:
            arrived += 1
        frame = data[start:end]
        message = _message(frame, headers, left) if whole else frame
        left -= LIMIT // _FAILURES if message is frame else len(message)
        yield Event(message, None, chunks[arrived][0])
        start = end


def unwrapped(body: Body, headers: Headers) -> Body:
    """Return the body of a call that has one message on this side; several are one, since protobuf merges so."""
    found = [(event.at, event.data) for event in messages(body, headers)]
    whole = body.gap is None
    return Body(found, body.size, body.dropped, None if whole else len(found))


def succeeded(response: Response) -> bool:
    """Return whether the call came to its end, and to a good one."""
    return _status(response) == _OK


def failed(response: Response) -> ProviderError | None:
    """Return the error that the status states, by its name, or None where it states none."""
    status = _status(response)
    if status is None or status == _OK:
        return None
    number = int(status) if status.isascii() and status.isdigit() and len(status) < PREFIX else len(_CODES)
    code = _CODES[number] if number < len(_CODES) else status[:64]
    message = header(response.trailers, "grpc-message") or header(response.headers, "grpc-message")
    return ProviderError(None, code, unquote(message) if message else None)


def _status(response: Response) -> str | None:
    return header(response.trailers, "grpc-status") or header(response.headers, "grpc-status")


def _message(frame: bytes, headers: Headers, limit: int) -> bytes:
    """Return the message in a whole frame, or the frame itself when it cannot be decompressed."""
    if frame[0] == _PLAIN:
        return frame[PREFIX:]
    coding = (header(headers, "grpc-encoding") or "").encode()
    decoded = undo(Body.whole(frame[PREFIX:]), ((b"content-encoding", coding),), limit)
    if frame[0] != _COMPRESSED or decoded.problems or not coding:
        return frame
    return decoded.body.joined()
