"""Reads HAR 1.2 files (http://www.softwareishard.com/blog/har-12-spec/), as browsers and recorders really write them.

The file is read whole: at its peak, memory is some three times its size. Entries are read one by one, so one that is
damaged costs only what follows it. What an entry does not state (an instant, a body) is None and never 0.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from llmtap.capture.provider import Providers
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.cli.harentry import HarEntry, exchange_of, seed, websocket
from llmtap.decode.lenient import read

_BOM = b"\xef\xbb\xbf"
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _File(msgspec.Struct):
    log: _Log


def is_har(start: bytes) -> bool:
    """Return whether a file that begins so is a HAR file: JSON, which no flow file ever is."""
    return start.removeprefix(_BOM).lstrip().startswith(b"{")


def har_entries(path: Path, providers: Providers) -> Iterator[Entry]:
    """Yield the entries of a file; raises UnreadableError where it is no JSON, or no HAR."""
    data = path.read_bytes().removeprefix(_BOM)
    written = path.stat().st_mtime
    seen = Counter[bytes]()
    for number, raw in enumerate(_raw_entries(data), 1):
        try:
            entry = read(HarEntry, raw)
        except msgspec.DecodeError as error:
            raise UnreadableError("it is no entry of a HAR file", number) from error
        if websocket(entry):
            yield Entry(number, reason="websocket")
            continue
        own = seed(entry)
        seen[own] += 1  # two entries that are equal in all are two calls all the same
        exchange = exchange_of(entry, providers, own + seen[own].to_bytes(4), written)
        yield Entry(number, exchange) if exchange else Entry(number, reason="other")


def _raw_entries(data: bytes) -> Iterator[bytes]:
    """Yield each entry's JSON."""
    try:
        entries = msgspec.json.decode(data, type=_File).log.entries
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _salvaged(data.decode("utf-8", "replace"))
    else:
        yield from map(bytes, entries)


def _salvaged(text: str) -> Iterator[bytes]:
    """Yield the entries of a file that is not JSON as a whole (cut short, or with characters that JSON forbids)."""
    begin = _ENTRIES.search(text)
    if begin is None:
        raise UnreadableError("it is neither a HAR file nor a flow file")
    decoder = json.JSONDecoder(strict=False)
    position, number = _past(text, begin.end()), 1
    while not text.startswith("]", position):
        try:
            entry, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise UnreadableError("it is damaged, or cut short", number) from error
        yield json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")
        position, number = _past(text, position), number + 1


def _past(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position
