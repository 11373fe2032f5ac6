"""One SQLite file of ours: made private, recognised, opened once per process, and moved aside when it is damaged.

Every failure leaves here as an OutboxError that names the file and the remedy; a transaction is on disk when `write`
returns (WAL with synchronous=FULL, https://www.sqlite.org/pragma.html#pragma_synchronous). Knows no table's meaning.
"""

import contextlib
import errno
import functools
import logging
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

logger = logging.getLogger(__name__)

type Mode = Literal["own", "write", "read"]

# "lltp": tells our file from any other SQLite file, https://www.sqlite.org/pragma.html#pragma_application_id
APPLICATION_ID = 0x6C6C7470
PAGE_BYTES = 8192  # three documents of 2 KB to a page; with 4096 a page holds one, and half the file is air
HEADER_BYTES = 100
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class OutboxError(Exception):
    """The outbox file could not be used just now; what was accepted before is still in it, and a retry is safe."""


class OutboxFullError(OutboxError):
    """The disk has no room (or refuses to write); nothing of this call got in, and it may be repeated later."""


class OutboxLockedError(OutboxError):
    """Another program kept the file locked longer than we wait; the call may be repeated."""


class Database:
    """A SQLite connection shared by threads under one lock; `own` may create the file, `write` and `read` never do."""

    def __init__(self, path: Path, schema: str, *, version: int, mode: Mode = "own", patience: float = 5.0) -> None:
        """Open the file; `schema` is a script that may run again and again, `version` its number, `patience` in s."""
        self.path = path
        self._schema = schema
        self._version = version
        self._mode = mode
        self._patience = patience
        self._lock = threading.RLock()
        self._inode = 0
        self._recognised = 0
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._perform(lambda _: None)

    def read[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on one consistent view of the file."""
        return self._perform(functools.partial(_transaction, "BEGIN", work))

    def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction that is on disk when this returns, and undone when it raises."""
        return self._perform(functools.partial(_transaction, "BEGIN IMMEDIATE", work))

    def close(self) -> None:
        """Close the file; every later call raises OutboxError."""
        with self._lock:
            self._closed = True
            self._disconnect()

    def _perform[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            if self._closed:
                raise OutboxError(f"The outbox {self.path} is closed.")
            try:
                return work(self._connected())
            except sqlite3.Error as error:
                if self._mode != "own" or _code(error) not in DAMAGE:
                    self._disconnect_after(error)
                    raise self._translated(error) from error
                self._move_aside(error)
            try:
                return work(self._connected())
            except sqlite3.Error as error:
                self._disconnect_after(error)
                raise self._translated(error) from error

    def _connected(self) -> sqlite3.Connection:
        # A file that was deleted or moved away is still writable through its open handle: what went in would be lost.
        if self._connection is not None and self._mode == "own" and _inode(self.path) != self._inode:
            logger.warning("The outbox %s was removed by someone; a new one begins.", self.path)
            self._disconnect()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self._create() if self._mode == "own" else self._require()
        self._inode = _inode(self.path)
        uri = f"{self.path.absolute().as_uri()}?mode={'ro' if self._mode == 'read' else 'rw'}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA journal_size_limit={16 << 20}")
            current = _transaction("BEGIN", self._recognise, connection)
            if self._mode == "own" and not current:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._recognised = self._inode
        return connection

    def _require(self) -> None:
        """Raise OutboxError where there is no file to look at."""
        try:
            _require_file(self.path, os.R_OK)
        except (FileNotFoundError, NotADirectoryError):
            raise OutboxError(
                f"Nothing is recorded yet: there is no {self.path}. `llmtap run -- COMMAND` makes it; if it is "
                "elsewhere, name it as `store.path` in llmtap.yaml."
            ) from None
        except OSError as error:
            raise OutboxError(
                f"The outbox {self.path} cannot be read ({error.strerror}); "
                "give it to the user who runs llmtap, or name another file as `store.path`."
            ) from error

    def _create(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Never opened when it is there: closing it again would drop SQLite's locks on it in this process
            # (https://www.sqlite.org/howtocorrupt.html section 2.2).
            if not self.path.exists():
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            _require_file(self.path, os.W_OK)  # SQLite opens what may not be written, and refuses each document
        except OSError as error:
            raise OutboxError(
                f"The outbox {self.path} cannot be created or written ({error.strerror}); "
                "give its folder to the user who runs llmtap, or name another file as `store.path`."
            ) from error

    def _recognise(self, connection: sqlite3.Connection) -> bool:
        """Return whether the file has our tables already; raises OutboxError for a file that is not for us."""
        application, version = pragma(connection, "application_id"), pragma(connection, "user_version")
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != APPLICATION_ID and tables:
            raise OutboxError(f"{self.path} is another program's SQLite file; name another as `store.path`.")
        if version > self._version:
            raise OutboxError(f"The outbox {self.path} was written by a newer llmtap; update llmtap, or move it away.")
        if self._mode != "own" and not tables:
            raise OutboxError(f"The outbox {self.path} is empty: nothing was recorded there yet.")
        return application == APPLICATION_ID and version == self._version

    def _prepare(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                connection.executescript(
                    f"PRAGMA page_size={PAGE_BYTES};PRAGMA auto_vacuum=INCREMENTAL;PRAGMA journal_mode=WAL;"
                    f"BEGIN IMMEDIATE;{self._schema};"
                    f"PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={self._version};COMMIT"
                )
            except sqlite3.OperationalError as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                # Switching to WAL does not wait for other connections (https://www.sqlite.org/c3ref/busy_handler.html).
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _move_aside(self, error: sqlite3.Error) -> None:
        self._disconnect()
        if _inode(self.path) != self._inode:
            return  # another process of ours already did
        if not self._is_ours():
            raise self._foreign() from error
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        aside = self.path.with_name(f"{self.path.name}.corrupt-{stamp}")
        try:
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
        except OSError as failure:
            raise OutboxError(
                f"The outbox {self.path} is damaged ({error}) and cannot be moved aside ({failure.strerror})."
            ) from failure
        logger.warning(
            "The outbox %s is damaged (%s); it was moved to %s and a new one begins. "
            "To recover its documents: sqlite3 '%s' .recover | sqlite3 recovered.sqlite",
            self.path,
            error,
            aside,
            aside,
        )

    def _is_ours(self) -> bool:
        """Return whether the file was a good one just now, or still looks like ours: all else is left alone."""
        return (self._recognised == self._inode != 0) or _ours_by_header(self.path)

    def _foreign(self) -> OutboxError:
        return OutboxError(
            f"{self.path} is no database of llmtap's, so it is left as it is; "
            "name another file as `store.path` in llmtap.yaml, or move this one away."
        )

    def _disconnect_after(self, error: sqlite3.Error) -> None:
        """Begin afresh after a failure of the disk: https://www.sqlite.org/rescode.html#ioerr leaves state unknown."""
        if _code(error) in {sqlite3.SQLITE_IOERR, *DAMAGE}:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _translated(self, error: sqlite3.Error) -> OutboxError:
        match _code(error):
            case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
                return OutboxFullError(
                    f"The disk does not take the outbox {self.path} ({error}); free some space there."
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return OutboxLockedError(
                    f"The outbox {self.path} is locked by another program ({error}); end that program, or wait for it."
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB if not self._is_ours():
                return self._foreign()
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return OutboxError(
                    f"The outbox {self.path} is damaged ({error}); llmtap moves it aside when it next runs. "
                    f"To recover its documents: sqlite3 '{self.path}' .recover | sqlite3 recovered.sqlite"
                )
            case _:
                return OutboxError(f"The outbox {self.path} cannot be used ({error}); see to its folder and its owner.")


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """Return the number SQLite keeps under this name."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return how much of the file holds something; the rest is free for what comes next."""
    pages = pragma(connection, "page_count") - pragma(connection, "freelist_count")
    return pages * pragma(connection, "page_size")


def _transaction[T](begin: str, work: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return result


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, 0 where Python raised the error itself."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def _require_file(path: Path, access: int) -> None:
    if stat.S_ISDIR(path.stat().st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not os.access(path, access):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _ours_by_header(path: Path) -> bool:
    """Return whether a damaged file began as ours: by its application id, or blank, as a loss of power leaves it."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError:
        return False
    # Byte 68: https://www.sqlite.org/fileformat.html#application_id
    return not header.strip(b"\0") or (
        header.startswith(b"SQLite format 3\0") and int.from_bytes(header[68:72]) == APPLICATION_ID
    )


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
