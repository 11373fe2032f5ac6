"""Reads a request that may be JSON or a `multipart/form-data` (RFC 7578), as uploads of images and sound are.

A field of words becomes the member of its name; of a file only the MIME type is kept. The boundary is what the first
line of the body says, so no header is needed, and a body with a hole in a file is read around it. Linear, whatever the
bytes; what is neither JSON nor a form raises msgspec.DecodeError.
"""

import re
from typing import NamedTuple

import msgspec

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Part

LONGEST_BOUNDARY = 256
"""Bytes; RFC 2046 allows 70, and some clients take more."""
LONGEST_FIELD = 256 * 1024
"""Bytes of a field of words that are taken."""
MOST_FIELDS = 256

_BOUNDARY = re.compile(rb"(?:\r?\n)*(--[^\r\n]{0,%d}?)[ \t]*(\r?\n)" % LONGEST_BOUNDARY)
_NAME = re.compile(rb';\s{0,8}name="?((?:[^";\r\n\\]|\\.){0,256})')
_FILE = re.compile(rb";\s{0,8}filename\*?=")
_TYPE = re.compile(rb"^content-type:[ \t]*([\w.+-]{1,64}/[\w.+-]{1,64})", re.IGNORECASE | re.MULTILINE)
_LONGEST_HEAD = 8192


class Form(NamedTuple):
    """The fields of words by name (of a name that is repeated, the first), and the MIME types of the files."""

    fields: dict[str, str]
    files: tuple[str, ...]


class _Sent(NamedTuple):
    """One part: the words of a field, or the MIME type of a file."""

    name: str
    words: str = ""
    file: str | None = None


def read_upload[T](decoder_type: type[T], body: bytes) -> tuple[T, tuple[Part, ...]]:
    """Return a request as a `decoder_type`, and the files of a form as media; numbers in a form are read as such."""
    if not _BOUNDARY.match(body):
        return read(decoder_type, body), ()
    sent = form(body)
    return read(decoder_type, msgspec.json.encode(sent.fields)), tuple(Part("media", kind) for kind in sent.files)


def form(body: bytes) -> Form:
    """Return what a form holds; raises msgspec.DecodeError for a body that does not begin with a boundary."""
    opening = _BOUNDARY.match(body)
    if opening is None:
        raise msgspec.DecodeError("no form")
    line_end = opening[2]
    mark = line_end + opening[1]
    fields: dict[str, str] = {}
    files: list[str] = []
    start = opening.end(1)
    for _ in range(MOST_FIELDS):
        if not body.startswith(line_end, start):
            break
        start += len(line_end)
        end = body.find(mark, start)
        if end < 0:  # cut off: the last value ends where the body does
            end = max(start, len(body) - len(line_end) * body.endswith(line_end))
        sent = _part(body, start, end, line_end)
        if sent is not None and sent.file:
            files.append(sent.file)
        elif sent is not None:
            fields.setdefault(sent.name, sent.words)
        start = end + len(mark)
    return Form(fields, tuple(files))


def _part(body: bytes, start: int, end: int, line_end: bytes) -> _Sent | None:
    """Return the part whose head and value lie between `start` and `end`, or None for one without a name."""
    blank = body.find(line_end * 2, start, min(end, start + _LONGEST_HEAD))
    head = body[start : max(start, blank)]
    name = _NAME.search(head)
    if name is None:
        return None
    called = name[1].decode("utf-8", "replace")
    if _FILE.search(head):
        kind = _TYPE.search(head)
        return _Sent(called, file=kind[1].decode().lower() if kind else "*")
    value = body[blank + 2 * len(line_end) : min(end, blank + LONGEST_FIELD)]
    return _Sent(called, value.decode("utf-8", "replace"))
