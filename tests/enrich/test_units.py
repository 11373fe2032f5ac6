"""The table of what is billed: wholes come first, each name is used once, a probe fits into its whole."""

import pytest
from genai_prices.data_units import unit_data

from llmtap.enrich.overrides import PriceOverride
from llmtap.enrich.units import PRICES, UNITS

NAMES = list(UNITS)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_stands_before_its_parts(name: str) -> None:
    """What includes a count is a row above it, on the same side."""
    unit = UNITS[name]
    assert all(NAMES.index(whole) < NAMES.index(name) for whole in unit.within)
    assert {UNITS[whole].side for whole in unit.within} <= {unit.side}


def test_every_unit_asked_for_is_one_of_genai_prices() -> None:
    """What is asked of genai-prices exists there, once in the table."""
    asked = [unit.asked for unit in UNITS.values() if unit.asked]
    assert set(asked) <= set(unit_data)
    assert len(asked) == len(set(asked))


def test_an_override_can_state_every_price() -> None:
    """Each price of a sheet is a key of prices.yaml."""
    assert set(PriceOverride.__struct_fields__) >= PRICES
