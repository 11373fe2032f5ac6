"""One document is shown whole, found by either end of its id."""

import json

import pytest

from llmtap.export.outbox import Outbox
from tests.cli.conftest import Invoke
from tests.cli.documents import DOCUMENTS


@pytest.mark.parametrize(
    ("arguments", "index"),
    [((), 3), (("last",), 3), (("AAAA0002",), 1), ((DOCUMENTS[0][0],), 0)],
)
def test_a_document_is_found(invoke: Invoke, store: Outbox, arguments: tuple[str, ...], index: int) -> None:
    """The last one, or the one whose id begins or ends so, in any case."""
    assert store.counts().accepted == 4
    assert json.loads(DOCUMENTS[index][1]) == json.loads(invoke("show", *arguments).stdout)


@pytest.mark.parametrize(("identity", "exit_code"), [("ffffffff", 1), ("02", 2), ("01a20c53", 2)])
def test_an_id_that_is_none_is_told(invoke: Invoke, store: Outbox, identity: str, exit_code: int) -> None:
    """What is not there, or too short to be sought, is a sentence."""
    assert store.counts().accepted == 4
    shown = invoke("show", identity)
    assert (exit_code, "") == (shown.exit_code, shown.stdout)
    assert shown.stderr.startswith("llmtap: ")


def test_an_id_of_several_is_told_with_their_number(invoke: Invoke, store: Outbox) -> None:
    """None of them is guessed."""
    assert store.counts().accepted == 4
    assert "the IDs of 4 documents" in invoke("show", "01a20c53").stderr
