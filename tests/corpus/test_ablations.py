"""The recordings without their hosts, paths, headers or layout: how much of the reading is left."""

import logging
from pathlib import Path

import pytest

from tests.corpus.ablations import ABLATIONS, Ablation, table, walk, written

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def shares(corpus: Path) -> dict[Ablation, tuple[int, list[float]]]:
    """How many recordings each ablation touches, and which shares of them are read as before."""
    return dict(walk(corpus))


@pytest.mark.parametrize("ablation", ABLATIONS, ids=lambda ablation: ablation.name)
def test_the_reading_carries_over(ablation: Ablation, shares: dict[Ablation, tuple[int, list[float]]]) -> None:
    """Of the calls that have lost something, at least a known share is recognised, and its usage read as before."""
    count, (recognised, _, _, usage, _) = shares[ablation]
    assert count > 0
    assert recognised >= ablation.floor[0]
    assert usage >= ablation.floor[1]


def test_the_table_is_the_one_in_the_documentation(shares: dict[Ablation, tuple[int, list[float]]]) -> None:
    """The documentation says how far the reading carries over, no more and no less."""
    made = table(shares.items())
    for line in made.splitlines():
        logger.info("%s", line)
    assert made == written()
