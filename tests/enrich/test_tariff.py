"""Rates are a linear form: a sheet's prices come back for every usage, and levels hold above their start."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.enrich.tariff import Rates, Tariff, stated_rates

PRICE = st.decimals(0, 100, places=3)
COUNT = st.integers(0, 10_000)
MILLION = 1_000_000


@given(
    fresh=COUNT, read=COUNT, heard=COUNT, both=COUNT, written=COUNT,
    prices=st.fixed_dictionaries(
        {"input": PRICE}, optional={"cache_read": PRICE, "audio_input": PRICE, "cache_write": PRICE}
    ),
)  # fmt: skip
def test_every_token_costs_its_own_price(
    fresh: int, read: int, heard: int, both: int, written: int, prices: dict[str, Decimal]
) -> None:
    """Text (fresh, cached, written) and sound (fresh, cached) cost what is stated, else what their whole does."""
    counts = {
        "input_tokens": fresh + read + heard + both + written,
        "cache_read_input_tokens": read + both,
        "cache_write_input_tokens": written,
        "audio_input_tokens": heard + both,
        "audio_cache_read_input_tokens": both,
    }
    rates = stated_rates(prices)
    total = rates.fixed + sum(rate * counts[name] for name, rate in rates.each.items())
    paid = prices["input"]
    expected = (
        fresh * paid
        + (read + both if "cache_read" in prices else read) * prices.get("cache_read", paid)
        + (heard if "cache_read" in prices else heard + both) * prices.get("audio_input", paid)
        + written * prices.get("cache_write", paid)
    )
    assert total == expected / MILLION


def test_a_call_has_a_price_of_its_own() -> None:
    """What is stated per call is the fixed part; nothing else is in it."""
    assert stated_rates({"request": Decimal("0.5")}) == Rates(Decimal("0.5"), {})


@pytest.mark.parametrize(("tokens", "rate"), [(0, 1), (100, 1), (101, 2), (200, 2), (201, 3)])
def test_a_level_holds_above_its_start(tokens: int, rate: int) -> None:
    """The highest level that is exceeded is that of the whole call."""
    prices = ((0, 1), (100, 2), (200, 3))
    levels = tuple((start, Rates(Decimal(0), {"input_tokens": Decimal(price)})) for start, price in prices)
    assert Tariff("", "", levels).rates(tokens).each["input_tokens"] == rate


def test_rates_are_multiplied_whole() -> None:
    """Both the fixed part and that of each count."""
    assert Rates(Decimal(2), {"input_tokens": Decimal(3)}).times(Decimal("0.5")) == Rates(
        Decimal(1), {"input_tokens": Decimal("1.5")}
    )
