"""The outbox loses nothing it accepted, keeps the order, and its sum is always true."""

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from llmtap.export.outbox import Outbox, OutboxError

ROOMY = 1 << 30
DAY = 86400.0


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Return an empty outbox whose clock stands at 1000."""
    outbox = Outbox(tmp_path / "outbox.sqlite", max_bytes=ROOMY, retention=DAY, clock=lambda: 1000.0)
    yield outbox
    outbox.close()


def documents(*ids: str, size: int = 2) -> list[tuple[str, bytes]]:
    """Return documents with these ids."""
    return [(identity, b"{" + b"x" * (size - 2) + b"}") for identity in ids]


def ids_of(outbox: Outbox, state: str) -> list[str]:
    """Return the ids in one state, in order."""
    return [row.id for row in outbox.documents() if row.state == state]


class OutboxModel(RuleBasedStateMachine):
    """Whatever is done to the outbox, a dict of ids and states says the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.states: dict[str, str] = {}
        self.attempts: Counter[str] = Counter()
        self.dropped = 0
        self.now = 1000.0
        self.added: dict[str, float] = {}
        self.names = itertools.count()
        self.open()

    def open(self) -> None:
        """Open the file, anew or again."""
        path = Path(self.folder.name) / "box" / "outbox.sqlite"
        self.outbox = Outbox(path, max_bytes=ROOMY, retention=DAY, clock=lambda: self.now)

    @rule(count=st.integers(0, 5), old=st.integers(0, 3))
    def put(self, count: int, old: int) -> None:
        """New ids get in once, known ones are ignored."""
        self.prune()
        new = [f"{next(self.names):06d}" for _ in range(count)]
        known = list(self.states)[:old]
        assert len(new) == self.outbox.put(documents(*new, *known, *new))
        self.states |= dict.fromkeys(new, "pending")
        self.added |= dict.fromkeys(new, self.now)

    @rule(count=st.integers(0, 3))
    def drop(self, count: int) -> None:
        """What never got in is counted."""
        self.outbox.drop(count, "queue overflow")
        self.dropped += count

    @rule(limit=st.integers(1, 4), fate=st.sampled_from(["done", "retry", "bury", "crash"]))
    def carry(self, limit: int, fate: str) -> None:
        """A claim is the oldest pending documents, and each verdict moves exactly those."""
        pending = [identity for identity, state in self.states.items() if state == "pending"][:limit]
        claimed = [row.id for row in self.outbox.claim(limit, ROOMY, self.now)]
        assert pending == claimed
        if fate == "done":
            self.outbox.settle(done=[*claimed, "unknown"])
            self.states |= dict.fromkeys(claimed, "delivered")
        elif fate == "retry":
            self.outbox.settle(retry=[(identity, self.now, "busy") for identity in claimed])
            self.attempts.update(claimed)
        elif fate == "bury":
            self.outbox.settle(bury=[(identity, "refused") for identity in claimed])
            self.states |= dict.fromkeys(claimed, "dead")

    @rule()
    def requeue(self) -> None:
        """The dead are pending again."""
        dead = [identity for identity, state in self.states.items() if state == "dead"]
        assert len(dead) == self.outbox.requeue()
        self.states |= dict.fromkeys(dead, "pending")

    @rule(seconds=st.sampled_from([1.0, DAY / 2, DAY + 1]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule()
    def prune(self) -> None:
        """Retention takes what is settled, and never a pending document."""
        self.outbox.prune(self.now)
        cutoff = self.now - DAY
        gone = [i for i, state in self.states.items() if state != "pending" and self.added[i] < cutoff]
        for identity in gone:
            del self.states[identity]

    @rule()
    def reopen(self) -> None:
        """Nothing changes over a restart."""
        self.outbox.close()
        self.open()

    @invariant()
    def balanced(self) -> None:
        """The sum is true: accepted = delivered + pending + dead + dropped."""
        counts = self.outbox.counts()
        assert counts.accepted == counts.delivered + counts.pending + counts.dead + counts.dropped
        assert (self.dropped, 0) == (counts.dropped, counts.expired)

    @invariant()
    def same(self) -> None:
        """Every id is there, in its state and in its place."""
        assert self.states == {row.id: row.state for row in self.outbox.documents()}
        order = [row.id for row in self.outbox.documents()]
        assert sorted(order) == order
        assert order[::-1] == [row.id for row in self.outbox.documents(newest_first=True)]

    @precondition(lambda self: self.states)
    @invariant()
    def oldest(self) -> None:
        """The age of the oldest pending document is known."""
        pending = [self.added[identity] for identity, state in self.states.items() if state == "pending"]
        assert (self.now - pending[0] if pending else None) == self.outbox.counts().oldest_pending

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.outbox.close()
        self.folder.cleanup()


OutboxModel.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestOutboxModel = OutboxModel.TestCase


def test_a_retried_document_waits_for_its_time(outbox: Outbox) -> None:
    """A document is not claimed before its time, and carries its attempts and the last reason then."""
    outbox.put(documents("a", "b"))
    outbox.settle(retry=[("a", 1010.0, "429")])
    assert [row.id for row in outbox.claim(10, ROOMY, 1009.0)] == ["b"]
    first = outbox.claim(10, ROOMY, 1010.0)[0]
    assert (first.id, first.attempts, first.reason, first.state) == ("a", 1, "429", "pending")


def test_a_claim_keeps_to_its_bytes(outbox: Outbox) -> None:
    """A claim stays within its bytes, but for a single document that is larger by itself."""
    outbox.put([*documents("large", size=1000), *documents("b", "c", "d", size=300)])
    assert [row.id for row in outbox.claim(10, 700, 1000.0)] == ["large"]
    outbox.settle(done=["large"])
    assert [row.id for row in outbox.claim(10, 700, 1000.0)] == ["b", "c"]


def test_a_run_lists_its_own_documents(outbox: Outbox) -> None:
    """What came after a `seq` is exactly what was put since, pruned or not before."""
    assert outbox.last_seq() == 0
    outbox.put(documents("a"))
    outbox.settle(done=["a"])
    outbox.prune(1000.0 + 2 * DAY)
    seq = outbox.last_seq()
    outbox.put(documents("b", "c"))
    assert (seq, [row.id for row in outbox.after(seq)]) == (1, ["b", "c"])


def test_documents_may_be_limited_in_time_and_number(tmp_path: Path) -> None:
    """A report reads what arrived since a time, from either end, as many as it wants, over more than one page."""
    clock = itertools.count(0.0)
    outbox = Outbox(tmp_path / "outbox.sqlite", max_bytes=ROOMY, retention=DAY, clock=lambda: next(clock))
    ids = [f"{number:04d}" for number in range(1200)]
    for start in range(0, 1200, 50):
        outbox.put(documents(*ids[start : start + 50]))
    assert ids == [row.id for row in outbox.documents()]
    assert ids[100:] == [row.id for row in outbox.documents(since=2.0)]
    assert ids[:-601:-1] == [row.id for row in outbox.documents(since=2.0, limit=600, newest_first=True)]
    assert list(outbox.documents(since=5000.0)) == []
    assert list(outbox.documents(limit=0)) == []
    outbox.close()


def test_retention_keeps_pace(tmp_path: Path) -> None:
    """However fast documents come, those past their retention go as fast, a part of them with each that comes."""
    now = [0.0]
    outbox = Outbox(
        tmp_path / "outbox.sqlite", max_bytes=ROOMY, retention=DAY, clock=lambda: now[0], keep_pending=False
    )
    outbox.put(documents(*(f"{number:04d}" for number in range(2500))))
    now[0] = DAY + 1
    for number in range(3):
        outbox.put(documents(f"new-{number}"))
    assert ["new-0", "new-1", "new-2"] == ids_of(outbox, "pending")
    outbox.close()


def test_a_full_outbox_gives_up_the_delivered_then_refuses_the_new(tmp_path: Path) -> None:
    """At its limit the outbox forgets delivered documents, then drops and counts new ones, and never a pending one."""
    outbox = Outbox(tmp_path / "outbox.sqlite", max_bytes=2 << 20, retention=DAY)
    for number in range(20):
        outbox.put(documents(*(f"{number:02d}-{n:02d}" for n in range(20)), size=2000))
        outbox.settle(done=(row.id for row in outbox.claim(20, ROOMY, float("inf"))))
    new = [f"new-{n:04d}" for n in range(2000)]
    accepted = outbox.put(documents(*new, size=2000))
    counts = outbox.counts()
    assert new[:accepted] == ids_of(outbox, "pending")
    assert 0 < accepted < 2000
    assert (400, accepted, 2000 - accepted, 0) == (counts.delivered, counts.pending, counts.dropped, counts.expired)
    assert (2400, {"outbox full": 2000 - accepted}) == (counts.accepted, outbox.drops())
    assert counts.bytes <= 2.2 * (1 << 20)
    outbox.close()


def test_without_a_target_the_outbox_is_a_ring(tmp_path: Path) -> None:
    """With nobody to deliver to, the newest documents are kept, the oldest expire, and nothing is dropped."""
    outbox = Outbox(tmp_path / "outbox.sqlite", max_bytes=1 << 20, retention=DAY, keep_pending=False)
    ids = [f"{n:04d}" for n in range(2000)]
    for start in range(0, 2000, 50):
        outbox.put(documents(*ids[start : start + 50], size=2000))
    counts, kept = outbox.counts(), ids_of(outbox, "pending")
    assert kept == ids[-len(kept) :]
    assert len(kept) > 50
    assert (counts.accepted, counts.dropped, counts.delivered) == (2000, 0, 0)
    assert counts.accepted == counts.pending + counts.expired
    assert counts.bytes <= 1.2 * (1 << 20)
    outbox.close()


WRITER = """
import sys
from pathlib import Path
from llmtap.export.outbox import Outbox
outbox = Outbox(Path(sys.argv[1]), max_bytes=1 << 30, retention=86400)
for number in range(int(sys.argv[2]), 1 << 30):
    outbox.put([(f"{number:08d}-{part}", b"{" + b"x" * 2000 + b"}") for part in range(3)])
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    """A writer killed in the midst of it leaves every document that it was told is accepted, and whole batches only."""
    path, start = tmp_path / "outbox.sqlite", 0
    for lines in (1, 7, 30):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", WRITER, str(path), str(start)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
            assert writer.stdout is not None
            for _ in range(lines):
                start = int(writer.stdout.readline()) + 1
            writer.send_signal(signal.SIGKILL)
            start = max([start, *(int(line) + 1 for line in writer.stdout.read().split())])
        outbox = Outbox.existing(path)
        ids = {row.id for row in outbox.documents()}
        expected = {f"{number:08d}-{part}" for number in range(start) for part in range(3)}
        assert expected <= ids
        assert len(ids) == outbox.counts().accepted
        assert len(ids) % 3 == 0
        start = len(ids) // 3
        outbox.close()


def test_a_closed_outbox_says_so(outbox: Outbox) -> None:
    """After `close` every call raises OutboxError."""
    outbox.close()
    with pytest.raises(OutboxError, match="closed"):
        outbox.put(documents("a"))
