"""Finds the entries of a HAR file, one at a time: in memory are the largest entry and a piece of the file.

Only brackets and strings are told apart, so an entry is found whatever its content is worth. A file may be UTF-8 or
UTF-16 (PowerShell redirects to it), and compressed by gzip or zlib (mitmproxy's `.zhar`).
"""

import codecs
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from llmtap.cli.entry import UnreadableError

PIECE = 1 << 20
"""How many bytes of the file are read at a time."""
START = 64
"""How many bytes tell a HAR file."""

_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ANY_CONTAINER = zlib.MAX_WBITS | 32
_PLAIN = re.compile(rb'(?:[^"{}\[\]]++|"[^"]*+")*+')
"""What stands between brackets; it ends at a bracket, or before a string that is not whole yet."""
_WORD = re.compile(rb'[^"{}\[\]]*+(?:"([^"]*+)"|[{}\[\]])')
_LIST = re.compile(rb"\s*+:\s*+\[")
_BETWEEN = re.compile(rb"[\s,]*+")
_SCALAR = re.compile(rb"[^\s,\]{}\[]++")
_QUOTE, _OPENING, _CLOSING = ord('"'), b"{[", b"}]"
_DEPTHS = (1, 2)
"""`entries` is a member of `log`, which some writers leave out."""


def is_har(start: bytes) -> bool:
    """Return whether a file that begins so is a HAR file: JSON, which no flow file ever is."""
    if start.startswith(_WIDE):
        start = start.decode("utf-16", "replace").encode()
    return start.startswith(_COMPRESSED) or start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def raw_entries(file: BinaryIO) -> Iterator[bytes]:
    """Yield each entry's JSON; raises UnreadableError where there is no list of entries, or where it breaks off."""
    text = _Text(_pieces(file))
    number = 0
    try:
        text.enter()
        while (entry := text.value()) is not None:
            number += 1
            yield entry
    except (EOFError, zlib.error) as error:
        if not text.entered:
            raise UnreadableError("it is neither a HAR file nor a flow file") from error
        raise UnreadableError("it is damaged, or cut short", number + 1) from error


class _Text:
    """The part of a file's text that is looked at; what was passed is let go of.

    Beside it stands its outline, in which nothing is escaped: there, every quote begins or ends a string.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()
        self._outline = bytearray()
        self._kept = b""
        self.entered = False

    def _more(self) -> None:
        """Hold one more piece, which ends with no half of an escape; raises EOFError when there is none."""
        piece = next(self._pieces, None)
        if piece is None:
            raise EOFError
        piece = self._kept + piece
        odd = (len(piece) - len(piece.rstrip(b"\\"))) % 2
        piece, self._kept = piece[: len(piece) - odd], piece[len(piece) - odd :]
        self._held += piece
        self._outline += piece.replace(rb"\\", b"__").replace(rb"\"", b"__")

    def _let_go(self, end: int) -> None:
        del self._held[:end]
        del self._outline[:end]

    def enter(self) -> None:
        """Go to the first of the list of entries; raises EOFError when there is none."""
        depth = position = 0
        while True:
            found = _WORD.match(self._outline, position)
            if found is None:
                self._let_go(position)
                position = 0
                self._more()
                continue
            position = found.end()
            if found[1] is None:
                depth += 1 if found[0][-1] in _OPENING else -1
            elif found[1] == b"entries" and depth in _DEPTHS and (begin := self._list(position)):
                self._let_go(begin)
                self.entered = True
                return

    def _list(self, position: int) -> int:
        """Return where the list begins whose name ends at `position`, 0 when it is no name of a list."""
        while len(self._held) < position + START:
            try:
                self._more()
            except EOFError:
                break
        found = _LIST.match(self._held, position)
        return found.end() if found else 0

    def value(self) -> bytes | None:
        """Return the next value of the list, None at its end; raises EOFError when it breaks off."""
        begin = self._past(_BETWEEN, 0)
        first = self._held[begin]
        if first in _CLOSING:
            return None
        end = self._closed(begin) if first in _OPENING else self._past(_SCALAR, begin)
        value = bytes(memoryview(self._held)[begin:end])
        self._let_go(max(end, 1))
        return value

    def _past(self, pattern: "re.Pattern[bytes]", position: int) -> int:
        """Return where what `pattern` fits ends, which something follows."""
        while True:
            found = pattern.match(self._held, position)
            end = found.end() if found else position + 1
            if end < len(self._held):
                return end
            self._more()

    def _closed(self, position: int) -> int:
        """Return where the value ends that a bracket at `position` opens."""
        depth, outline = 0, self._outline
        while True:
            found = _PLAIN.match(outline, position)
            position = found.end() if found else position
            if position == len(outline):
                self._more()
            elif (sign := outline[position]) == _QUOTE:
                position = self._unquoted(position + 1)
            else:
                depth += 1 if sign in _OPENING else -1
                position += 1
                if depth == 0:
                    return position

    def _unquoted(self, position: int) -> int:
        """Return where a string ends, which is not held whole yet."""
        while (end := self._outline.find(_QUOTE, position)) < 0:
            position = len(self._outline)
            self._more()
        return end + 1


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file as UTF-8."""
    pieces = iter(lambda: file.read(PIECE), b"")
    first = next(pieces, b"")
    if first.startswith(_COMPRESSED):
        unpacker = zlib.decompressobj(_ANY_CONTAINER)
        yield from _unpacked(unpacker, first)
        for piece in pieces:
            yield from _unpacked(unpacker, piece)
    elif first.startswith(_WIDE):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        yield decoder.decode(first).encode("utf-8", "replace")
        for piece in pieces:
            yield decoder.decode(piece).encode("utf-8", "replace")
    else:
        yield first
        yield from pieces


def _unpacked(unpacker: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    while packed:
        yield unpacker.decompress(packed, PIECE)
        packed = unpacker.unconsumed_tail
