"""Whatever Elasticsearch does, each document ends up there once or dead with a reason, and the shipper says so once."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmtap.export.shipper import Shipper
from tests.export.dock import TEMPLATE, Dock
from tests.fakes.bulk_server import Fault

EVERY_FAULT: list[Fault] = ["ok", "busy", "busy_items", "half_busy", "unauthorized", "forbidden", "bad_gateway"]
EVERY_FAULT += ["garbage", "short", "lost_before", "lost_after", "blocked_items", "missing_items"]
WARNING = logging.WARNING


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Dock]:
    """Return a dock with nothing in it."""
    dock = Dock(tmp_path)
    yield dock
    dock.close()


IDS = [f"{number:03d}" for number in range(20)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(EVERY_FAULT), max_size=12), restarts=st.sets(st.integers(0, 10)))
def test_each_document_arrives_once_whatever_fails(
    faults: list[Fault], restarts: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Over any sequence of failures and restarts each id is stored exactly once and counted as delivered."""
    dock = Dock(tmp_path_factory.mktemp("dock"))
    dock.put(*IDS)
    dock.fake.faults.extend(faults)
    for step in range(1000):
        dock.now += dock.shipper.step()
        if not dock.outbox.counts().pending:
            break
        if step in restarts:
            dock.shipper.stop(0)
            dock.shipper = dock.another()
    counts = dock.outbox.counts()
    assert sorted(dock.fake.ids) == IDS
    assert (counts.delivered, counts.pending, counts.dead) == (20, 0, 0)
    dock.close()


def test_a_document_that_is_wrong_is_dead_alone(dock: Dock, caplog: pytest.LogCaptureFixture) -> None:
    """A refused document is dead with Elasticsearch's reason, its neighbours arrive, and one warning says so."""
    dock.put("a", "b")
    dock.put("wrong", note="wrong type")
    dock.put("wronger", note="wrong type")
    dock.outbox.put([("broken", b"no json\n")])
    dock.carry()
    assert dock.fake.ids == ["a", "b"]
    assert dock.dead() == {
        "wrong": "400 document_parsing_exception: as told",
        "wronger": "400 document_parsing_exception: as told",
        "broken": "unreadable: not one line of JSON",
    }
    assert len([record for record in caplog.records if record.levelno == WARNING]) == 1


def test_the_failure_store_is_not_delivery(dock: Dock) -> None:
    """A document that went to the failure store is dead here, not delivered."""
    dock.fake.faults.append("failure_store")
    dock.put("a")
    dock.carry()
    assert "failure store" in str(dock.dead()["a"])


def test_too_large_a_request_is_halved(dock: Dock) -> None:
    """A request refused as too large is sent in halves; a document too large by itself is dead."""
    dock.fake.most_bytes = 400
    dock.put(*IDS)
    dock.put("large", note="x" * 500)
    dock.carry()
    assert sorted(dock.fake.ids) == IDS
    assert list(dock.dead()) == ["large"]


def test_a_document_that_spoils_a_request_is_found(dock: Dock) -> None:
    """When a request is a bad one because of one document, that one is dead and the others arrive."""
    dock.put("a", "b", "c", "d", "e")
    dock.put("spoiler", note="poison")
    dock.put("f")
    dock.carry()
    assert sorted(dock.fake.ids) == ["a", "b", "c", "d", "e", "f"]
    assert list(dock.dead()) == ["spoiler"]


def test_when_every_request_is_a_bad_one_nothing_dies(dock: Dock) -> None:
    """When nothing gets through the fault is not the documents', and all of them stay pending."""
    dock.fake.poison = b"create"
    dock.put(*IDS)
    assert len(dock.carry(steps=5)) == 5
    assert (dock.outbox.counts().pending, dock.dead()) == (20, {})
    assert len(dock.fake.requests) < 60
    dock.fake.poison = b"poison"
    dock.carry()
    assert sorted(dock.fake.ids) == IDS


def test_away_and_back(dock: Dock, caplog: pytest.LogCaptureFixture) -> None:
    """While nobody answers, pauses double up to a minute, one warning is written, and later all arrives in order."""
    caplog.set_level(logging.INFO, logger="llmtap")
    dock.fake.stop()
    dock.put(*IDS)
    assert dock.carry(steps=9) == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    dock.fake.start()
    dock.carry()
    assert dock.fake.arrived == IDS
    assert "delivered to" in caplog.text


def test_what_was_lost_after_sending_is_looked_for(dock: Dock) -> None:
    """After a request without an answer its documents are looked for: past a rollover `create` would succeed again."""
    dock.put("a", "b")
    dock.fake.faults.append("lost_after")
    dock.carry()
    assert dock.fake.created == {"a": 1, "b": 1}
    assert dock.fake.arrived == ["a", "b"]
    assert dock.outbox.counts().delivered == 2


def test_a_busy_item_waits_and_the_others_do_not(dock: Dock) -> None:
    """An item that is asked to wait is retried by itself, later than the rest."""
    dock.fake.faults.append("half_busy")
    dock.put("a", "b", "c", "d")
    dock.shipper.step()
    assert dock.outbox.counts().delivered == 2
    assert dock.outbox.claim(10, 1 << 20, dock.now + 0.5) == []
    dock.carry()
    assert sorted(dock.fake.ids) == ["a", "b", "c", "d"]


