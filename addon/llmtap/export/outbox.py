"""The durable queue and the store are one SQLite file; accepted = delivered + pending + dead + dropped, always.

Without a target, documents that retention takes away were delivered to nobody: they are counted as `expired`, the fifth
term of that sum, which with a target is always 0. Bodies are opaque bytes; Elasticsearch is unknown here.
"""

import bisect
import functools
import itertools
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from llmtap.export.database import Database, Mode, OutboxError, OutboxFullError, OutboxLockedError, pragma, used_bytes

__all__ = ["Counts", "Outbox", "OutboxError", "OutboxFullError", "OutboxLockedError", "Row", "State"]

logger = logging.getLogger(__name__)

type State = Literal["pending", "delivered", "dead"]
STATES: tuple[State, ...] = ("pending", "delivered", "dead")
PENDING, DEAD = STATES.index("pending"), STATES.index("dead")

SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0, added REAL NOT NULL, id TEXT NOT NULL UNIQUE, reason TEXT, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS document_state ON document(state);
CREATE INDEX IF NOT EXISTS document_added ON document(added);
CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID
"""
SCHEMA_VERSION = 1
SELECT = "SELECT seq, id, body, attempts, reason, state, added FROM document WHERE"
INSERT = "INSERT INTO document (id, body, added) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
UPDATE, WHOSE = "UPDATE document SET", "WHERE id = ? AND state = 0"
PAGE = 500  # documents read, or removed, in one go
PRUNE_EVERY = 60.0  # seconds between two looks for documents past their retention
OVERHEAD_BYTES = 160  # of one row: three index entries, header, the small columns


@dataclass(frozen=True, slots=True)
class Row:
    """One document in the outbox; `seq` is its place in the order of arrival, `added` its arrival in Unix seconds."""

    seq: int
    id: str
    body: bytes
    attempts: int
    reason: str | None
    state: State
    added: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of every document since the file began, those already removed from it included.

    `expired` had no target when retention took them; `bytes` is the file's size, `oldest_pending` an age in seconds.
    """

    accepted: int
    delivered: int
    pending: int
    dead: int
    dropped: int
    expired: int
    bytes: int
    oldest_pending: float | None


