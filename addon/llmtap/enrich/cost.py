"""Usage times price is cost. What is not known is None and a status that says so, never 0.

A cost that the provider reported beats a computed one, and both are kept. Where prices come from is the business of
`enrich.prices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Literal

from msgspec import structs

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference, InferenceResponse, Usage
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.prices import Prices, PriceSettings
from llmtap.enrich.tariff import Tariff
from llmtap.enrich.units import UNITS, Side

__all__ = ["Cost", "PriceSettings", "Prices", "price"]

_BILLED_ELSEWHERE = frozenset({"count_tokens"})
"""Operations that cost nothing, though their answers hold token counts (of no call)."""

type Count = int | Decimal

_COUNTED = tuple(UNITS)
_counted = attrgetter(*_COUNTED)

_ZERO = Decimal(0)
_READ_AS = (
    ("audio_input_tokens", "audio_cache_read_input_tokens"),
    ("image_input_tokens", "image_cache_read_input_tokens"),
)
_WRITTEN_FOR = ("cache_write_5m_input_tokens", "cache_write_1h_input_tokens")
_EXCLUSIVE = (
    ("input_tokens", ("cache_read_input_tokens", "cache_write_input_tokens", "tool_input_tokens")),
    ("input_tokens", ("audio_input_tokens", "image_input_tokens", "video_input_tokens")),
    ("cache_write_input_tokens", _WRITTEN_FOR),
    ("cache_read_input_tokens", tuple(part for _, part in _READ_AS)),
    *((whole, (part,)) for whole, part in _READ_AS),
    ("output_tokens", ("audio_output_tokens", "image_output_tokens", "video_output_tokens")),
    ("output_tokens", ("reasoning_output_tokens",)),
    ("pages", ("annotated_pages",)),
)
"""Wholes, each with parts that do not overlap."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Money for one call, and how it is known; what is not known is None.

    `status` is priced, unpriced (the usage is known, a price is not), partial (of input and output one is not known, or
    another model drew images at an unknown price: there are parts, and no total), estimated (no usage was reported:
    there is `estimated` alone) or unmetered (there is no usage to price). `estimated` is what `total` would be with
    estimated counts where none were reported. `total` is `reported`, the provider's own figure in USD, where there is
    one, else `computed`. The parts are computed ones: `input` and `output` exclude what the other parts say, searches
    and fees are in `computed` only.
    `pricing` tells which price was taken, and by what it was found: `provider:openai/gpt-5`, `host:…`, `override:…`, or
    `model:…` when only the model's name told (an unknown host, a gateway: the price of the model's maker). It begins
    with `fallback:` when the second source told, before that with `standard:` when the call had another service tier,
    of which no price is known, or `undivided:` when sound was counted and has no price of its own, and before that with
    `list:` when a relay answered and no override says what it charges. Of images that a chat had drawn the price stands
    behind a plus. `pricing_version` names the data, what was added to it, and by how much it was multiplied.
    """

    status: Literal["priced", "partial", "estimated", "unpriced", "unmetered"]
    total: Decimal | None = None
    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    reported: Decimal | None = None
    computed: Decimal | None = None
    currency: str = "USD"
    source: Literal["reported", "computed"] | None = None
    pricing: str | None = None
    pricing_version: str | None = None
    estimated: Decimal | None = None


def price(exchange: Exchange, inference: Inference, prices: Prices, estimate: Estimate | None = None) -> Cost:
    """Return what a call cost, as far as it is known: reported by its provider, computed from its usage, or neither.

    An `estimate` of counts that were not reported never enters the total, nor its parts.
    """
    answer = inference.response
    reported = answer.reported_cost
    if reported is not None and not (reported.is_finite() and reported >= 0):
        reported = None
    computed = _computed(exchange, inference, prices)
    if reported is None:
        return computed if estimate is None else _estimated(computed, exchange, _filled(inference, estimate), prices)
    if computed.currency != "USD":  # two currencies in one document would be added up by someone
        computed = Cost(computed.status)
    return replace(computed, status="priced", total=reported, reported=reported, source="reported")


def _filled(inference: Inference, estimate: Estimate) -> Inference:
    """Return the call as if the estimated counts had been reported."""
    usage = inference.response.usage or Usage()
    filled = structs.replace(
        usage,
        input_tokens=usage.input_tokens if estimate.input_tokens is None else estimate.input_tokens,
        output_tokens=usage.output_tokens if estimate.output_tokens is None else estimate.output_tokens,
    )
    return replace(inference, response=replace(inference.response, usage=filled))


def _estimated(computed: Cost, exchange: Exchange, filled: Inference, prices: Prices) -> Cost:
    """Return the cost as computed, and beside it what it is with all counts filled in, if that makes a total."""
    whole = _computed(exchange, filled, prices)
    if computed.total is not None or whole.total is None:
        return computed
    return replace(
        computed,
        status="estimated" if computed.status == "unmetered" else computed.status,
        estimated=whole.total,
        currency=whole.currency,
        pricing=whole.pricing,
        pricing_version=whole.pricing_version,
    )


def _computed(exchange: Exchange, inference: Inference, prices: Prices) -> Cost:
    usage = inference.response.usage
    if usage is None or inference.operation in _BILLED_ELSEWHERE:
        return Cost("unmetered")
    counts = _counts(usage)
    if not counts:
        return Cost("unmetered")
    tariff = prices.tariff(exchange, inference)
    if tariff is None or not consistent(counts):
        return Cost("unpriced")
    cost = _cost(tariff, counts)
    return _with_drawing(cost, exchange, inference, prices) if usage.image_tool_output_tokens else cost


def _with_drawing(cost: Cost, exchange: Exchange, inference: Inference, prices: Prices) -> Cost:
    """Return a cost with that of the images which another model drew; there is no total while that is not known."""
    used, model = inference.response.usage or Usage(), inference.response.image_tool_model
    drawn = Usage(
        used.image_tool_input_tokens,
        used.image_tool_output_tokens,
        image_input_tokens=used.image_tool_image_input_tokens,
        image_output_tokens=used.image_tool_output_tokens,
    )
    request, response = replace(inference.request, model=None, service_tier=None), InferenceResponse(model=model)
    apart = Cost("unpriced")
    if model:
        response = replace(response, usage=drawn)
        apart = _computed(exchange, replace(inference, operation="image", request=request, response=response), prices)
    if apart.total is None or cost.total is None or apart.currency != cost.currency:
        return replace(cost, status="partial", total=None, computed=None, source=None)
    total = cost.total + apart.total
    return replace(cost, total=total, computed=total, pricing=f"{cost.pricing} + {apart.pricing}")


def _counts(usage: Usage) -> dict[str, Count]:
    """Return what is counted, by the names of `UNITS`."""
    return {name: count for name, count in zip(_COUNTED, _counted(usage), strict=True) if count is not None}


def consistent(counts: Mapping[str, Count]) -> bool:
    """Whether no count is negative and the parts that exclude each other fit into their whole together."""
    if min(counts.values()) < 0:
        return False
    count, stated = counts.get, counts.keys()
    return all(
        sum([count(part, 0) for part in parts]) <= count(whole, 0)
        for whole, parts in _EXCLUSIVE
        if not stated.isdisjoint(parts)
    )


def _cost(tariff: Tariff, counts: Mapping[str, Count]) -> Cost:
    """Return the cost of known counts; there is no total while a side that has a price (input, output) is not known.

    A price of what was not counted (an image, a second of sound) is no price of the call. Where images that were read
    have a price each (Cohere), they are counted in place of tokens.
    """
    rates = tariff.rates(int(counts.get("input_tokens", 0)))
    each, count = rates.each.get, counts.get
    side: dict[Side, Decimal] = {"input_tokens": _ZERO, "output_tokens": _ZERO, "fees": _ZERO}
    for name, number in counts.items():
        if number and (rate := each(name)):
            side[UNITS[name].side] += rate * (1 if name in tariff.once else number)
    read = (each("input_tokens", _ZERO) + each("cache_read_input_tokens", _ZERO)) * count("cache_read_input_tokens", 0)
    for whole, part in _READ_AS:
        if again := count(part):
            read += (each(whole, _ZERO) + each(part, _ZERO)) * again
    written = _ZERO
    if kept := count("cache_write_input_tokens"):
        written = (each("input_tokens", _ZERO) + each("cache_write_input_tokens", _ZERO)) * kept
        written += sum(each(name, _ZERO) * count(name, 0) for name in _WRITTEN_FOR)
    each_image = count("input_images") and each("input_images")
    missing = not each_image and any(name not in counts and each(name) for name in ("input_tokens", "output_tokens"))
    known = "input_tokens" in counts or "output_tokens" in counts
    status: Literal["priced", "partial", "unmetered"] = "priced" if not missing else "partial" if known else "unmetered"
    if not missing and rates.each and not rates.fixed and not any(name in counts for name in rates.each):
        return Cost("unpriced")
    total = None if missing else rates.fixed + sum(side.values())
    return Cost(
        status=status,
        total=total,
        input=side["input_tokens"] - read - written if "input_tokens" in counts else None,
        output=side["output_tokens"] if "output_tokens" in counts else None,
        cache_read=read if "cache_read_input_tokens" in counts else None,
        cache_write=written if "cache_write_input_tokens" in counts else None,
        computed=total,
        currency=tariff.currency,
        source=None if missing else "computed",
        pricing=tariff.pricing,
        pricing_version=tariff.version,
    )
