"""Computed costs against an oracle: what xAI, OpenRouter and Perplexity report that the same call cost."""

import logging
from pathlib import Path

import pytest

from tests.corpus.costs import (
    UNEXPLAINED,
    Bill,
    bills,
    contradictory,
    equal,
    explained,
    free,
    searches,
    table,
    uncounted,
    written,
)

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def found(corpus: Path) -> list[Bill]:
    """Every recorded call of the three whose cost was reported."""
    return list(bills(corpus))


def test_no_difference_is_unexplained(found: list[Bill]) -> None:
    """A computed cost is the reported one within a hundredth, but for reasons that the answer's figures bear out."""
    unexplained = [bill for bill in found if explained(bill) == UNEXPLAINED]
    assert [(bill.recording.source, bill.cost.computed, bill.cost.reported) for bill in unexplained] == []
    assert found


def test_where_prices_are_plain_both_agree(found: list[Bill]) -> None:
    """xAI sells at its list: each of its calls that counts tokens, and nothing impossible, costs what is computed."""
    plain = [bill for bill in found if bill.provider == "x_ai" and not uncounted(bill) and not contradictory(bill)]
    assert all(equal(bill) or searches(bill) for bill in plain)


def test_a_computed_cost_stands_beside_a_reported_one(found: list[Bill]) -> None:
    """Whatever was counted is priced by us too, so that a document holds both."""
    alone = [bill for bill in found if bill.cost.computed is None and not uncounted(bill) and not free(bill)]
    assert [bill.recording.source for bill in alone] == []


def test_the_table_is_the_one_in_the_documentation(found: list[Bill]) -> None:
    """The documentation says how often both agree, and why not."""
    made = table(found)
    for line in made.splitlines():
        logger.info("%s", line)
    assert made == written()
