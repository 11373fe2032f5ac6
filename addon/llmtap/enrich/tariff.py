"""What a model costs at a time, as a linear form of the counts of a call; where it comes from is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from llmtap.enrich.units import UNITS

_ZERO = Decimal(0)
_KEPT = {"audio_cache_read_input_tokens": "audio_input", "image_cache_read_input_tokens": "image_input"}
"""Parts that lie in two others, of which the cache is one, to the price of the other."""
_SOUND = ("audio_input_tokens", "audio_output_tokens")


@dataclass(frozen=True, slots=True)
class Rates:
    """A price as a linear form: `fixed` for a call, and for each count what one more of it adds to the total."""

    fixed: Decimal
    each: Mapping[str, Decimal]

    def times(self, factor: Decimal) -> "Rates":
        """Return these rates, each multiplied."""
        return Rates(self.fixed * factor, {name: rate * factor for name, rate in self.each.items()})

    def of_tokens_times(self, factor: Decimal) -> "Rates":
        """Return these rates, those of tokens multiplied: what is billed by call or by another unit stays."""
        tokens = {name: rate * factor for name, rate in self.each.items() if UNITS[name].side != "fees"}
        return Rates(self.fixed, {**self.each, **tokens})

    def with_fees(self, fees: Mapping[str, Decimal]) -> "Rates":
        """Return these rates, with fees for what has no rate among them."""
        return Rates(self.fixed, {**fees, **self.each})


type Levels = tuple[tuple[int, Rates], ...]
"""Rates by the count of input tokens above which they hold, the lowest first."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of a model at a time; `pricing` says by what they were found, `version` of which data they are.

    `once` are counts that are billed once a call, however large they are.
    """

    pricing: str
    version: str
    levels: Levels
    currency: str = "USD"
    once: frozenset[str] = frozenset()

    def rates(self, input_tokens: int) -> Rates:
        """Return the rates of a call with so many input tokens; the highest level reached holds for all of them."""
        return next((rates for start, rates in reversed(self.levels) if input_tokens > start), self.levels[0][1])

    def of_tokens_times(self, factor: Decimal) -> "Tariff":
        """Return this tariff where tokens cost more (in one place only, in haste); the version says so."""
        levels = tuple((start, rates.of_tokens_times(factor)) for start, rates in self.levels)
        return replace(self, version=f"{self.version} x {factor}", levels=levels)

    def with_fees(self, fees: Mapping[str, Decimal]) -> "Tariff":
        """Return this tariff with fees that it does not state; the version says so."""
        levels = tuple((start, rates.with_fees(fees)) for start, rates in self.levels)
        return replace(self, version=f"{self.version} + fees", levels=levels)

    def called(self, word: str) -> "Tariff":
        """Return this tariff with a word before how it was found: what is to be known about it."""
        return replace(self, pricing=f"{word}:{self.pricing}")

    @property
    def sounds(self) -> bool:
        """Whether a token of sound has a price of its own."""
        return any(not rates.each.keys().isdisjoint(_SOUND) for _, rates in self.levels)


class Offer(NamedTuple):
    """A list price, and whether it is one of the service tier that was asked for; else it is the standard price."""

    tariff: Tariff
    tiered: bool


def stated_rates(sheet: Mapping[str, Decimal]) -> Rates:
    """Return the rates of a price sheet: what a part costs more or less than its whole is what one more of it adds.

    A part without a price of its own costs what its whole costs; sound and images read from the cache are read from the
    cache first, and sound and images second.
    """
    each: dict[str, Decimal] = {}
    for name, unit in UNITS.items():
        price = sheet.get(unit.price) if unit.price else None
        if price is None and _KEPT.get(name) in sheet:
            price = sheet.get("cache_read")
        if price is not None:
            each[name] = price / unit.per - sum((each.get(whole, _ZERO) for whole in unit.within), _ZERO)
    return Rates(sheet.get("request", _ZERO), {name: rate for name, rate in each.items() if rate})
