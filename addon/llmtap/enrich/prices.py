"""Where prices come from, in order of trust: the operator, genai-prices, a second source; no price is in code.

What the vendors ask beside their lists is in `enrich.surcharge`, since neither source knows it.

What a model costs at a time is looked up once and kept as a `Tariff`.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, Protocol

from cachetools import LRUCache

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import UNUSED, Inference
from llmtap.enrich import published, surcharge
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
_FAST, _LIVE, _PAID = "fast", "live", "paid"
_APART = frozenset({_FAST, "ultrafast", _LIVE})
"""Tiers whose price is far from the standard one, so that none is better than that: Anthropic's fast mode, at two to
six times of it, OpenAI's `ultrafast`, at six, and Deepgram's live sessions (https://deepgram.com/pricing), of which no
list knows a price."""
_PREPAID = frozenset({"provisioned_throughput", "reserved", "scale"})
"""Tiers that are paid by the hour or month, so that a token has no price: Vertex AI's, Bedrock's, OpenAI's."""
_COMMITTED = frozenset({("anthropic", "priority")})
"""The same, by a word that others use for a tier with a price: capacity that was bought for months
(https://platform.claude.com/docs/en/api/service-tiers, November 2026)."""
_RENAMED = {("openai", _FAST): "priority", ("azure.ai.openai", _FAST): "priority"}
"""What OpenAI calls its priority processing since 30 July 2026 (https://openai.com/api-fast-mode/); both words hold."""


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
        tier = _tier(endpoint.provider, inference)
        try:
            quarter = int(exchange.started // QUARTER)
            at = dt.datetime.fromtimestamp(quarter * QUARTER, dt.UTC)
        except (OverflowError, ValueError, OSError):  # a recording whose start is no time at all
            return None
        place = surcharge.place(exchange, inference, next(filter(None, named), ""))
        sound = _sound(inference)
        key = (endpoint.provider, host, exchange.relay, named, tier, quarter, place, sound)
        if key not in self._tariffs:
            models = tuple(dict.fromkeys(model.lower() for model in named if model and len(model) <= LONGEST_MODEL))
            found = self._find(exchange, models, _Terms(tier, at, place, sound))
            self._tariffs[key] = found
            return found
        return self._tariffs[key]

    def _find(self, exchange: Exchange, models: tuple[str, ...], terms: "_Terms") -> Tariff | None:
        override = next((one for one in self._overrides if one.applies(exchange, models)), None)
        if override is not None and override.priced:
            return override.stated()
        listed = self._listed(exchange, models, terms)
        if listed is None:
            return None
        if override is not None:
            return override.corrected(listed)
        return listed.called("list") if exchange.relay is not None else listed

    def _listed(self, exchange: Exchange, models: tuple[str, ...], terms: "_Terms") -> Tariff | None:
        """Return the list price on the terms of a call, called by what it does not tell apart.

        `standard` is one of which the call's tier has no price, `undivided` one of all tokens though some are of sound.
        """
        if terms.tier == _PAID:
            return None
        offer = self._offer(exchange, models, terms)
        if offer is not None:
            listed = offer.tariff.called("standard") if terms.tier and not offer.tiered else offer.tariff
        elif terms.tier == _FAST and (slow := self._offer(exchange, models, terms._replace(tier=""))) is not None:
            found = surcharge.fast(slow.tariff, terms.at)
            if found is None:
                return None
            listed = found
        else:
            return None
        if terms.sound and not listed.sounds:
            listed = listed.called("undivided")
        listed = surcharge.with_fees(listed, exchange.endpoint.provider)
        return listed if terms.place is None else listed.of_tokens_times(terms.place)

    def _offer(self, exchange: Exchange, models: tuple[str, ...], terms: "_Terms") -> Offer | None:
        """Return the list price: that of whoever answered, in either source, before that of the model's maker."""
        sold = (next(source.sold(exchange, models, terms.tier, terms.at), None) for source in self._sources)
        made = (next(source.made(exchange, models, terms.tier, terms.at), None) for source in self._sources)
        return terms.best(sold) or terms.best(made)


class _Terms(NamedTuple):
    """What the price of a model depends on; `place` is a factor, `sound` whether tokens of sound were counted."""

    tier: str
    at: dt.datetime
    place: Decimal | None
    sound: bool

    def best(self, offers: Iterable[Offer | None]) -> Offer | None:
        """Return the first offer that states all that is asked for, else the first that states most of it.

        A price of sound weighs more than one of a service tier: it is up to fifty times that of text. Where no source
        tells sound apart, it costs what text does, and a tier that none knows costs the standard price (which is then
        called so), but for one whose price is far from it: then there is no price.
        """
        best = None
        for offer in offers:
            if offer is None:
                continue
            fit = (offer.tariff.sounds or not self.sound, offer.tiered or not self.tier)
            if all(fit):
                return offer
            if best is None or fit > best[0]:
                best = fit, offer
        if best is None or (self.tier in _APART and not best[1].tiered):
            return None
        return best[1]


def _sound(inference: Inference) -> bool:
    """Return whether tokens of sound were counted."""
    usage = inference.response.usage or UNUSED
    return bool(usage.audio_input_tokens or usage.audio_output_tokens)


def _tier(provider: str, inference: Inference) -> str:
    """Return the service tier by the name that prices know it by, "" for standard, "paid" where a token has no price.

    Anthropic's fast mode has a name of its own beside the tier (`speed`). Vertex AI says ON_DEMAND_PRIORITY and
    ON_DEMAND_FLEX for what others call by the last word. Perplexity's fee goes by how much it searched, like a tier.
    """
    if provider == "perplexity" and inference.response.search_context:
        return inference.response.search_context[:32].lower()
    if inference.response.speed == "fast":
        return _FAST
    said = (inference.response.service_tier or inference.request.service_tier or "")[:32].lower()
    if inference.wire_format == "deepgram_audio" and inference.events is not None:
        return _LIVE
    batch = inference.operation == "batch" or (inference.wire_format or "").endswith("_batches")
    tier = "batch" if batch else said.removeprefix("on_demand_")
    if tier in _PREPAID or (provider, tier) in _COMMITTED:
        return _PAID
    return "" if tier in _STANDARD else _RENAMED.get((provider, tier), tier)