def test_without_the_right_to_templates_it_holds_or_trusts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A key that may not see templates delivers all the same, and a warning names the command that installs them."""
    dock = Dock(tmp_path)
    dock.fake.template_status = 403
    dock.put("a")
    dock.carry()
    assert dock.fake.ids == ["a"]
    assert caplog.text.count("llmtap setup elasticsearch") == 1
    dock.close()


@pytest.mark.parametrize("setup", [False, True])
def test_without_a_template_everything_waits(setup: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:  # noqa: FBT001
    """With no template there that we may install nothing is sent until someone else has installed it."""
    dock = Dock(tmp_path, setup=setup)
    dock.fake.read_only = True
    dock.put("a")
    dock.carry(steps=3)
    assert dock.fake.ids == []
    assert caplog.text.count("llmtap setup elasticsearch") == 1
    dock.fake.templates["llmtap-calls"] = TEMPLATE
    dock.carry()
    assert dock.fake.ids == ["a"]
    dock.close()


def test_an_older_template_is_replaced_and_a_newer_one_kept(dock: Dock) -> None:
    """The template in force is never older than ours, and never set back."""
    dock.fake.templates["llmtap-calls"] = {**TEMPLATE, "version": 0}
    dock.put("a")
    dock.carry()
    assert dock.fake.templates["llmtap-calls"]["version"] == TEMPLATE["version"]
    dock.fake.templates["llmtap-calls"] = {**TEMPLATE, "version": 99}
    dock.shipper.stop(0)
    dock.shipper = dock.another()
    dock.put("b")
    dock.carry()
    assert dock.fake.templates["llmtap-calls"]["version"] == 99


def test_daily_indices_are_named_after_the_call(tmp_path: Path) -> None:
    """With plain indices each document goes to the day of its `@timestamp`, and one without is dead."""
    dock = Dock(tmp_path, target="index", namespace="test")
    dock.put("a")
    dock.put("b", **{"@timestamp": "2025-01-02T00:00:00Z"})
    dock.outbox.put([("c", b"{}")])
    dock.carry()
    found = {index: list(stored) for index, stored in dock.fake.stored.items()}
    assert found == {"llmtap-calls-test-2026.11.24": ["a"], "llmtap-calls-test-2025.01.02": ["b"]}
    assert "@timestamp" in str(dock.dead()["c"])
    dock.close()


def eventually(true: Callable[[], bool]) -> bool:
    """Return whether it became true within ten seconds."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_the_thread_delivers_and_flushes_on_stop(tmp_path: Path) -> None:
    """A started shipper delivers by itself, and `stop` delivers what is left, retries included, before it returns."""
    dock = Dock(tmp_path, flush_interval=0.02)
    dock.put(*IDS)
    dock.shipper.start()
    assert eventually(lambda: dock.outbox.counts().delivered == 20)
    dock.outbox.put([("late", b"{}")])
    dock.outbox.settle(retry=[("late", dock.now + 1000, "429")])
    assert dock.shipper.stop(10)
    assert (dock.outbox.counts().delivered, dock.shipper.state) == (21, "delivering")
    dock.close()


def test_stop_does_not_wait_for_the_absent(dock: Dock) -> None:
    """With nobody there `stop` tries once more and ends."""
    dock.fake.stop()
    dock.put("a")
    dock.shipper.start()
    assert eventually(lambda: dock.shipper.state == "unreachable")
    assert dock.shipper.stop(10)
    assert dock.outbox.counts().pending == 1


def test_a_stop_amid_a_step_delivers_what_that_step_left(tmp_path: Path) -> None:
    """A step that began before `stop` does not end the delivery: what was not due for it is still delivered."""
    dock, reached, release = Dock(tmp_path, flush_interval=60.0), threading.Event(), threading.Event()

    def clock() -> float:
        reached.set()
        release.wait(10)
        return dock.now

    dock.put("a")
    dock.outbox.settle(retry=[("a", dock.now + 1000, "429")])
    dock.shipper = Shipper(dock.outbox, dock.cluster, dock.settings, TEMPLATE, clock=clock)
    dock.shipper.start()
    assert reached.wait(10)
    threading.Timer(0.1, release.set).start()
    assert dock.shipper.stop(10)
    assert dock.fake.ids == ["a"]
    dock.close()


HOLDER = """
import fcntl, os, sys
handle = os.open(sys.argv[1] + ".shipper.lock", os.O_CREAT | os.O_RDWR)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_one_shipper_carries_an_outbox(dock: Dock) -> None:
    """While another process carries the outbox we leave it alone, and take over when that one ends."""
    command = [sys.executable, "-c", HOLDER, os.fspath(dock.outbox.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        dock.put("a")
        dock.carry(steps=2)
        assert (dock.fake.requests, dock.shipper.state) == ([], "waiting")
        holder.kill()
    dock.carry()
    assert dock.fake.ids == ["a"]
