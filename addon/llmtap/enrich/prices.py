"""Where prices come from, and nowhere else is it known: genai-prices as shipped in its wheel, then the operator.

There is no price in this file and nothing is ever fetched. What a model costs at a time (historic prices, service
tiers, cliffs by input length, cache, audio, searches) is asked of genai-prices' `calc_price` once and kept as a
`Tariff`.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
from cachetools import LRUCache

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

REMEMBERED = 1024
"""How many tariffs (model, service tier, quarter of an hour) a `Prices` keeps at hand."""
QUARTER = 900
"""Seconds for which a tariff is taken to stay the same: prices by time of day change at full or half hours."""
LONGEST_MODEL = 200

_MILLION = Decimal(1_000_000)
_SELF_HOSTED = frozenset({"ollama", "llama.cpp", "lm_studio", "vllm", "local"})
"""Providers that run on the operator's own machines: a model's name says nothing about a price there."""

_PROVIDER_IDS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}
"""`gen_ai.provider.name` to the id in genai-prices, where they differ."""

UNITS = {
    "input_tokens": "input_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_write_input_tokens": "cache_write_tokens",
    "cache_write_5m_input_tokens": "cache_write_5m_tokens",
    "cache_write_1h_input_tokens": "cache_write_1h_tokens",
    "audio_input_tokens": "input_audio_tokens",
    "image_input_tokens": "input_image_tokens",
    "audio_cache_read_input_tokens": "cache_audio_read_tokens",
    "output_tokens": "output_tokens",
    "audio_output_tokens": "output_audio_tokens",
    "image_output_tokens": "output_image_tokens",
    "reasoning_output_tokens": "output_reasoning_tokens",
    "web_searches": "web_searches",
}
"""Counts of our `Usage` to the unit in genai-prices; each whole stands before its parts."""

SIDES = {unit: "output_tokens" if unit.endswith("output_tokens") else "input_tokens" for unit in UNITS} | {
    "web_searches": "web_searches"
}
"""On which side of a call each count is billed."""

_PROBE = {
    "input_tokens": 100, "cache_read_tokens": 10, "cache_write_tokens": 20, "cache_write_5m_tokens": 5,
    "cache_write_1h_tokens": 5, "input_audio_tokens": 20, "input_image_tokens": 20, "cache_audio_read_tokens": 1,
    "cache_image_read_tokens": 0, "output_tokens": 100, "output_audio_tokens": 10, "output_image_tokens": 10,
    "output_reasoning_tokens": 10, "web_searches": 0,
}  # fmt: skip
"""A usage in which one more of any unit still fits into its whole."""


class PriceOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price that the operator knows better, for calls whose provider, model, host (globs) and relay all match.

    `host` is the host that the application called, also when the call was redirected to a relay.

    Prices are per million tokens, `request` per call, all in `currency`; a part without a price of its own costs what
    its whole costs. Without any price, those of genai-prices apply; either way `multiplier` is applied last.
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
    audio_output: Decimal | None = None
    request: Decimal | None = None
    multiplier: Decimal = Decimal(1)
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name in (*_OVERRIDDEN, "multiplier"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and value >= 0):
                raise ValueError(f"{name} must be a number that is not negative")
        if not self.priced and self.currency != "USD":
            raise ValueError("a currency needs prices: those of genai-prices are in USD")

    @property
    def priced(self) -> bool:
        """Whether it states a price, rather than only a multiplier."""
        return any(getattr(self, name) is not None for name in _OVERRIDDEN)


_OVERRIDDEN = (
    "input", "output", "cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_output", "request",
)  # fmt: skip


class PriceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The operator's corrections; the first that matches applies."""

    overrides: tuple[PriceOverride, ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """A price as a linear form: `fixed` for a call, and for each count what one more of it adds to the total."""

    fixed: Decimal
    each: Mapping[str, Decimal]

    def times(self, factor: Decimal) -> "Rates":
        """Return these rates, each multiplied."""
        return Rates(self.fixed * factor, {name: rate * factor for name, rate in self.each.items()})


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of a model at a time: `levels` are the rates by the count of input tokens above which they hold."""

    pricing: str
    version: str
    levels: tuple[tuple[int, Rates], ...]
    currency: str = "USD"

    def rates(self, input_tokens: int) -> Rates:
        """Return the rates of a call with so many input tokens; the highest level reached holds for all of them."""
        return next((rates for start, rates in reversed(self.levels) if input_tokens > start), self.levels[0][1])


class Prices:
    """All that is known about prices, with the tariffs already found kept at hand; used by one thread."""

    def __init__(self, settings: PriceSettings) -> None:
        """Prefer the overrides of `settings` to the shipped prices."""
        self._overrides = settings.overrides
        self._tariffs: LRUCache[tuple[object, ...], Tariff | None] = LRUCache(REMEMBERED)

    def tariff(self, exchange: Exchange, inference: Inference) -> Tariff | None:
        """Return what the call is priced by, or None: the first model named that the best source knows.

        The model that answered is asked for before the requested one and that of the path; the provider's own prices
        before those of whoever the host belongs to, and those before the prices of the model's maker.
        """
        endpoint, host = exchange.endpoint, exchange.request.host.lower()
        named = (inference.response.model, inference.request.model, endpoint.model)
        tier = inference.response.service_tier or inference.request.service_tier or ""
        tier = "batch" if inference.operation == "batch" else tier[:32].lower()
        try:
            quarter = int(exchange.started // QUARTER)
        except (OverflowError, ValueError):  # a recording whose start is no time at all
            return None
        key = (endpoint.provider, host, exchange.relay, named, tier, quarter)
        if key not in self._tariffs:
            models = tuple(dict.fromkeys(model.lower() for model in named if model and len(model) <= LONGEST_MODEL))
            found = self._find(exchange, models, tier, quarter)
            self._tariffs[key] = found
            return found
        return self._tariffs[key]

    def _find(self, exchange: Exchange, models: tuple[str, ...], tier: str, quarter: int) -> Tariff | None:
        override = next((one for one in self._overrides if _applies(one, exchange, models)), None)
        if override is not None and override.priced:
            return _stated(override)
        for how, provider, model in _known(exchange, models):
            levels = _levels(provider, model, tier, quarter)
            if levels and override is not None:
                levels = tuple((start, rates.times(override.multiplier)) for start, rates in levels)
            if levels:
                version = _version() if override is None else f"{_version()}, {override.checked}"
                unsaid = "list:" if exchange.relay is not None and override is None else ""
                return Tariff(f"{unsaid}{how}:{provider.id}/{model.id}", version, levels)
        return None


def _applies(override: PriceOverride, exchange: Exchange, models: tuple[str, ...]) -> bool:
    return (
        (override.relay is None or override.relay == exchange.relay)
        and fnmatchcase(exchange.endpoint.provider.lower(), override.provider.lower())
        and fnmatchcase(exchange.request.host.lower(), override.host.lower())
        and (override.model == "*" or any(fnmatchcase(model, override.model.lower()) for model in models))
    )


def _stated(override: PriceOverride) -> Tariff:
    """Return the tariff of an override: what a part costs more or less than its whole is what one more of it adds."""

    def above(part: Decimal | None, whole: Decimal | None) -> Decimal:
        return Decimal(0) if part is None else (part - (whole or 0)) / _MILLION

    paid, written = override.input, override.input if override.cache_write is None else override.cache_write
    each = {
        "input_tokens": above(paid, None),
        "output_tokens": above(override.output, None),
        "cache_read_input_tokens": above(override.cache_read, paid),
        "cache_write_input_tokens": above(override.cache_write, paid),
        "cache_write_1h_input_tokens": above(override.cache_write_1h, written),
        "audio_input_tokens": above(override.audio_input, paid),
        "audio_output_tokens": above(override.audio_output, override.output),
    }
    rates = Rates(override.request or Decimal(0), {unit: rate for unit, rate in each.items() if rate})
    pricing = f"override:{override.provider}/{override.model}"
    levels = ((0, rates.times(override.multiplier)),)
    return Tariff(pricing, override.checked.isoformat(), levels, override.currency)


@cache
def _providers() -> "dict[str, Provider]":
    """Return the shipped providers by id; the import takes a quarter of a second, when the first call is priced."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    return {provider.id: provider for provider in get_snapshot().providers}


@cache
def _version() -> str:
    return f"genai-prices {version('genai-prices')}"


def _known(exchange: Exchange, models: tuple[str, ...]) -> "Iterator[tuple[str, Provider, ModelInfo]]":
    """Yield how a price was found, whose it is and for which model, best source first."""
    providers = _providers()
    everyone = list(providers.values())
    name = exchange.endpoint.provider
    own = providers.get(_PROVIDER_IDS.get(name, name))
    segment = exchange.request.path.partition("?")[0].lstrip("/").partition("/")[0][:64]
    url = f"https://{exchange.request.host.lower()}/{segment}/"
    hosting = next((one for one in everyone if one is not own and re.match(one.api_pattern, url)), None)
    for how, provider in (("provider", own), ("host", hosting)):
        for model in models if provider else ():
            if provider and (found := provider.find_model(model, all_providers=everyone)):
                yield how, provider, found
    if name in _SELF_HOSTED:
        return
    for model in models:
        maker, slash, short = model.partition("/")
        if slash and maker in providers and (found := providers[maker].find_model(short)):
            yield "model", providers[maker], found
        for provider in everyone:
            if provider.model_match and provider.model_match.is_match(model) and (found := provider.find_model(model)):
                yield "model", provider, found


def _levels(provider: "Provider", model: "ModelInfo", tier: str, quarter: int) -> tuple[tuple[int, Rates], ...]:
    """Return the rates of a model in a quarter of an hour, by asking what one more of each unit adds to a price.

    Within a level prices are linear, so this is exact. () when the price is not one per token or per call.
    """
    from genai_prices.types import TieredPrices, Usage  # noqa: PLC0415 -- see _providers

    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier} if tier else None

    def asked(**units: int) -> Decimal:
        return model.calc_price(Usage(**units), provider, genai_request_timestamp=at, price_context=context).total_price

    try:
        at = dt.datetime.fromtimestamp(quarter * QUARTER, dt.UTC)
        price = model.calc_price(Usage(), provider, genai_request_timestamp=at, price_context=context).model_price
        prices = [value for value in vars(price).values() if value is not None]
        starts = sorted({tier.start for value in prices if isinstance(value, TieredPrices) for tier in value.tiers})
        fixed = asked()
        levels: list[tuple[int, Rates]] = []
        for start in (0, *starts):
            base = _PROBE | {"input_tokens": start + _PROBE["input_tokens"]}
            total = asked(**base)
            added = {ours: asked(**base | {unit: base[unit] + 1}) - total for ours, unit in UNITS.items()}
            levels.append((start, Rates(fixed, {ours: rate for ours, rate in added.items() if rate})))
    except (LookupError, ValueError, OverflowError, OSError):  # no such unit there, or no such day
        return ()
    free = all(value == 0 for value in prices)
    return tuple(levels) if prices and (free or fixed or any(rates.each for _, rates in levels)) else ()
