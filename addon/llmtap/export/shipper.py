"""The thread that carries shipments from the outbox to Elasticsearch, and comes back until each document is settled.

A document leaves `pending` only by Elasticsearch's word for it: taken (or there already), or refused for good. Whatever
else happens is a pause (exponential, jittered, at most a minute) and one WARNING per change of state; nothing is lost.
"""

import contextlib
import fcntl
import logging
import math
import os
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec

from llmtap.export import shipment
from llmtap.export.cluster import Cluster, ClusterError, ElasticsearchSettings
from llmtap.export.outbox import Outbox, OutboxError, Row
from llmtap.export.template import Installed, agree, destination

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0  # seconds
LOCK_PAUSE = 5.0  # seconds between two looks whether another process still carries this outbox
MAYBE_SENT = "maybe sent: "  # begins the reason of a document whose request was not answered
UNSURE = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_REQUEST}  # refusals that may be one document's fault


class _Stamped(msgspec.Struct):
    timestamp: str = msgspec.field(name="@timestamp")


@dataclass(slots=True)
class _Trip:
    """What one claim of documents came to."""

    done: list[str] = field(default_factory=list)
    later: list[tuple[str, float, str]] = field(default_factory=list)
    dead: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, ClusterError]] = field(default_factory=list)
    held: str | None = None
    error: ClusterError | None = None


