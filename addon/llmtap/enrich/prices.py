"""Where prices come from, in order of trust: the operator, genai-prices, a second source; there is no price in code.

What a model costs at a time is looked up once and kept as a `Tariff`.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from cachetools import LRUCache

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference
from llmtap.enrich import published
from llmtap.enrich.fallback import Fallback
from llmtap.enrich.overrides import PriceOverride, PriceSettings
from llmtap.enrich.tariff import Offer, Tariff

__all__ = ["PriceOverride", "PriceSettings", "Prices", "Tariff"]

REMEMBERED = 1024
"""How many tariffs (model, service tier, quarter of an hour) a `Prices` keeps at hand."""
QUARTER = 900
"""Seconds for which a tariff is taken to stay the same: prices by time of day change at full or half hours."""
LONGEST_MODEL = 200

_STANDARD = frozenset({"", "default", "standard", "standard_only", "auto", "on_demand"})
"""Words for no service tier in particular."""
_PREPAID = frozenset({"provisioned_throughput", "reserved", "scale"})
"""Tiers that are paid by the hour or month, so that a token has no price: Vertex AI's, Bedrock's, OpenAI's."""
_LIVE = "live"
"""The tier of Deepgram's live sessions: they have prices of their own (https://deepgram.com/pricing), in no list."""


class Source(Protocol):
    """Who knows list prices: of whoever answered, and of the makers of models; the best offer comes first."""

    def sold(self, exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime, /) -> Iterator[Offer]: ...

    def made(self, exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime, /) -> Iterator[Offer]: ...


class Prices:
    """All that is known about prices, with the tariffs already found kept at hand; used by one thread."""

    def __init__(self, settings: PriceSettings, second: Callable[[], bytes] | None = None) -> None:
        """Prefer the overrides of `settings` to list prices; `second` gives the file of the second source, if any."""
        self._overrides = settings.overrides
        self._sources: tuple[Source, ...] = (published,) if second is None else (published, Fallback(second))
        self._tariffs: LRUCache[tuple[object, ...], Tariff | None] = LRUCache(REMEMBERED)

    def tariff(self, exchange: Exchange, inference: Inference) -> Tariff | None:
        """Return what the call is priced by, or None: the first model named that the best source knows.

        The model that answered is asked for before the requested one and that of the path; at Bedrock it is the other
        way round, since only the path tells through which inference profile, at which surcharge, a model was called.
        """
        endpoint, host = exchange.endpoint, exchange.request.host.lower()
        named = (inference.response.model, inference.request.model, endpoint.model)
        if endpoint.provider == "aws.bedrock":
            named = named[::-1]
        tier = _tier(inference)
        if tier is None:
            return None
        try:
            quarter = int(exchange.started // QUARTER)
            at = dt.datetime.fromtimestamp(quarter * QUARTER, dt.UTC)
        except (OverflowError, ValueError, OSError):  # a recording whose start is no time at all
            return None
        key = (endpoint.provider, host, exchange.relay, named, tier, quarter)
        if key not in self._tariffs:
            models = tuple(dict.fromkeys(model.lower() for model in named if model and len(model) <= LONGEST_MODEL))
            found = self._find(exchange, models, tier, at)
            self._tariffs[key] = found
            return found
        return self._tariffs[key]

    def _find(self, exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime) -> Tariff | None:
        override = next((one for one in self._overrides if one.applies(exchange, models)), None)
        if override is not None and override.priced:
            return override.stated()
        listed = self._listed(exchange, models, tier, at)
        if listed is None:
            return None
        if override is not None:
            return override.corrected(listed)
        return replace(listed, pricing=f"list:{listed.pricing}") if exchange.relay is not None else listed

    def _listed(self, exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime) -> Tariff | None:
        """Return the list price: that of whoever answered, in either source, before that of the model's maker.

        A service tier that the first source has no price for is asked of the second, before it costs as standard.
        """
        if tier == _LIVE:
            return None
        standard = None
        for source in self._sources:
            offer = next(source.sold(exchange, models, tier, at), None)
            if offer is not None and (offer.tiered or not tier):
                return offer.tariff
            standard = standard or offer
        made = (offer for source in self._sources for offer in source.made(exchange, models, tier, at))
        offer = standard or next(made, None)
        return None if offer is None else offer.tariff


def _tier(inference: Inference) -> str | None:
    """Return the service tier by the name that prices know it by, "" for standard, None where a token has no price.

    Vertex AI says ON_DEMAND_PRIORITY and ON_DEMAND_FLEX for what others call by the last word.
    """
    said = (inference.response.service_tier or inference.request.service_tier or "")[:32].lower()
    if inference.wire_format == "deepgram_audio" and inference.events is not None:
        return _LIVE
    batch = inference.operation == "batch" or (inference.wire_format or "").endswith("_batches")
    tier = "batch" if batch else said.removeprefix("on_demand_")
    return None if tier in _PREPAID else "" if tier in _STANDARD else tier
