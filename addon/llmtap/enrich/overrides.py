"""The operator's corrections of prices: what a relay charges, what was negotiated, what a model of one's own costs."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.enrich.tariff import Tariff, stated_rates
from llmtap.enrich.units import PRICES, UNITS

_ONE = Decimal(1)
_STATED = (*sorted(PRICES), "request")
_PER_MILLION = frozenset(unit.price for unit in UNITS.values() if unit.per != 1)
_CURRENCY = re.compile("[A-Z]{3}")
CHEAPEST = Decimal("0.0005")
"""Of a million tokens or characters; the cheapest that is listed, of tokens from a cache, is six times that."""


class PriceOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price that the operator knows better, for calls whose provider, model, host (globs) and relay all match.

    `host` is the host that the application called, also when the call was redirected to a relay.

    Prices of tokens and characters are per million, the others each, `request` per call, all in `currency`; a part
    without a price of its own costs what its whole costs. Without any price, the list prices apply. Either way
    `multiplier` is applied last; on list prices, which are in USD, it leads to `currency`: 1.0 and CNY pay one yuan for
    each dollar of the list.
    """

    source: str
    checked: dt.date
    provider: str = "*"
    model: str = "*"
    host: str = "*"
    relay: str | None = None
    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    audio_input: Decimal | None = None
    audio_cache_read: Decimal | None = None
    audio_output: Decimal | None = None
    audio_second: Decimal | None = None
    image_input: Decimal | None = None
    image_cache_read: Decimal | None = None
    image_output: Decimal | None = None
    image: Decimal | None = None
    input_image: Decimal | None = None
    video_input: Decimal | None = None
    video_output: Decimal | None = None
    video_second: Decimal | None = None
    reasoning: Decimal | None = None
    web_search: Decimal | None = None
    social_search: Decimal | None = None
    file_search: Decimal | None = None
    code_execution: Decimal | None = None
    search: Decimal | None = None
    classification: Decimal | None = None
    text_message: Decimal | None = None
    character: Decimal | None = None
    page: Decimal | None = None
    annotated_page: Decimal | None = None
    request: Decimal | None = None
    multiplier: Decimal | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name in (*_STATED, "multiplier"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and value >= 0):
                raise ValueError(f"`{name}` must be a number that is not negative; a discount of 12 % is 0.88")
            if value and name in _PER_MILLION and value < CHEAPEST:
                raise ValueError(f"`{name}` is the price of a million, and this looks like that of one; multiply it")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError("`currency` must be the three capital letters of a currency, such as EUR or CNY")
        if not self.priced and self.multiplier is None and self.currency != "USD":
            raise ValueError("`currency` needs prices, or a multiplier that leads from the list prices in USD to it")

    @property
    def sheet(self) -> Mapping[str, Decimal]:
        """The prices that it states."""
        return {name: value for name in _STATED if (value := getattr(self, name)) is not None}

    @property
    def priced(self) -> bool:
        """Whether it states a price, rather than only a multiplier."""
        return bool(self.sheet)

    @property
    def factor(self) -> Decimal:
        """What prices are multiplied by."""
        return _ONE if self.multiplier is None else self.multiplier

    def applies(self, exchange: Exchange, models: tuple[str, ...]) -> bool:
        """Return whether it is about a call, one of whose models (lower case) has the name."""
        return (
            (self.relay is None or self.relay == exchange.relay)
            and fnmatchcase(exchange.endpoint.provider.lower(), self.provider.lower())
            and fnmatchcase(exchange.request.host.lower(), self.host.lower())
            and (self.model == "*" or any(fnmatchcase(model, self.model.lower()) for model in models))
        )

    def stated(self) -> Tariff:
        """Return the tariff of its own prices."""
        levels = ((0, stated_rates(self.sheet).times(self.factor)),)
        return Tariff(f"override:{self.provider}/{self.model}", self.checked.isoformat(), levels, self.currency)

    def corrected(self, listed: Tariff) -> Tariff:
        """Return a tariff of list prices as it is paid: multiplied, in its currency; the version says so."""
        terms = " ".join(filter(None, (f"{self.factor}", self.currency if self.currency != "USD" else "")))
        said = f"{listed.version} x {terms}" if self.multiplier is not None else listed.version
        levels = tuple((start, rates.times(self.factor)) for start, rates in listed.levels)
        return replace(listed, version=f"{said}, {self.checked}", levels=levels, currency=self.currency)


class PriceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The operator's corrections; the first that matches applies."""

    overrides: tuple[PriceOverride, ...] = ()