class Outbox:
    """The outbox as one object for all threads of a process; other processes may use the same file at the same time."""

    def __init__(  # noqa: PLR0913 # each is a setting of its own
        self,
        path: Path,
        *,
        max_bytes: int,
        retention: float,
        keep_pending: bool = True,
        clock: Callable[[], float] = time.time,
        mode: Mode = "own",
        patience: float = 5.0,
    ) -> None:
        """Open or create the file (retention and patience in seconds); raises OutboxError with the remedy."""
        self.path = path
        self._max_bytes = max_bytes
        self._retention = retention
        self._keep_pending = keep_pending
        self._clock = clock
        self._next_prune = 0.0
        self._dropping = threading.Event()
        self._database = Database(path, SCHEMA, version=SCHEMA_VERSION, mode=mode, patience=patience)

    @classmethod
    def existing(cls, path: Path, *, writable: bool = False) -> Self:
        """Open a file that is there already, never creating nor moving it: for commands that look (or requeue)."""
        return cls(path, max_bytes=1 << 62, retention=float("inf"), mode="write" if writable else "read")

    def put(self, documents: Sequence[tuple[str, bytes]]) -> int:
        """Accept (id, body) pairs in one transaction that is on disk on return; return how many are new.

        Known ids are ignored. At `max_bytes`, delivered documents make room; then, with a target, new ones are dropped
        and counted, and without one the oldest expire. Raises OutboxError (OutboxFullError, OutboxLockedError) when
        nothing got in; trying again is safe.
        """
        if not documents:
            return 0
        now = self._clock()

        def work(connection: sqlite3.Connection) -> tuple[int, int, bool]:
            pruned = now >= self._next_prune and self._prune(connection, now, pages=2)
            fitting = self._fitting(connection, documents)
            rows = [(identity, body, now) for identity, body in documents[:fitting]]
            new = connection.executemany(INSERT, rows).rowcount if rows else 0
            dropped = len(documents) - fitting
            _tally(connection, {"accepted": new + dropped, "dropped outbox full": dropped})
            return new, dropped, pruned

        new, dropped, pruned = self._database.write(work)
        if pruned:
            self._next_prune = now + PRUNE_EVERY
        if dropped and not self._dropping.is_set():
            logger.warning("The outbox %s is full at %d bytes; new documents are dropped.", self.path, self._max_bytes)
        (self._dropping.set if dropped else self._dropping.clear)()
        return new

    def drop(self, count: int, why: str) -> None:
        """Count documents that never got in, as accepted and dropped, under the reason `why`."""
        if count > 0:
            self._database.write(lambda connection: _tally(connection, {"accepted": count, f"dropped {why}": count}))

    def claim(self, limit: int, max_bytes: int, now: float) -> list[Row]:
        """Return the oldest pending documents due at `now`, at least one if any; they stay pending until marked."""

        def work(connection: sqlite3.Connection) -> list[Row]:
            rows: list[Row] = []
            room = max_bytes
            for row in connection.execute(f"{SELECT} state = 0 AND due <= ? ORDER BY seq LIMIT ?", (now, limit)):
                room -= len(row[2])
                if room < 0 and rows:
                    break
                rows.append(_row(row))
            return rows

        return self._database.read(work)

    def settle(
        self,
        *,
        done: Iterable[str] = (),
        retry: Iterable[tuple[str, float, str]] = (),
        bury: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Mark one shipment's documents, (id, at, reason) to retry and (id, reason) to bury, in one transaction."""
        delivered = [(identity,) for identity in done]
        later = [(at, reason, identity) for identity, at, reason in retry]
        dead = [(reason, identity) for identity, reason in bury]

        def work(connection: sqlite3.Connection) -> None:
            count = connection.executemany(f"{UPDATE} state = 1, reason = NULL {WHOSE}", delivered).rowcount
            connection.executemany(f"{UPDATE} due = ?, reason = ?, attempts = attempts + 1 {WHOSE}", later)
            connection.executemany(f"{UPDATE} state = 2, reason = ?, attempts = attempts + 1 {WHOSE}", dead)
            _tally(connection, {"delivered": max(count, 0)})

        if delivered or later or dead:
            self._database.write(work)

    def requeue(self) -> int:
        """Make every dead document pending again; return how many."""
        statement = "UPDATE document SET state = 0, due = 0, attempts = 0 WHERE state = 2"
        return self._database.write(lambda connection: connection.execute(statement).rowcount)

    def counts(self) -> Counts:
        """Return what became of every document, from one consistent view of the file."""

        def work(connection: sqlite3.Connection) -> Counts:
            tally = dict[str, int](connection.execute("SELECT name, count FROM tally"))
            rows = dict[int, int](connection.execute("SELECT state, count(*) FROM document GROUP BY state"))
            oldest = connection.execute("SELECT added FROM document WHERE state = 0 ORDER BY seq LIMIT 1").fetchone()
            return Counts(
                accepted=tally.get("accepted", 0),
                delivered=tally.get("delivered", 0),
                pending=rows.get(PENDING, 0),
                dead=rows.get(DEAD, 0) + tally.get("dead removed", 0),
                dropped=sum(count for name, count in tally.items() if name.startswith("dropped ")),
                expired=tally.get("expired", 0),
                bytes=pragma(connection, "page_count") * pragma(connection, "page_size"),
                oldest_pending=None if oldest is None else max(0.0, self._clock() - oldest[0]),
            )

        return self._database.read(work)

    def drops(self) -> dict[str, int]:
        """Return how many documents were dropped for each reason."""
        query = "SELECT substr(name, 9), count FROM tally WHERE name LIKE 'dropped %'"
        return self._database.read(lambda connection: dict(connection.execute(query)))

    def documents(
        self, *, since: float | None = None, limit: int | None = None, newest_first: bool = False
    ) -> Iterator[Row]:
        """Yield the documents still in the file that arrived at or after `since` (Unix seconds), in order."""
        first = 0
        if since is not None:
            query = "SELECT min(seq) FROM document WHERE added >= ?"
            first = self._database.read(lambda connection: connection.execute(query, (since,)).fetchone()[0])
            if first is None:
                return iter(())
        return self._walk(first, limit, since=since or 0.0, newest_first=newest_first)

    def after(self, seq: int) -> Iterator[Row]:
        """Yield the documents that arrived after `seq`, in order."""
        return self._walk(seq + 1, None, newest_first=False)

    def last_seq(self) -> int:
        """Return the `seq` of the newest document there ever was, 0 before the first."""
        query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'document'"
        return int(self._database.read(lambda connection: connection.execute(query).fetchone()[0]))

    def prune(self, now: float) -> None:
        """Remove documents older than retention, but with a target never a pending one; `put` does so by itself too."""
        self._database.write(lambda connection: self._prune(connection, now, pages=1 << 20))

    def close(self) -> None:
        """Close the file; every later call raises OutboxError."""
        self._database.close()

    def _walk(self, first: int, limit: int | None, *, since: float = 0.0, newest_first: bool) -> Iterator[Row]:
        last, left, order = 1 << 62, 1 << 62 if limit is None else limit, "DESC" if newest_first else "ASC"
        query = f"{SELECT} seq BETWEEN ? AND ? AND added >= ? ORDER BY seq {order} LIMIT ?"
        while left > 0:
            page = functools.partial(_rows, query, (first, last, since, min(left, PAGE)))
            yield from (rows := self._database.read(page))
            if len(rows) < PAGE:
                return
            first, last = (first, rows[-1].seq - 1) if newest_first else (rows[-1].seq + 1, last)
            left -= len(rows)

    def _fitting(self, connection: sqlite3.Connection, documents: Sequence[tuple[str, bytes]]) -> int:
        """Return how many of the documents there is room for, after making what room may be made."""
        ends = list(itertools.accumulate(len(body) + OVERHEAD_BYTES for _, body in documents))
        while (room := self._max_bytes - used_bytes(connection)) < ends[-1]:
            if not _remove(connection, "state = 1" if self._keep_pending else "state >= 0"):
                break
        return bisect.bisect_right(ends, room)

    def _prune(self, connection: sqlite3.Connection, now: float, *, pages: int) -> bool:
        """Remove what is past its retention, at most so many pages of it; return whether that was all of it."""
        which = "added < ? AND state > 0" if self._keep_pending else "added < ?"
        while pages and _remove(connection, which, now - self._retention) == PAGE:
            pages -= 1
        connection.execute(f"PRAGMA incremental_vacuum({pages * 1000})").fetchall()
        return pages > 0


def _remove(connection: sqlite3.Connection, which: str, *values: float) -> int:
    """Remove the oldest page of documents, keeping the sum of the tallies true; return how many went."""
    rows = connection.execute(
        f"DELETE FROM document WHERE seq IN (SELECT seq FROM document WHERE {which} ORDER BY seq LIMIT {PAGE}) "  # noqa: S608
        "RETURNING state",
        values,
    ).fetchall()
    gone = Counter(state for (state,) in rows)
    _tally(connection, {"expired": gone[PENDING], "dead removed": gone[DEAD]})
    return len(rows)


def _tally(connection: sqlite3.Connection, counts: dict[str, int]) -> None:
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count",
        [(name, count) for name, count in counts.items() if count],
    )


def _rows(query: str, values: tuple[float, ...], connection: sqlite3.Connection) -> list[Row]:
    return [_row(row) for row in connection.execute(query, values)]


def _row(values: tuple[int, str, bytes, int, str | None, int, float]) -> Row:
    seq, identity, body, attempts, reason, state, added = values
    return Row(seq, identity, body, attempts, reason, STATES[state], added)
