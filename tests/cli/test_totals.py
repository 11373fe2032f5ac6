"""Sums cover what is known and count what is not, in bounded memory."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.cli.ledger import Call
from llmtap.cli.totals import MOST_GROUPS, OTHER, Spread, Total, Totals, rows

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_unknown_tokens_and_costs_are_counted_not_summed() -> None:
    """A sum over nothing known is None, and the calls it does not cover are said."""
    total = Total()
    total.add(Call("a", AT, cost_status="unpriced"))
    assert (None, None, {}, 1, 1) == (
        total.input_tokens,
        total.output_tokens,
        dict(total.cost),
        total.unpriced,
        total.usage_absent,
    )


def test_only_a_missing_price_is_unpriced() -> None:
    """A refused call has no cost and lacks none; one of which a side is unknown is counted apart."""
    total = Total()
    for status in ("unpriced", "unmetered", "partial", "estimated", "priced", None):
        total.add(Call("a", AT, cost_status=status))
    assert (1, 1) == (total.unpriced, total.part_priced)


def test_a_known_zero_is_a_number() -> None:
    """0 cached tokens reported is 0, not unknown."""
    total = Total()
    total.add(Call("a", AT, cached_tokens=0))
    assert total.cached_tokens == 0


def test_costs_are_summed_by_currency() -> None:
    """Money of different currencies is never added up."""
    total = Total()
    for currency, amount in (("USD", "0.1"), ("EUR", "2"), ("USD", "0.2")):
        total.add(Call("a", AT, cost=Decimal(amount), currency=currency))
    assert {"USD": Decimal("0.3"), "EUR": Decimal(2)} == total.cost


def test_estimates_are_summed_apart() -> None:
    """An estimated amount is no part of what calls cost."""
    total = Total()
    total.add(Call("a", AT, cost=Decimal(1), currency="USD"))
    total.add(Call("b", AT, cost_estimated=Decimal(2), currency="USD", cost_status="estimated"))
    total.add(Call("c", AT, usage_source="estimated"))
    assert ({"USD": Decimal(1)}, {"USD": Decimal(2)}) == (total.cost, total.cost_estimated)
    assert (2, 2) == (total.estimated, total.usage_absent)


def test_the_largest_group_comes_first() -> None:
    """Groups are ordered by their number of calls."""
    totals = Totals(("team", "model"))
    for team, model in (("a", "x"), ("b", "y"), ("b", "y"), (None, "x")):
        totals.add(Call("i", AT, team=team, model=model))
    assert [("b", "y"), (None, "x"), ("a", "x")] == [key for key, _ in totals.largest_first()]


def test_rows_are_flat_objects() -> None:
    """A machine gets the keys and the sums of each group side by side."""
    totals = Totals(("team",))
    totals.add(Call("i", AT, team="a", input_tokens=3, outcome="failure"))
    (row,) = rows(totals)
    assert ("a", 1, 1, 3, None, {}) == (
        row["team"],
        row["calls"],
        row["errors"],
        row["input_tokens"],
        row["output_tokens"],
        row["cost"],
    )


def test_groups_are_bounded() -> None:
    """Beyond the limit, further values share one group, and no call is lost."""
    totals = Totals(("user",))
    for number in range(MOST_GROUPS + 50):
        totals.add(Call("i", AT, user=str(number)))
    groups = dict(totals.largest_first())
    assert (MOST_GROUPS + 1, 50) == (len(groups), groups[OTHER,].calls)


def test_no_values_have_no_quantile() -> None:
    """A quantile of nothing is None."""
    assert Spread().quantile(0.5) is None


@given(st.lists(st.floats(min_value=1e-5, max_value=1e5), min_size=1), st.floats(min_value=0, max_value=1))
def test_a_quantile_is_within_one_percent(values: list[float], share: float) -> None:
    """However values are spread, their quantile is off by 1 % of itself at most."""
    spread = Spread()
    for value in values:
        spread.add(value)
    exact = next(value for count, value in enumerate(sorted(values), 1) if count >= share * len(values))
    assert exact == pytest.approx(spread.quantile(share), rel=0.0101)