class Shipper:
    """One carrier per outbox file among all processes; `start` and `stop` it, or let `step` run it by hand.

    Its thread closes the connections of `cluster` when it ends.
    """

    def __init__(  # noqa: PLR0913 # two outsiders, two settings, and the two clocks of a test
        self,
        outbox: Outbox,
        cluster: Cluster,
        settings: ElasticsearchSettings,
        template: Mapping[str, object],
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Keep what is needed; nothing is opened. `clock` in Unix seconds, `jitter` in 0..1."""
        self._outbox = outbox
        self._cluster = cluster
        self._settings = settings
        self._template = template
        self._clock = clock
        self._jitter = jitter
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._deadline = math.inf  # monotonic seconds; finite once stopping
        self._lock: int | None = None
        self._installed: Installed | None = None
        self._failures = 0
        self._burying = False
        self.state = "starting"

    def start(self) -> None:
        """Begin to carry in a thread of our own."""
        self._thread = threading.Thread(target=self._run, name="llmtap-shipper", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Deliver what can be delivered within `timeout` seconds, and end; return whether the thread has ended."""
        self._deadline = time.monotonic() + timeout
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        self._unlock()
        return True

    def step(self) -> float:
        """Carry one claim of documents; return the seconds to wait before the next, 0 when there may be more."""
        try:
            if not self._locked():
                self._enter("waiting", "Another process carries the outbox %s.", self._outbox.path, level=logging.INFO)
                return LOCK_PAUSE
            if self._installed is None:
                self._installed = agree(self._cluster, self._settings, self._template)
            stopping = self._deadline < math.inf
            limit, size = self._settings.batch_documents, self._settings.batch_bytes
            rows = self._outbox.claim(limit, size, math.inf if stopping else self._clock())
            pause = self._settle(rows, self._trip(rows, self._installed)) if rows else self._settings.flush_interval
        except ClusterError as error:
            return self._trouble(f"{error.kind} {error.status or ''}".strip(), str(error))
        except OutboxError as error:
            return self._trouble("outbox", str(error))
        full = len(rows) == limit or 2 * sum(len(row.body) for row in rows) > size
        return pause or (0.0 if full or stopping else self._settings.flush_interval)

    def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                stopping = self._deadline < math.inf  # before the step: one begun earlier left behind what was not due
                try:
                    pause = self.step()
                except Exception as error:  # the thread's border: a fault of ours may delay delivery, but never end it
                    logger.debug("A step of the shipper failed.", exc_info=True)
                    pause = self._trouble("failing", f"{type(error).__name__}: {error}")
                if (stopping and pause) or time.monotonic() >= self._deadline:
                    return
                if pause:
                    self._wake.wait(pause)
        finally:
            self._cluster.close()
            self._unlock()

    def _trip(self, rows: Sequence[Row], installed: Installed) -> _Trip:
        trip = _Trip()
        wanted: list[tuple[Row, bytes]] = []
        for row in rows:
            try:
                wanted.append((row, b"\n".join(shipment.lines(self._index(row, installed), row.id, row.body))))
            except (ValueError, msgspec.MsgspecError) as error:
                trip.dead.append((row.id, f"unreadable: {error}"))
        try:
            there = self._there(rows, installed)
            trip.done.extend(there)
            if missing := [(row, lines) for row, lines in wanted if row.id not in there]:
                self._carry(missing, trip)
            if trip.refused and not trip.done:
                trip.error = trip.refused[0][1]  # nobody got through: it is not the document
            else:
                trip.dead.extend((identity, str(error)) for identity, error in trip.refused)
        except ClusterError as error:
            trip.error = error
        return trip

    def _index(self, row: Row, installed: Installed) -> str:
        name = destination(installed.kind, self._settings.namespace)
        if installed.kind == "data_stream":
            return name
        return name + shipment.day_of(msgspec.json.decode(row.body, type=_Stamped).timestamp)

    def _there(self, rows: Sequence[Row], installed: Installed) -> frozenset[str]:
        """Return which documents did arrive when they maybe were sent; after a rollover, `create` would not tell."""
        maybe = [row.id for row in rows if (row.reason or "").startswith(MAYBE_SENT)]
        if not maybe or installed.kind != "data_stream":
            return frozenset()
        try:
            return self._cluster.present(destination(installed.kind, self._settings.namespace), maybe)
        except ClusterError as error:
            if error.kind == "unreachable":
                raise
            logger.debug("Whether documents arrived before cannot be asked: %s", error)
            return frozenset()

    def _carry(self, wanted: Sequence[tuple[Row, bytes]], trip: _Trip) -> None:
        """Send one request, or its halves when it is refused whole; raises ClusterError when none will get through."""
        seconds = max(0.1, min(self._settings.request_timeout, self._deadline - time.monotonic()))
        try:
            query = f"?filter_path={shipment.FILTER_PATH}"
            reply = self._cluster.bulk([lines for _, lines in wanted], query=query, timeout=seconds)
        except ClusterError as error:
            if error.status not in UNSURE:
                raise
            if len(wanted) > 1:
                half = len(wanted) // 2
                self._carry(wanted[:half], trip)
                self._carry(wanted[half:], trip)
            elif error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                trip.dead.append((wanted[0][0].id, str(error)))
            elif trip.refused and not trip.done:
                raise  # the second to be refused alone, and nobody got through
            else:
                trip.refused.append((wanted[0][0].id, error))
        else:
            self._judge([row for row, _ in wanted], reply.body, trip)

    def _judge(self, rows: Sequence[Row], body: object, trip: _Trip) -> None:
        for row, verdict in zip(rows, shipment.read([row.id for row in rows], body), strict=True):
            reason = verdict.reason or ""
            if verdict.outcome == "delivered":
                trip.done.append(row.id)
            elif verdict.outcome == "dead":
                trip.dead.append((row.id, reason))
            elif verdict.outcome == "retry":
                trip.later.append((row.id, self._clock() + self._backoff(row.attempts), reason))
            else:
                trip.held = reason
                trip.later.append((row.id, self._clock(), reason))

    def _settle(self, rows: Sequence[Row], trip: _Trip) -> float:
        """Write down what became of each document; return the pause, 0 where all is well."""
        if trip.error is not None:
            answered = {*trip.done, *(entry[0] for entry in (*trip.later, *trip.dead))}
            unanswered = trip.error.status is None or trip.error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            reason = f"{MAYBE_SENT if unanswered else ''}{trip.error}"
            trip.later.extend((row.id, self._clock(), reason) for row in rows if row.id not in answered)
        self._outbox.settle(done=trip.done, retry=trip.later, bury=trip.dead)
        if trip.dead and not self._burying:
            logger.warning(
                "%d documents were set aside (`llmtap outbox dead`), the first: %s", len(trip.dead), trip.dead[0][1]
            )
        self._burying = bool(trip.dead)
        if trip.error is not None:
            raise trip.error
        if trip.held is not None:
            self._installed = None
            return self._trouble("held", f"{self._cluster.address} takes no document: {trip.held}")
        if trip.later and not trip.done:
            return self._trouble("busy", f"{self._cluster.address} asks to wait: {trip.later[0][2]}")
        self._failures = 0
        self._enter("delivering", "Documents are delivered to %s.", self._cluster.address, level=logging.INFO)
        return 0.0

    def _trouble(self, state: str, message: str) -> float:
        self._enter(state, "%s; documents wait in the outbox.", message.rstrip("."))
        self._failures += 1
        return self._backoff(self._failures - 1)

    def _enter(self, state: str, message: str, *values: object, level: int = logging.WARNING) -> None:
        if state != self.state:
            self.state = state
            logger.log(level, message, *values)

    def _backoff(self, failures: int) -> float:
        return min(LONGEST_PAUSE, 2.0 ** min(failures, 16)) * (0.5 + self._jitter() / 2)

    def _locked(self) -> bool:
        if self._lock is None:
            path = f"{self._outbox.path}.shipper.lock"
            try:
                handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            except OSError as error:
                raise OutboxError(f"{path} cannot be created ({error.strerror}); see to its folder.") from error
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
            else:
                self._lock = handle
        return self._lock is not None

    def _unlock(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None
