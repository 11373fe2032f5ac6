"""The corridor: each Exchange becomes one document on disk, whatever a room or the disk does meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from llmtap import pipeline as corridor
from llmtap.capture.exchange import Body, Endpoint, Exchange, Failure, Request, Response, new_id
from llmtap.config import Settings, load
from llmtap.enrich.cost import Prices
from llmtap.export.document import Document
from llmtap.export.outbox import Outbox, OutboxError
from llmtap.pipeline import Pipeline, Reading, read

ANSWER = (
    b'{"model":"gpt-4o-mini-2024-07-18","choices":[{"finish_reason":"stop","message":{"content":"Paris."}}],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}'
)


ASK = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Where?"}]}'
UNSURE = Endpoint("example.com", known=False, certain=False)


def exchange(answer: bytes = ANSWER, failure: Failure | None = None, ask: bytes = ASK) -> Exchange:
    """Return a chat call of two seconds' length."""
    return Exchange(
        id=new_id(),
        started=1_790_000_000.0,
        origin=100.0,
        endpoint=Endpoint("openai", wire_format="openai_chat", operation="chat"),
        request=Request("POST", "https", "api.openai.com", 443, "/v1/chat/completions", body=Body.whole(ask, 100.0)),
        response=Response(200, ((b"content-type", b"application/json"),), Body.whole(answer, 101.9)),
        headers_at=101.5,
        ended_at=102.0,
        failure=failure,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose store is in the test's folder."""
    file = tmp_path / "llmtap.yaml"
    file.write_text(f"store:\n  path: {tmp_path / 'store' / 'llmtap.db'}\n")
    return load(file)


@contextmanager
def stored(settings: Settings) -> Iterator[Outbox]:
    """Yield the store for reading."""
    with closing(Outbox.existing(settings.store.path)) as outbox:
        yield outbox


def found(exchange: Exchange, settings: Settings) -> tuple[Reading, Document]:
    """Return what is read of a call that is one."""
    made = read(exchange, settings, Prices(settings.prices))
    assert made is not None
    return made


def test_the_bodies_tell(settings: Settings) -> None:
    """An exchange that may be a call is a document when its bodies say so, and nothing at all otherwise."""
    call, other = replace(exchange(), endpoint=UNSURE), replace(exchange(b"{}", ask=b'{"a":1}'), endpoint=UNSURE)
    assert "openai_chat" == found(call, settings)[0].inference.wire_format
    assert read(other, settings, Prices(settings.prices)) is None
    pipeline = Pipeline(settings)
    pipeline.start()
    for each in (other, call, other):
        pipeline.put(each)
    pipeline.stop()
    with stored(settings) as outbox:
        assert 1 == outbox.counts().accepted


def test_read(settings: Settings) -> None:
    """An exchange is read into its tokens, cost and timing, and the document says the same."""
    reading, made = found(exchange(), settings)

    document = msgspec.json.decode(made.body)
    assert reading.inference.response.usage is not None
    assert document["gen_ai"]["usage"] == {"input_tokens": 9, "output_tokens": 3}
    assert document["event"]["duration"] == 2_000_000_000
    assert document["llmtap"]["cost"]["total"] == pytest.approx(float(reading.cost.total or 0)) == 3.15e-06
    assert made.id == document["event"]["id"] == reading.exchange.id


def test_every_exchange_is_on_disk_at_the_end(settings: Settings) -> None:
    """What was put before the stop is in the store after it, in order, and every reading was told."""
    told: list[str] = []
    pipeline = Pipeline(settings, on_reading=lambda reading: told.append(reading.exchange.id))
    pipeline.start()
    exchanges = [exchange() for _ in range(200)]

    for each in exchanges:
        pipeline.put(each)
    pipeline.stop()

    with stored(settings) as outbox:
        ids = [row.id for row in outbox.documents()]
        assert ids == told == [each.id for each in exchanges]
        assert outbox.counts().accepted == 200


def test_a_fault_of_decode_costs_its_facts_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Should decode raise, the call is still a document, which says so; the log says where, and quotes no body."""

    def broken(call: Exchange) -> None:
        raise RuntimeError(call.request.body)

    monkeypatch.setattr(corridor, "decode", broken)
    _, made = found(exchange(), settings)

    document = msgspec.json.decode(made.body)
    assert document["llmtap"]["capture"]["problems"] == ["internal.decode"]
    assert "RuntimeError at pipeline.py" in caplog.text
    assert "Where?" not in caplog.text
    assert document["http"]["response"]["status_code"] == 200


def test_a_locked_store_is_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents wait in memory while another process locks the file, and are stored when it lets go."""
    put, tried = Outbox.put, threading.Event()

    def watched(outbox: Outbox, documents: Sequence[tuple[str, bytes]]) -> int:
        tried.set()
        return put(outbox, documents)

    monkeypatch.setattr(Outbox, "put", watched)
    pipeline = Pipeline(settings)
    pipeline.start()
    with closing(sqlite3.connect(settings.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        pipeline.put(exchange())
        assert tried.wait(10)
        other.execute("COMMIT")
    pipeline.stop()

    with stored(settings) as outbox:
        assert outbox.counts().accepted == 1


def test_too_much_is_dropped_and_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound of waiting bytes exchanges are dropped, and the store knows how many."""
    monkeypatch.setattr(corridor, "QUEUE_BYTES", 3 * 5000)
    pipeline = Pipeline(settings)
    for _ in range(10):
        pipeline.put(exchange())

    pipeline.start()
    pipeline.stop()

    with stored(settings) as outbox:
        counts = outbox.counts()
        assert counts.accepted == counts.pending + counts.dropped == 10
        assert counts.dropped > 0


def test_a_failed_call_is_partial(settings: Settings) -> None:
    """The usage of a call that did not come to its end is called partial."""
    _, made = found(exchange(failure=Failure("client_disconnected", "Client disconnected.")), settings)

    document = msgspec.json.decode(made.body)
    assert document["event"]["outcome"] == "failure"
    assert document["error"]["type"] == "client_disconnected"
    assert document["llmtap"]["usage"]["source"] == "partial"


def test_what_was_not_reported_is_estimated(settings: Settings) -> None:
    """An answer without usage has estimated counts and their cost, apart from what is reported."""
    usage = ANSWER.index(b',"usage"')
    reading, made = found(exchange(ANSWER[:usage] + b"}"), settings)

    document = msgspec.json.decode(made.body)
    assert "usage" not in document["gen_ai"]
    assert document["llmtap"]["usage"]["source"] == document["llmtap"]["cost"]["status"] == "estimated"
    assert document["llmtap"]["usage"]["estimated"].keys() == {"input_tokens", "output_tokens", "method"}
    assert document["llmtap"]["cost"]["estimated"] == pytest.approx(float(reading.cost.estimated or 0))
    assert "total" not in document["llmtap"]["cost"]


def test_an_answer_cut_short_failed(settings: Settings) -> None:
    """An answer with status 200 that lacks its end is a failure, and what was salvaged of its usage partial."""
    _, made = found(exchange(ANSWER[:-1]), settings)

    document = msgspec.json.decode(made.body)
    assert document["error"]["type"] == "stream_interrupted"
    assert document["llmtap"]["usage"]["source"] == "partial"


def test_drops_outlive_a_store_that_refuses_their_count(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drop is told to the store until the store has taken it."""
    drop, refusals = Outbox.drop, iter([OutboxError("locked on purpose")] * 2)

    def reluctant(outbox: Outbox, count: int, why: str) -> None:
        if refusal := next(refusals, None):
            raise refusal
        drop(outbox, count, why)

    monkeypatch.setattr(Outbox, "drop", reluctant)
    monkeypatch.setattr(corridor, "QUEUE_BYTES", 1)
    pipeline = Pipeline(settings)
    for _ in range(5):
        pipeline.put(exchange())

    pipeline.start()
    pipeline.stop()

    with stored(settings) as outbox:
        counts = outbox.counts()
        assert (counts.accepted, counts.pending, counts.dropped) == (5, 1, 4)


def test_what_the_end_leaves_no_time_for_is_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was read in time is stored, what was still queued is reported and counted as dropped."""

    def slow(*given: object) -> object:
        time.sleep(0.02)
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(corridor, "read", slow)
    pipeline = Pipeline(settings)
    for _ in range(100):
        pipeline.put(exchange())

    pipeline.start()
    pipeline.stop(0.5)

    with stored(settings) as outbox:
        counts = outbox.counts()
        assert counts.accepted == counts.pending + counts.dropped == 100
        assert counts.pending > 0
        assert counts.dropped > 0
        assert f"{counts.dropped} documents could not be stored" in caplog.text


def test_a_worker_that_does_not_return_is_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call in hand is dropped with the queued ones, and is not stored later."""
    release = threading.Event()

    def stuck(*given: object) -> object:
        release.wait(10)
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(corridor, "read", stuck)
    pipeline = Pipeline(settings)
    for _ in range(3):
        pipeline.put(exchange())

    pipeline.start()
    pipeline.stop(-0.9)
    release.set()

    with stored(settings) as outbox:
        counts = outbox.counts()
        assert (counts.accepted, counts.pending, counts.dropped) == (3, 0, 3)


def test_a_reader_that_fails_costs_no_document(settings: Settings) -> None:
    """Whatever `on_reading` does with a call, the call is stored and not dropped."""

    def broken(_: Reading) -> None:
        raise RuntimeError("broken on purpose")

    pipeline = Pipeline(settings, on_reading=broken)
    pipeline.start()
    pipeline.put(exchange())
    pipeline.stop()

    with stored(settings) as outbox:
        assert (outbox.counts().pending, outbox.counts().dropped) == (1, 0)
