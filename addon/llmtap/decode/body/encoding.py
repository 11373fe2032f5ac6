"""Undoes Content-Encoding, piece by piece, so that each decoded piece keeps the instant at which it arrived.

Encodings are undone in the reverse of the order in which they were applied (RFC 9110, section 8.4). What comes out is
bounded, whatever goes in: of a body that grows beyond `limit` head and tail are kept, and a bomb is left off at last.
A body that is not what its encoding says is tried as it is; of one cut short, what could be decoded stands. Nothing
raises: what went wrong is a word in `problems`.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from llmtap.capture.exchange import Body, Chunk, Headers
from llmtap.capture.window import Window

LIMIT = 64 * 1024 * 1024
"""How many decoded bytes of one body are kept."""

_BOMB = 4
"""A body is left off when undoing it has made this many times the limit: its tail is not worth the time."""

_TAKEN = 16 * 1024
"""Bytes fed at a time: zlib copies what it has not consumed, which would be quadratic for a long piece."""

_GIVEN = 64 * 1024
"""Bytes given out at a time, at most."""

_ZSTD_TAKEN = 256
"""zstd has no bound on what one call gives out: 256 bytes make at most 64 blocks of 128 KiB (RFC 8878, 3.1.1.2)."""

_ZSTD_WINDOW = 8 * 1024 * 1024
"""The largest window of a zstd body over HTTP (RFC 9659)."""

_ZLIB_HEADER = 2
"""Bytes by which a deflate body tells whether it is wrapped (RFC 1950, 2.2)."""


class Decoded(NamedTuple):
    """A body without its encoding, and what went wrong.

    `problems` are of `encoding` (not what it says, or of no known kind), `truncated_encoding`, `dropped_bytes` (a hole)
    and `oversize` (more than was kept).
    """

    body: Body
    problems: tuple[str, ...] = ()


class _CorruptError(Exception):
    """The bytes are not what the encoding says."""


class _Codec(Protocol):
    """Undoes one encoding; `finished` says that the bytes fed so far make a whole body."""

    @property
    def finished(self) -> bool: ...

    def feed(self, data: bytes) -> Iterator[bytes]: ...


def undo(body: Body, headers: Headers, limit: int = LIMIT) -> Decoded:
    """Return a body without the encodings that `headers` name; a body without any is returned as it is."""
    dropped = ("dropped_bytes",) if body.dropped else ()
    names = _names(headers)
    if not names or not body.chunks:
        return Decoded(body, dropped)
    if len(names) > len(_CODECS) or any(name not in _CODECS for name in names):
        return Decoded(body, (*dropped, "encoding"))
    window = Window(limit)
    problem = _fill(window, body, [_CODECS[name]() for name in reversed(names)], limit * _BOMB)
    if problem in ("encoding", "truncated_encoding") and _textual(body.chunks):
        return Decoded(body, (*dropped, "encoding"))
    decoded = window.body()
    if decoded.dropped:
        problem = problem or "oversize"
    elif body.gap is not None:
        # What stands after the hole cannot be decoded: the body ends at it.
        decoded = Body(decoded.chunks, decoded.size, body.dropped, len(decoded.chunks))
    return Decoded(decoded, (*dropped, problem) if problem else dropped)


def _names(headers: Headers) -> list[str]:
    """Return the encodings in the order in which they were applied, whether in one header or in several."""
    stated = [value.decode("latin-1").lower() for key, value in headers if key.lower() == b"content-encoding"]
    names = [name.strip() for value in stated for name in value.split(",")]
    return [name for name in names if name not in ("", "identity")]


def _fill(window: Window, body: Body, codecs: list[_Codec], budget: int) -> str | None:
    """Add every decoded piece up to the hole, if there is one, and return what went wrong."""
    try:
        for at, data in body.chunks[: body.gap]:
            for piece, work in _through(codecs, data):
                if piece:
                    window.add(at, piece)
                budget -= work
                if budget < 0:
                    return "oversize"
    except _CorruptError:
        return "encoding"
    if body.gap is None and not all(codec.finished for codec in codecs):
        return "truncated_encoding"
    return None


def _through(codecs: list[_Codec], data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield what a piece becomes on its way through all codecs, and how many bytes each step of the way made."""
    if not codecs:
        yield data, 0
        return
    for piece in codecs[0].feed(data):
        yield from _through(codecs[1:], piece)
        yield b"", len(piece) + 1


def _textual(chunks: Sequence[Chunk]) -> bool:
    """Return whether a body that could not be decoded reads as text: then it never was encoded."""
    head = b"".join(data for _, data in chunks[:8])[:256]
    text = head.decode("utf-8", "replace").rstrip("\N{REPLACEMENT CHARACTER}")
    return "\N{REPLACEMENT CHARACTER}" not in text and all(letter.isprintable() or letter.isspace() for letter in text)


class _Zlib:
    """gzip, member after member, and deflate, with its zlib header or (as many send it) without."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._head = b""
        self._object = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self._chosen = gzip
        self.finished = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._chosen:
            data = self._head + data
            if len(data) < _ZLIB_HEADER:
                self._head = data
                return
            self._chosen = True
            wrapped = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0
            self._object = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        for start in range(0, len(data), _TAKEN):
            yield from self._inflate(data[start : start + _TAKEN])

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        full = False
        while data or full:
            if self.finished:
                # Whatever else follows the end is padding, which every client passes over.
                if not self._gzip or not data.startswith(b"\x1f"):
                    return
                self._object, self.finished = zlib.decompressobj(zlib.MAX_WBITS + 16), False
            try:
                piece = self._object.decompress(data, _GIVEN)
            except zlib.error as error:
                raise _CorruptError from error
            self.finished = self._object.eof
            data = self._object.unused_data if self.finished else self._object.unconsumed_tail
            full = len(piece) == _GIVEN and not self.finished
            yield piece


class _Brotli:
    def __init__(self) -> None:
        self._object = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._object.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            yield self._object.process(data, output_buffer_limit=_GIVEN)
            while not self._object.can_accept_more_data():
                yield self._object.process(b"", output_buffer_limit=_GIVEN)
        except brotli.error as error:
            raise _CorruptError from error


class _Zstd:
    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._object = self._decompressor.decompressobj()
        self.finished = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        start = 0
        while start < len(data):
            if self.finished:
                self._object, self.finished = self._decompressor.decompressobj(), False
            piece = data[start : start + _ZSTD_TAKEN]
            start += len(piece)
            try:
                out = self._object.decompress(piece)
            except zstandard.ZstdError as error:
                raise _CorruptError from error
            self.finished = self._object.eof
            if self.finished:
                start -= len(self._object.unused_data)
            yield out


_CODECS: Mapping[str, Callable[[], _Codec]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}
