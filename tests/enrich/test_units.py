"""The table of what is billed: wholes come first, each name is used once, a probe fits into its whole."""

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.data_units import unit_data
from genai_prices.types import ConditionalPrice

from llmtap.decode.inference import Usage
from llmtap.enrich.overrides import PriceOverride
from llmtap.enrich.units import PRICES, UNBILLED, UNITS

NAMES = list(UNITS)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_stands_before_its_parts(name: str) -> None:
    """What includes a count is a row above it, on the same side."""
    unit = UNITS[name]
    assert all(NAMES.index(whole) < NAMES.index(name) for whole in unit.within)
    assert {UNITS[whole].side for whole in unit.within} <= {unit.side}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_tells_the_side_and_how_many_a_price_buys(name: str) -> None:
    """Tokens are a part of their side and sold by the million, as characters are; all else is a fee for one."""
    unit = UNITS[name]
    side = next((side for side in ("input_tokens", "output_tokens") if name.endswith(side)), "fees")
    assert unit.side == side
    assert side in ("fees", name) or unit.within[0] == side
    assert unit.per == (1_000_000 if side != "fees" or name == "characters" else 1)


@pytest.mark.parametrize("kind", ["audio", "image"])
def test_what_was_read_again_lies_in_two_wholes(kind: str) -> None:
    """Sound and pictures of the cache are a part of it and of their kind; what was written is one of the writing."""
    parts = UNITS[f"{kind}_cache_read_input_tokens"].within
    assert parts == ("input_tokens", "cache_read_input_tokens", f"{kind}_input_tokens")
    for kept in ("5m", "1h"):
        assert UNITS[f"cache_write_{kept}_input_tokens"].within == ("input_tokens", "cache_write_input_tokens")


def test_every_count_is_billed_or_says_why_not() -> None:
    """Each field of `Usage` but its mark is in one of both tables, and nothing else is."""
    assert not UNITS.keys() & UNBILLED.keys()
    assert UNITS.keys() | UNBILLED.keys() == set(Usage.__struct_fields__) - {"inconsistent"}


def test_a_probe_fits_into_its_whole() -> None:
    """One more of any unit does so too, whichever parts a price tells apart."""
    for whole, unit in UNITS.items():
        parts = [part.probe for part in UNITS.values() if part.within[:1] == (whole,)]
        assert not parts or sum(parts) < unit.probe


def test_sound_that_is_heard_costs_what_sound_costs() -> None:
    """One count of seconds is enough, since no model has a price of its own for those that are heard."""
    models = (model for provider in get_snapshot().providers for model in provider.models)
    listed = (one for model in models for one in (model.prices if isinstance(model.prices, list) else [model.prices]))
    for price in (one.prices if isinstance(one, ConditionalPrice) else one for one in listed):
        assert price.input_audio_hours in (None, price.audio_hours)


def test_every_unit_asked_for_is_one_of_genai_prices() -> None:
    """What is asked of genai-prices exists there, once in the table."""
    asked = [unit.asked for unit in UNITS.values() if unit.asked]
    assert set(asked) <= set(unit_data)
    assert len(asked) == len(set(asked))


def test_an_override_can_state_every_price() -> None:
    """Each price of a sheet is a key of prices.yaml."""
    assert set(PriceOverride.__struct_fields__) >= PRICES
