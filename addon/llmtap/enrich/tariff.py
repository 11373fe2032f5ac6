"""What a model costs at a time, as a linear form of the counts of a call; where it comes from is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from llmtap.enrich.units import UNITS

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """A price as a linear form: `fixed` for a call, and for each count what one more of it adds to the total."""

    fixed: Decimal
    each: Mapping[str, Decimal]

    def times(self, factor: Decimal) -> "Rates":
        """Return these rates, each multiplied."""
        return Rates(self.fixed * factor, {name: rate * factor for name, rate in self.each.items()})


type Levels = tuple[tuple[int, Rates], ...]
"""Rates by the count of input tokens above which they hold, the lowest first."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of a model at a time; `pricing` says by what they were found, `version` of which data they are."""

    pricing: str
    version: str
    levels: Levels
    currency: str = "USD"

    def rates(self, input_tokens: int) -> Rates:
        """Return the rates of a call with so many input tokens; the highest level reached holds for all of them."""
        return next((rates for start, rates in reversed(self.levels) if input_tokens > start), self.levels[0][1])


class Offer(NamedTuple):
    """A list price, and whether it is one of the service tier that was asked for; else it is the standard price."""

    tariff: Tariff
    tiered: bool


def stated_rates(sheet: Mapping[str, Decimal]) -> Rates:
    """Return the rates of a price sheet: what a part costs more or less than its whole is what one more of it adds.

    A part without a price of its own costs what its whole costs; sound read from the cache is read from the cache
    first, and sound second.
    """
    each: dict[str, Decimal] = {}
    for name, unit in UNITS.items():
        price = sheet.get(unit.price) if unit.price else None
        if name == "audio_cache_read_input_tokens" and price is None and "audio_input" in sheet:
            price = sheet.get("cache_read")
        if price is not None:
            each[name] = price / unit.per - sum((each.get(whole, _ZERO) for whole in unit.within), _ZERO)
    return Rates(sheet.get("request", _ZERO), {name: rate for name, rate in each.items() if rate})
