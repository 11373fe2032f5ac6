"""The corridor: decode, attribute, price, measure, redact, document, put.

One worker thread walks it for every Exchange, so that the event loop only ever appends to a queue. Whatever breaks in
a room costs that room's facts, never the document; whatever breaks on disk is waited for. What cannot be kept at all
is counted: accepted = delivered + pending + dead + dropped.
"""

import contextlib
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.config import Settings, fallback_prices, shipped
from llmtap.decode.decoder import decode
from llmtap.decode.fault import fault
from llmtap.decode.inference import Inference
from llmtap.decode.recognition import recognised
from llmtap.enrich.attribution import attribute
from llmtap.enrich.cost import Cost, Prices, price
from llmtap.enrich.estimate import estimate
from llmtap.enrich.latency import Latency, measure
from llmtap.enrich.limits import limits
from llmtap.enrich.once import told_once
from llmtap.enrich.privacy import redact
from llmtap.export.cluster import Cluster
from llmtap.export.document import Document, document
from llmtap.export.outbox import Outbox
from llmtap.export.shipper import Shipper

logger = logging.getLogger(__name__)

QUEUE_BYTES = 256 * 1024 * 1024
"""How many bytes of bodies may wait for the worker; beyond it, new exchanges are dropped and counted."""
READY_DOCUMENTS = 50_000
"""How many finished documents (about 2 KB each) may wait for a disk that refuses them."""
LINGER = 0.1
"""How long (seconds) the worker lets calls gather before it reads them: they share one commit, and so one fsync."""
BATCH = 512
"""At most this many documents share one commit."""
READ_SECONDS = 0.2
"""How long calls may be read before what is ready is committed."""
WHY = "more calls than the worker could read or the disk could take"
SHIP_SECONDS = 3.0
"""How long the end waits for Elasticsearch."""
LARGE_BYTES = 128 * 1024
"""From how many bytes on a call takes longer to read than the event loop should wait for its turn."""
SWITCH_SECONDS = 0.0005
"""How long the event loop waits for the interpreter while such a call is read (Python's default is 5 ms)."""
TURN = 4
"""After how many calls (1 ms or so) the worker offers the interpreter to the event loop."""
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the corridor found out about one exchange, before redaction: for a user interface, never for disk."""

    exchange: Exchange
    inference: Inference
    cost: Cost
    latency: Latency


def read(exchange: Exchange, settings: Settings, prices: Prices) -> tuple[Reading, Document] | None:
    """Return what an exchange meant, and its document; None when its bodies show that it is no LLM call."""
    if not exchange.endpoint.certain and not recognised(exchange):
        return None
    seen = exchange
    exchange, inference = told_once(exchange, _decoded(exchange))
    attribution = attribute(exchange, inference, settings.attribution)
    estimated = estimate(exchange, inference)
    cost = price(exchange, inference, prices, estimated)
    latency = measure(exchange, inference)
    redacted = redact(exchange, inference, attribution, settings.privacy)
    made = document(redacted, cost, latency, limits(exchange), estimated)
    return Reading(seen, inference, cost, latency), made


def opened(settings: Settings) -> Outbox:
    """Return the store that `settings` name, made where there is none; raises OutboxError."""
    store = settings.store
    return Outbox(
        store.path,
        max_bytes=store.max_bytes,
        retention=store.retention_days * DAY,
        keep_pending=settings.elasticsearch.url is not None,
    )


def carrier(outbox: Outbox, settings: Settings) -> Shipper:
    """Return the shipper, not yet started, from a store to the Elasticsearch that `settings` name."""
    template = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes())
    return Shipper(outbox, Cluster(settings.elasticsearch), settings.elasticsearch, template)


def _decoded(exchange: Exchange) -> Inference:
    try:
        return decode(exchange)
    except Exception as error:  # noqa: BLE001 -- decode does not raise; should it, that call still becomes a document
        logger.warning("llmtap: an answer could not be read: %s", fault(error))
        endpoint = exchange.endpoint
        return Inference(endpoint.operation or "chat", endpoint.wire_format, problems=("internal.decode",))


@contextlib.contextmanager
def _polite(held: int) -> Iterator[None]:
    """Let the event loop have the interpreter often while a large body is read; switching has its price for others."""
    if held < LARGE_BYTES:
        yield
        return
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


class Pipeline:
    """The queue before the corridor, the thread that walks it, and the outbox and shipper at its end."""

    def __init__(self, settings: Settings, *, on_reading: Callable[[Reading], None] | None = None) -> None:
        """Open the store that `settings` name; `on_reading` is called on the worker thread for each exchange.

        Raises OutboxError when the store cannot be opened.
        """
        self._outbox = opened(settings)
        self._shipper = carrier(self._outbox, settings) if settings.elasticsearch.url is not None else None
        self._settings = settings
        self._prices = Prices(settings.prices, fallback_prices)
        self.on_reading = on_reading
        self._queue: queue.SimpleQueue[Exchange | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._unsettled = 0  # calls taken over that are neither stored nor dropped
        self._dropped = 0  # of which the store does not know yet
        self._lock = threading.Lock()
        self._storing = threading.Lock()  # held while the store is written; the end of all takes it and keeps it
        self._ready: list[Document] = []
        self._stopping = threading.Event()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._work, name="llmtap-pipeline", daemon=True)

    def start(self) -> None:
        """Start the worker, and the shipper when there is an Elasticsearch."""
        self._thread.start()
        if self._shipper is not None:
            self._shipper.start()

    def apply(self, settings: Settings) -> None:
        """Read later exchanges with other settings; those of the store stay as they were at the start."""
        self._prices = Prices(settings.prices, fallback_prices)
        self._settings = settings

    def put(self, exchange: Exchange) -> None:
        """Take over an exchange; never waits. When too much waits already, the exchange is dropped and counted."""
        size = _held_bytes(exchange)
        with self._lock:
            if self._waiting_bytes + size > QUEUE_BYTES and self._waiting_bytes:
                self._dropped += 1
                return
            self._waiting_bytes += size
            self._unsettled += 1
        self._queue.put(exchange)

    def stop(self, timeout: float = 10.0) -> None:
        """Walk the corridor with all that waits, deliver what can be, close; each gives up after its own time.

        `timeout` (seconds) is for the store; what it does not suffice for is lost, and counted as dropped if the store
        takes the count. What Elasticsearch does not take now is delivered after the next start.
        """
        self._deadline = time.monotonic() + timeout
        self._stopping.set()
        self._queue.put(None)
        self._thread.join(timeout + 1)
        self._give_up()
        if self._shipper is not None:
            self._shipper.stop(SHIP_SECONDS)
        self._outbox.close()

    def _give_up(self) -> None:
        """Report what the time did not suffice for: what is ready, what is in hand, and what is queued still."""
        with self._lock:
            lost, self._unsettled = self._unsettled, 0
            self._dropped += lost
        if lost:
            logger.warning("llmtap: %d documents could not be stored before the proxy ended", lost)
        if self._dropped and self._storing.acquire(blocking=False):
            try:
                self._count_drops()
            except Exception as error:  # noqa: BLE001 -- as in _commit; there is nobody left to try again
                logger.warning("llmtap: %d dropped calls could not be counted: %s", self._dropped, error)

    def _work(self) -> None:
        running = True
        pause = 0.0
        while (running or self._ready or self._dropped) and not self._overdue():
            running = self._take(pause) and running
            if not self._storing.acquire(blocking=False):
                return  # the end has counted what is ready as lost
            try:
                pause = self._commit(pause)
            finally:
                self._storing.release()

    def _overdue(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _take(self, pause: float) -> bool:
        """Read a batch; block for its first, but `pause` seconds at most while anything waits. False is the end."""
        try:
            exchange = self._queue.get(timeout=pause) if self._ready or self._dropped else self._queue.get()
            if self._queue.qsize() < BATCH:
                self._stopping.wait(LINGER)
            until = time.monotonic() + READ_SECONDS
            for left in reversed(range(BATCH)):
                if exchange is None:
                    return False
                self._walk(exchange)
                if left % TURN == 0:
                    time.sleep(0)  # the event loop may have the interpreter
                if not left or time.monotonic() > until or self._overdue():
                    break
                exchange = self._queue.get_nowait()
        except queue.Empty:
            pass
        return True

    def _walk(self, exchange: Exchange) -> None:
        with self._lock:
            self._waiting_bytes -= _held_bytes(exchange)
        try:
            with _polite(_held_bytes(exchange)):
                found = read(exchange, self._settings, self._prices)
        except Exception as error:  # noqa: BLE001 -- the border of the worker: a fault of ours costs one document
            logger.warning("llmtap: a call could not be read and is dropped: %s", fault(error))
            self._settle(1, dropped=1)
            return
        if found is None:
            self._settle(1)
            return
        reading, made = found
        if len(self._ready) < READY_DOCUMENTS:
            self._ready.append(made)
        else:
            self._settle(1, dropped=1)
        if (tell := self.on_reading) is not None:
            try:
                tell(reading)
            except Exception as error:  # noqa: BLE001 -- as above: what shows a call must not cost it
                logger.warning("llmtap: a call could not be shown: %s", fault(error))

    def _settle(self, calls: int, *, dropped: int = 0) -> None:
        with self._lock:
            self._unsettled -= calls
            self._dropped += dropped

    def _commit(self, pause: float) -> float:
        """Put what is ready; return how long to wait before the next attempt (0 when all is well)."""
        if not self._ready and not self._dropped:
            return 0.0
        try:
            self._outbox.put([(made.id, made.body) for made in self._ready])
            self._settle(len(self._ready))
            self._ready.clear()
            self._count_drops()
        except Exception as error:  # noqa: BLE001 -- OutboxError or a fault of ours: either way the documents wait
            if pause == 0:
                logger.warning("llmtap: %d documents wait in memory: %s", len(self._ready), error)
            return min(5.0, max(0.1, pause * 2))
        if pause:
            logger.warning("llmtap: the store takes documents again")
        return 0.0

    def _count_drops(self) -> None:
        dropped = self._dropped
        self._outbox.drop(dropped, WHY)
        self._settle(0, dropped=-dropped)


def _held_bytes(exchange: Exchange) -> int:
    request, response = exchange.request.body, exchange.response and exchange.response.body
    return 4096 + request.size - request.dropped + (response.size - response.dropped if response else 0)
