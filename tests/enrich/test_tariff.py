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


def test_images_from_the_cache_are_told_apart_as_sound_is() -> None:
    """With a price of their own they cost that, else what the cache costs; without one for images, nothing differs."""
    million = {name: Decimal(MILLION) for name in ("input_tokens", "cache_read_input_tokens", "image_input_tokens")}
    counts = million | {"image_cache_read_input_tokens": Decimal(MILLION)}
    sheet = {"input": Decimal(5), "cache_read": Decimal(1), "image_input": Decimal(10)}
    for prices, paid in ((sheet | {"image_cache_read": Decimal(2)}, 2), (sheet, 1), ({"input": Decimal(5)}, 5)):
        assert sum(rate * counts[name] for name, rate in stated_rates(prices).each.items()) == paid


def test_an_annotated_page_is_a_page() -> None:
    """It costs its own price instead of that of a page, not both."""
    each = stated_rates({"page": Decimal("0.002"), "annotated_page": Decimal("0.003")}).each
    assert 10 * each["pages"] + 4 * each["annotated_pages"] == Decimal("0.024")


def test_tokens_may_be_dearer_and_fees_not() -> None:
    """What is billed by the call or the search stays, and the version says by how much the tokens are."""
    rates = Rates(Decimal(2), {"input_tokens": Decimal(3), "web_searches": Decimal(5)})
    dearer = Tariff("p", "list 1", ((0, rates),)).of_tokens_times(Decimal("1.1"))
    assert dearer.levels == ((0, Rates(Decimal(2), {"input_tokens": Decimal("3.3"), "web_searches": Decimal(5)})),)
    assert dearer.version == "list 1 x 1.1"


def test_fees_stand_where_a_tariff_states_none() -> None:
    """On every level; what is stated comes first, and the version says that something was added."""
    searching, silent = Rates(Decimal(2), {"web_searches": Decimal(5)}), Rates(Decimal(3), {})
    fees = {"web_searches": Decimal(7), "file_searches": Decimal(1)}
    found = Tariff("p", "list 1", ((0, searching), (100, silent)), "EUR").with_fees(fees)
    stated = Rates(Decimal(2), {"web_searches": Decimal(5), "file_searches": Decimal(1)})
    assert found == Tariff("p", "list 1 + fees", ((0, stated), (100, Rates(Decimal(3), fees))), "EUR")


def test_a_word_stands_before_how_it_was_found() -> None:
    """And nothing else changes."""
    levels = ((0, Rates(Decimal(2), {})),)
    assert Tariff("host:x", "1", levels).called("standard") == Tariff("standard:host:x", "1", levels, "USD")


@pytest.mark.parametrize(
    ("name", "sounds"), [("audio_input_tokens", True), ("audio_output_tokens", True), ("audio_seconds", False)]
)
def test_a_tariff_knows_whether_it_tells_sound_apart(name: str, sounds: bool) -> None:  # noqa: FBT001 -- expected
    """By tokens, on either side; by seconds is another matter."""
    assert Tariff("", "", ((0, Rates(Decimal(0), {name: Decimal(1)})),)).sounds == sounds


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
