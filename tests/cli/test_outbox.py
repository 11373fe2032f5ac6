"""What waits, what was refused and why, and a second chance."""

from llmtap.export.outbox import Outbox
from tests.cli.conftest import Invoke
from tests.cli.documents import DOCUMENTS


def test_status_adds_up(invoke: Invoke, store: Outbox) -> None:
    """accepted = delivered + pending + dead + dropped, each with its number."""
    first, second = DOCUMENTS[0][0], DOCUMENTS[1][0]
    store.settle(done=[first])
    store.settle(bury=[(second, "mapper_parsing_exception")])
    store.drop(3, "disk full")
    lines = [line.split() for line in invoke("outbox", "status").stdout.splitlines()]
    expected = [["accepted", "7"], ["delivered", "1"], ["pending", "2"], ["dead", "1"], ["dropped", "3"]]
    assert expected == [line[:2] for line in lines[:5]]


def test_dead_documents_are_listed_with_their_reason(invoke: Invoke, store: Outbox) -> None:
    """The id, why, and how often."""
    store.settle(bury=[(DOCUMENTS[1][0], "mapper_parsing_exception")])
    shown = invoke("outbox", "dead").stdout
    assert f"{DOCUMENTS[1][0]}  mapper_parsing_exception" in shown
    assert "1  mapper_parsing_exception" in shown


def test_retry_makes_dead_documents_pending(invoke: Invoke, store: Outbox) -> None:
    """Afterwards none is dead."""
    store.settle(bury=[(DOCUMENTS[1][0], "mapper_parsing_exception")])
    assert invoke("outbox", "retry").stdout == "1 document is pending again.\n"
    assert invoke("outbox", "dead").stdout == "No document is dead.\n"


def test_a_file_that_is_no_store_is_told(invoke: Invoke, store: Outbox) -> None:
    """A damaged file is a sentence with its remedy, and exit code 1."""
    store.close()
    store.path.write_bytes(b"no database" * 1000)
    for suffix in ("-wal", "-shm"):
        store.path.with_name(store.path.name + suffix).unlink(missing_ok=True)
    shown = invoke("outbox", "status")
    assert (1, "") == (shown.exit_code, shown.stdout)
    assert str(store.path) in shown.stderr
    assert "Traceback" not in shown.stderr
