"""Reads HAR 1.2 files (http://www.softwareishard.com/blog/har-12-spec/), as browsers and recorders really write them.

Entries are read one by one, and one that cannot be read costs itself alone. What an entry does not state (an instant,
a body) is None and never 0.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from llmtap.capture.provider import Providers
from llmtap.cli.entry import Entry
from llmtap.cli.harentry import HarEntry, exchange_of, flaw, seed
from llmtap.cli.harfile import raw_entries
from llmtap.cli.harsession import is_session, session
from llmtap.decode.body.lenient import read


def har_entries(file: BinaryIO, providers: Providers, cap: int) -> Iterator[Entry]:
    """Yield the entries of a file, a session's messages within `cap` bytes a call.

    Raises UnreadableError where it is no JSON, or no HAR.
    """
    written = os.fstat(file.fileno()).st_mtime
    seen = Counter[bytes]()
    for number, raw in enumerate(raw_entries(file), 1):
        try:
            entry = _entry(raw)
        except msgspec.DecodeError as error:
            kind = isinstance(error, msgspec.ValidationError)
            yield Entry(number, why="it is no object" if kind else f"it is no JSON ({error})")
            continue
        if (why := flaw(entry)) is not None:
            yield Entry(number, why=why)
            continue
        own = seed(entry)
        seen[own] += 1  # two entries that are equal in all are two calls all the same
        exchange = exchange_of(entry, providers, own + seen[own].to_bytes(4), written)
        if exchange is None:
            yield Entry(number)
        else:
            yield Entry(number, session(entry, exchange, cap) if is_session(entry) else (exchange,))


def _entry(raw: bytes) -> HarEntry:
    """Return an entry, even one with characters that JSON forbids; raises msgspec.DecodeError."""
    try:
        return read(HarEntry, raw)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        try:
            said = json.JSONDecoder(strict=False).decode(raw.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            said = None
        if said is None:
            raise
        return read(HarEntry, json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))
