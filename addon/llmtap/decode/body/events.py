"""Cuts a decoded body into timed events: server-sent events, JSON lines and the objects of a JSON array.

An event is equal however the bytes were cut into pieces, and its `at` is the arrival instant of the piece that
completed it. Time and memory are linear in the body, whatever it holds. What a framing holds is none of its business:
nothing here reads JSON, but for where an object of an array ends.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from llmtap.capture.exchange import Body, Chunk

_BOM = b"\xef\xbb\xbf"
_BATCH = 1 << 20
_LINE_FEED = ord("\n")
_OPENING = ord("{")
_new = tuple.__new__
_BRACE = re.compile(rb'[^"{}]*+(?:"(?:[^"\\]|\\.)*+"[^"{}]*+)*+[{}]', re.DOTALL)
_BETWEEN = re.compile(rb"\}\s?\s?,\r?\n\s?(?=\{)")


class Event(NamedTuple):
    """One unit of a stream: its data, the name an `event:` field gave it, and when it was complete (monotonic)."""

    data: bytes
    name: str | None = None
    at: float | None = None


class _Run(NamedTuple):
    """Pieces without a hole between them, and whether they begin and end where the body does."""

    chunks: Sequence[Chunk]
    whole_start: bool
    whole_end: bool


def server_sent_events(body: Body) -> Iterator[Event]:
    """Yield the events of a `text/event-stream` body (already content-decoded).

    CRLF, CR and LF end a line, in any mixture; comments, `id` and `retry` are passed over; several `data` lines are
    joined by a newline; an event without a `data` line is none. Unlike a browser (https://html.spec.whatwg.org/
    multipage/server-sent-events.html) the last event counts without its blank line: some servers never send it, and a
    stream cut off is told by its data. Where bytes are missing from the body, the events around the hole are given up.
    """
    for run in _runs(body):
        yield from _units(run, b"\n\n", b"data: ", _event)


def json_lines(body: Body) -> Iterator[Event]:
    """Yield each line that is not blank, without the white space around it (`application/x-ndjson` and its kin)."""
    for run in _runs(body):
        for event in _units(run, b"\n", b"", _line):
            line = event.data.strip()
            if line:
                yield event if line is event.data else event._replace(data=line)


def json_array(body: Body) -> Iterator[Event]:
    """Yield each object of an array that is streamed as it grows (Gemini's `streamGenerateContent` without `alt=sse`).

    An object that the end of the body cut short is yielded as far as it goes. After a hole the array goes on behind the
    first comma that ends a line between two objects: Google writes one there, and none within an object.
    """
    for run in _runs(body):
        text = b"".join(data for _, data in run.chunks)
        ends, ats = _arrivals(run.chunks, carriage=False)
        position, depth, start, piece = 0, 0, 0, 0
        if not run.whole_start:
            between = _BETWEEN.search(text)
            position = between.end() if between else len(text)
        while brace := _BRACE.match(text, position):
            position = brace.end()
            if text[position - 1] == _OPENING:
                start = start if depth else position - 1
                depth += 1
            elif depth:
                depth -= 1
                if not depth:
                    while position > ends[piece]:
                        piece += 1
                    yield Event(text[start:position], None, ats[piece])
        if depth and run.whole_end:
            yield Event(text[start:], None, ats[-1])


def _line(line: bytes, at: float | None) -> Event:
    return _new(Event, (line, None, at))


def _event(block: bytes, at: float | None) -> Event | None:
    """Return the event that the lines of `block` make, or None when none of them is data."""
    if block.startswith(b"event: "):  # and one line of data: what fast streams have thousands of is cut at once
        named, mark, said = block.partition(b"\ndata: ")
        if mark and _LINE_FEED not in named and _LINE_FEED not in said:
            return _new(Event, (said, named[7:].decode("utf-8", "replace") or None, at))
    name: bytes | None = None
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value[1:] if value.startswith(b" ") else value)
        elif field == b"event":
            name = value[1:] if value.startswith(b" ") else value
    if not data:
        return None
    return Event(b"\n".join(data), name.decode("utf-8", "replace") if name else None, at)


def _runs(body: Body) -> list[_Run]:
    if body.gap is None:
        return [_Run(body.chunks, whole_start=True, whole_end=True)]
    return [
        _Run(body.chunks[: body.gap], whole_start=True, whole_end=False),
        _Run(body.chunks[body.gap :], whole_start=False, whole_end=True),
    ]


def _units(
    run: _Run, mark: bytes, opening: bytes, read: Callable[[bytes, float | None], Event | None]
) -> Iterator[Event]:
    """Yield what `read` makes of each unit between the end marks, every line ended by LF, as of when that was complete.

    The last unit needs no end mark; beside a hole only units that are whole for certain are read. One line that begins
    with `opening` is what a fast stream has thousands of: what stands behind is its data, and is cut out at once.
    """
    chunks, whole_start, whole_end = run
    text, ends, ats = _lined(chunks)
    start = len(_BOM) if whole_start and text.startswith(_BOM) else 0
    if not whole_start:
        start = text.find(mark) + len(mark)
        if start < len(mark):
            return
    whole = len(text) if whole_end else text.rfind(mark, start)
    arrived, limit, step, cut = 0, ends[0], len(mark), mark + opening
    while start < whole:
        # A batch at a time, since a body of blank lines would make a list many times its size.
        last = text.find(mark, start + _BATCH, whole)
        stop = whole if last < 0 else last
        for number, piece in enumerate(text[start:stop].split(cut)):
            if number and _LINE_FEED not in piece:
                start += len(cut) + len(piece)
                while start > limit:
                    arrived += 1
                    limit = ends[arrived]
                yield _new(Event, (piece, None, ats[arrived]))
                continue
            for unit in (opening + piece if number else piece).split(mark):
                start += len(unit) + step
                while start > limit:
                    arrived += 1
                    limit = ends[arrived]
                if unit and (event := read(unit, ats[arrived])) is not None:
                    yield event
        start = stop + step


def _lined(chunks: Sequence[Chunk]) -> tuple[bytes, list[float], list[float | None]]:
    """Return the text of the pieces, every line of it ended by LF, and the arrivals in it."""
    text = b"".join(data for _, data in chunks)
    carriage = b"\r" in text
    ends, ats = _arrivals(chunks, carriage=carriage)
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if carriage else text, ends, ats


def _arrivals(chunks: Sequence[Chunk], *, carriage: bool) -> tuple[list[float], list[float | None]]:
    """Return the offset at which each piece ends, less one for each CRLF that becomes LF, and when it arrived."""
    ends: list[float] = []
    offset = 0
    after_carriage = False
    for _, data in chunks:
        offset += len(data)
        if carriage and data:
            offset -= data.count(b"\r\n") + (after_carriage and data.startswith(b"\n"))
            after_carriage = data.endswith(b"\r")
        ends.append(offset)
    ats = [at for at, _ in chunks]
    return [*ends, math.inf], [*ats, ats[-1] if ats else None]
