"""How the worker shares the interpreter with the event loop, and its own time between reading and writing."""

import sys
from collections.abc import Sequence

import pytest

from llmtap import pipeline as corridor
from llmtap.capture.exchange import Exchange
from llmtap.config import Settings
from llmtap.export.outbox import Outbox
from llmtap.pipeline import Pipeline
from tests.test_pipeline import ANSWER, exchange, settings

__all__ = ["settings"]  # a fixture


def test_large_bodies_are_read_politely(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a large body is read, threads take turns more often than otherwise; afterwards as before."""
    usual, seen = sys.getswitchinterval(), list[float]()
    true_read = corridor.read

    def watched(call: Exchange, *more: object) -> object:
        seen.append(sys.getswitchinterval())
        return true_read(call, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(corridor, "read", watched)
    pipeline = Pipeline(settings)
    pipeline.start()
    for answer in (ANSWER, ANSWER + b" " * corridor.LARGE_BYTES):
        pipeline.put(exchange(answer))
    pipeline.stop()

    assert seen == pytest.approx([usual, corridor.SWITCH_SECONDS])
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_what_is_read_slowly_is_committed_meanwhile(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch ends by time as well, so that a crash costs no more than what was read since."""
    put, sizes = Outbox.put, list[int]()

    def counted(outbox: Outbox, documents: Sequence[tuple[str, bytes]]) -> int:
        sizes.append(len(documents))
        return put(outbox, documents)

    monkeypatch.setattr(Outbox, "put", counted)
    monkeypatch.setattr(corridor, "READ_SECONDS", -1.0)
    pipeline = Pipeline(settings)
    for _ in range(5):
        pipeline.put(exchange())

    pipeline.start()
    pipeline.stop()

    assert sizes == [1] * 5
