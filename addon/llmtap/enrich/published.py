"""The first source of prices: genai-prices, as shipped in its wheel; nothing is ever fetched.

What a model costs at a time (historic prices, service tiers, cliffs by input length, cache, audio, searches) is asked
of its `calc_price`, by what one more of each unit adds to a price.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version as installed
from typing import TYPE_CHECKING

from llmtap.capture.exchange import Exchange
from llmtap.enrich.tariff import Levels, Offer, Rates, Tariff
from llmtap.enrich.units import UNITS

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

SELF_HOSTED = frozenset({"ollama", "llama.cpp", "lm_studio", "vllm", "local"})
"""Providers that run on the operator's own machines: a model's name says nothing about a price there."""

_IDS = {
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

_ASKED = {name: unit.asked for name, unit in UNITS.items() if unit.asked}
_PROBE = {asked: UNITS[name].probe for name, asked in _ASKED.items()}
"""A usage in which one more of any unit still fits into its whole."""


@cache
def _providers() -> "dict[str, Provider]":
    """Return the shipped providers by id; the import takes a quarter of a second, when the first call is priced."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    return {provider.id: provider for provider in get_snapshot().providers}


@cache
def _version() -> str:
    """Return of which data the prices are."""
    return f"genai-prices {installed('genai-prices')}"


def sold(exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime) -> Iterator[Offer]:
    """Yield what whoever answered sells under the names of a call: the provider's own, then what is at the host."""
    everyone = list(_providers().values())
    name = exchange.endpoint.provider
    own = _providers().get(_IDS.get(name, name))
    segment = exchange.request.path.partition("?")[0].lstrip("/").partition("/")[0][:64]
    url = f"https://{exchange.request.host.lower()}/{segment}/"
    hosting = next((one for one in everyone if one is not own and re.match(one.api_pattern, url)), None)
    for how, provider in (("provider", own), ("host", hosting)):
        for model in models if provider else ():
            if provider and (found := provider.find_model(model, all_providers=everyone)):
                yield from _offer(how, provider, found, tier, at)


def made(exchange: Exchange, models: tuple[str, ...], tier: str, at: dt.datetime) -> Iterator[Offer]:
    """Yield what the makers of the models named sell under these names; nothing where models run on own machines."""
    if exchange.endpoint.provider in SELF_HOSTED:
        return
    providers = _providers()
    for model in models:
        maker, slash, short = model.partition("/")
        if slash and maker in providers and (found := providers[maker].find_model(short)):
            yield from _offer("model", providers[maker], found, tier, at)
        for provider in providers.values():
            if provider.model_match and provider.model_match.is_match(model) and (found := provider.find_model(model)):
                yield from _offer("model", provider, found, tier, at)


def _offer(how: str, provider: "Provider", model: "ModelInfo", tier: str, at: dt.datetime) -> Iterator[Offer]:
    """Yield a model's price, if it is one per unit or per call."""
    if levels := _levels(provider, model, tier, at):
        yield Offer(Tariff(f"{how}:{provider.id}/{model.id}", _version(), levels), _tiered(provider, model, tier, at))


def _tiered(provider: "Provider", model: "ModelInfo", tier: str, at: dt.datetime) -> bool:
    """Whether a model has a price of its own for a tier at a time; whoever sells another's model has none there."""
    context = _context(tier) or {}
    return any(model is one for one in provider.models) and any(
        all(context.get(key) == value for key, value in variant.when.items())
        and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )


def _levels(provider: "Provider", model: "ModelInfo", tier: str, at: dt.datetime) -> Levels:
    """Return the rates of a model at a time, by asking what one more of each unit that it has a price for adds.

    Within a level prices are linear, so this is exact. () when the price is not one per unit or per call.
    """
    from genai_prices.data_units import unit_data  # noqa: PLC0415 -- see _providers
    from genai_prices.types import TieredPrices, Usage  # noqa: PLC0415 -- see _providers

    context = _context(tier)

    def asked(units: Mapping[str, int]) -> Decimal:
        return model.calc_price(Usage(**units), provider, genai_request_timestamp=at, price_context=context).total_price

    try:
        price = model.calc_price(Usage(), provider, genai_request_timestamp=at, price_context=context).model_price
        prices = {key: value for key, value in vars(price).items() if value is not None}
        tiered = (value.tiers for value in prices.values() if isinstance(value, TieredPrices))
        starts = sorted({step.start for steps in tiered for step in steps})
        priced = {unit for unit, one in unit_data.items() if one["price_key"] in prices and unit != "requests"}
        probe = {unit: _PROBE.get(unit, 0) for unit in priced | {"input_tokens"}}
        fixed = asked({})
        levels = []
        for start in (0, *starts):
            base = probe | {"input_tokens": start + _PROBE["input_tokens"]}
            total = asked(base)
            added = {
                name: asked(base | {unit: base[unit] + 1}) - total for name, unit in _ASKED.items() if unit in priced
            }
            levels.append((start, Rates(fixed, {name: rate for name, rate in added.items() if rate})))
    except (LookupError, ValueError, OverflowError, OSError):  # no such unit there, or no such day
        return ()
    free = not any(prices.values())
    return tuple(levels) if prices and (free or fixed or any(rates.each for _, rates in levels)) else ()


def _context(tier: str) -> Mapping[str, str] | None:
    """Return how a service tier is called there; Anthropic's fast mode is a speed, OpenAI's a tier."""
    if tier == "batch":
        return {"processing": "batch"}
    return {"service_tier": tier, "speed": tier} if tier else None
