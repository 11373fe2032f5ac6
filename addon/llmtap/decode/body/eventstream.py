"""Cuts a body in AWS's binary framing (`application/vnd.amazon.eventstream`) into timed events.

A frame is twelve bytes of prelude (its length, that of its headers, a checksum of both), headers, a payload and a
checksum of all; what fails its checksum is not believed. A frame that is corrupt or cut off is an event without a name
that holds the frame itself: no wire format can read it, so that the decoder notes it like any unreadable event. After
a ruined prelude the next whole one is looked for. An exception is an event called `error`, told in the shape in which
others send theirs. Linear, whatever the bytes.

Source: https://smithy.io/2.0/aws/amazon-eventstream.html; providers.md 1.4 and 1.8.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from zlib import crc32

import msgspec

from llmtap.capture.exchange import Body, Chunk
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read

_PRELUDE = struct.Struct(">III")
_SUM = 4
_PART = "PayloadPart"
_LONGEST_HEAD = 4096
_LEAST = _PRELUDE.size + _SUM
_BYTES, _STRING = 6, 7
_SIZES = (0, 0, 1, 2, 4, 8, 0, 0, 8, 16)
"""How long the value of a header is, by its type; bytes and strings say so themselves."""
_BEGINNING = re.compile(rb"(?=\x00.{3}\x00.{7}[\x01-\x7f]:)", re.DOTALL)
"""Where a prelude may stand, with the name of a first header behind it: the names of AWS begin with a colon."""


class _Exception(msgspec.Struct):
    """The payload of an exception."""

    message: str | None = None


class _Wrapped(msgspec.Struct):
    """The payload of a `chunk`: bytes in base64, beside padding."""

    bytes: bytes


_unwrap = msgspec.json.Decoder(_Wrapped).decode


def preluded(head: bytes) -> bool:
    """Return whether a body begins with the prelude of a frame, which its checksum proves."""
    return _length(head, 0) is not None


def event_stream(body: Body) -> Iterator[Event]:
    """Yield the events of a body: named by `:event-type`, holding the payload; a `chunk` holds the bytes in it.

    Where bytes are missing from the body, the frames around the hole are given up.
    """
    gap = body.gap
    if gap is None:
        yield from _frames(body.chunks, whole_start=True, whole_end=True)
    else:
        yield from _frames(body.chunks[:gap], whole_start=True, whole_end=False)
        yield from _frames(body.chunks[gap:], whole_start=False, whole_end=True)


def carried(body: Body) -> Body | None:
    """Return the body that the frames of a body carry in parts cut anywhere, or None where they carry events.

    SageMaker sends what a container answers this way; an exception is told as such a container would tell it.
    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html.
    """
    head = b""
    for _, data in body.chunks[: body.gap]:
        head += data
        if len(head) >= _LONGEST_HEAD:
            break
    if _PART.encode() not in head or not preluded(head):
        return None
    gap = len(body.chunks) if body.gap is None else body.gap
    before = _parts(_frames(body.chunks[:gap], whole_start=True, whole_end=body.gap is None))
    after = _parts(_frames(body.chunks[gap:], whole_start=False, whole_end=True))
    chunks = (*before, *after)
    size = sum(len(data) for _, data in chunks)
    return Body(chunks, size + body.dropped, body.dropped, None if body.gap is None else len(before))


def _parts(events: Iterator[Event]) -> list[Chunk]:
    parts: list[Chunk] = []
    for event in events:
        if event.name == _PART:
            parts.append((event.at, event.data))
        elif event.name == "error":
            parts.append((event.at, b"\n\nevent: error\ndata: " + event.data + b"\n\n"))
    return parts


def _frames(chunks: Sequence[Chunk], *, whole_start: bool, whole_end: bool) -> Iterator[Event]:
    data = b"".join(piece for _, piece in chunks)
    ends = list(accumulate(len(piece) for _, piece in chunks))
    arrived = 0
    told: dict[bytes, dict[str, str]] = {}
    start = 0 if whole_start else _next(data, 0)
    while start < len(data):
        length = _length(data, start)
        end = _next(data, start + 1) if length is None else start + length
        ruined = length is None or end > len(data)
        if ruined and end >= len(data) and not whole_end:
            return
        end = min(end, len(data))
        while ends[arrived] < end:
            arrived += 1
        frame = data[start:end]
        event = None if ruined else _event(frame, told)
        name, payload = event or (None, frame)
        yield Event(payload, name, chunks[arrived][0])
        start = end


def _length(data: bytes, start: int) -> int | None:
    """Return the length of the frame whose prelude stands at `start`, or None where none stands."""
    prelude = data[start : start + _PRELUDE.size]
    if len(prelude) < _PRELUDE.size:
        return None
    length, headers, checksum = _PRELUDE.unpack(prelude)
    sane = headers + _LEAST <= length and checksum == crc32(prelude[: _PRELUDE.size - _SUM])
    return int(length) if sane else None


def _next(data: bytes, start: int) -> int:
    """Return where the next whole prelude stands, or the end."""
    for found in _BEGINNING.finditer(data, start):
        if _length(data, found.start()) is not None:
            return found.start()
    return len(data)


def _event(frame: bytes, told: dict[bytes, dict[str, str]]) -> tuple[str | None, bytes] | None:
    """Return the name and the data of a whole frame, or None when it is corrupt.

    Frames repeat their headers: what a block of them says is kept in `told`, since taking it apart is half the cost.
    """
    if crc32(frame[:-_SUM]) != int.from_bytes(frame[-_SUM:]):
        return None
    payload_at = _PRELUDE.size + int(_PRELUDE.unpack_from(frame)[1])
    block, payload = frame[_PRELUDE.size : payload_at], frame[payload_at:-_SUM]
    headers = told.get(block)
    if headers is None:
        headers = told[block] = _headers(block)
    kind = headers.get(":message-type")
    if kind == "exception":
        return "error", _failed(headers.get(":exception-type"), _message(payload))
    if kind == "error":
        return "error", _failed(headers.get(":error-code"), headers.get(":error-message"))
    name = headers.get(":event-type")
    return name, _unwrapped(payload) if name == "chunk" else payload


def _headers(block: bytes) -> dict[str, str]:
    """Return the headers whose value is a string, as far as they can be told apart."""
    headers: dict[str, str] = {}
    at = 0
    while at < len(block):
        named = at + 1 + block[at]
        kind = block[named] if named < len(block) else len(_SIZES)
        if kind >= len(_SIZES):
            break
        name, at, size = block[at + 1 : named], named + 1, _SIZES[kind]
        if kind in (_BYTES, _STRING):
            size = int.from_bytes(block[at : at + 2])
            at += 2
        if kind == _STRING:
            headers[name.decode("utf-8", "replace")] = block[at : at + size].decode("utf-8", "replace")
        at += size
    return headers


def _unwrapped(payload: bytes) -> bytes:
    try:
        return _unwrap(payload).bytes
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return payload


def _message(payload: bytes) -> str | None:
    try:
        return read(_Exception, payload).message
    except msgspec.DecodeError:
        return payload.decode("utf-8", "replace") or None


def _failed(kind: str | None, message: str | None) -> bytes:
    return msgspec.json.encode({"error": {"type": kind, "message": message}})
