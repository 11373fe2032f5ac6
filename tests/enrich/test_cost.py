"""Costs: known prices are reproduced, a reported cost wins, and what is not known has no cost."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as Oracle
from genai_prices import calc_price
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from llmtap.config import fallback_prices
from llmtap.decode.inference import Inference, Usage
from llmtap.enrich.cost import Cost, Prices, PriceSettings, price
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.prices import PriceOverride
from tests.enrich.call import STARTED, exchange, inference

PRICES = Prices(PriceSettings())
NOVEMBER = datetime.fromtimestamp(STARTED, UTC)


def cost(asked: Inference, provider: str = "openai", host: str = "api.openai.com") -> Cost:
    """Return the cost of a call to a provider at the shipped prices."""
    return price(exchange(provider=provider, host=host), asked, PRICES)


def reported(value: str, usage: Usage | None = None) -> Inference:
    """Return a chat whose provider reported its cost."""
    asked = inference(usage, answered="gpt-5")
    return replace(asked, response=replace(asked.response, reported_cost=Decimal(value)))


def test_the_known_price_of_a_cached_prompt() -> None:
    """1000 tokens in, 800 of them cached, 200 out: 0.00235 USD at gpt-5, half of it as a batch (providers.md 2.1)."""
    usage = Usage(input_tokens=1000, output_tokens=200, cache_read_input_tokens=800)
    found = cost(inference(usage, answered="gpt-5"))
    assert Decimal("0.00235") == found.total == found.computed
    assert (Decimal("0.00025"), Decimal("0.002"), Decimal("0.0001")) == (found.input, found.output, found.cache_read)
    told = (found.status, found.source, found.currency, found.pricing)
    assert told == ("priced", "computed", "USD", "provider:openai/gpt-5")
    assert cost(inference(usage, answered="gpt-5", tier="batch")).total == Decimal("0.001175")
    assert cost(replace(inference(usage, answered="gpt-5"), operation="batch")).total == Decimal("0.001175")


def test_the_known_price_of_cache_writes_and_searches() -> None:
    """Cache writes for five minutes and an hour and two searches cost 0.0521576 USD at Claude (providers.md 2.1)."""
    usage = Usage(
        input_tokens=8329,
        output_tokens=15,
        cache_read_input_tokens=3057,
        cache_write_input_tokens=5266,
        cache_write_5m_input_tokens=266,
        cache_write_1h_input_tokens=5000,
        web_searches=2,
    )
    found = cost(inference(usage, answered="claude-sonnet-4-5-20250929"), "anthropic")
    assert found.total == Decimal("0.0521576")
    parts = (found.input, found.output, found.cache_read, found.cache_write)
    assert parts == (Decimal("0.000018"), Decimal("0.000225"), Decimal("0.0009171"), Decimal("0.0309975"))


COUNTS = st.integers(0, 400_000)


@given(
    model=st.sampled_from(
        [("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("gcp.gemini", "gemini-2.5-pro"), ("x_ai", "grok-4")]
    ),
    fresh=COUNTS,
    cached=COUNTS,
    written=COUNTS,
    output=COUNTS,
    reasoning=COUNTS,
)
def test_it_agrees_with_genai_prices(
    model: tuple[str, str], fresh: int, cached: int, written: int, output: int, reasoning: int
) -> None:
    """Every usage costs what `calc_price` says, on both sides of each price cliff; the four parts are the total."""
    provider, name = model
    total = fresh + cached + written
    usage = Usage(total, output + reasoning, cached, written, reasoning_output_tokens=reasoning)
    found = cost(inference(usage, answered=name), provider, "example.com")
    oracle = calc_price(
        Oracle(
            input_tokens=total,
            output_tokens=output + reasoning,
            cache_read_tokens=cached,
            cache_write_tokens=written,
            output_reasoning_tokens=reasoning,
        ),
        name,
        provider_id={"gcp.gemini": "google", "x_ai": "x-ai"}.get(provider, provider),
    )
    assert found.total == oracle.total_price
    parts = (found.input, found.output, found.cache_read, found.cache_write)
    assert sum(part or 0 for part in parts) == found.total


LIVE = ("google", "gcp.gemini", "gemini-live-2.5-flash")
IMAGE = ("openai", "openai", "gpt-image-1")
FILM = ("google", "gcp.gemini", "gemini-omni-1.1-flash")
OCR = ("mistral", "mistral_ai", "mistral-ocr-2512")
VOICE = ("x-ai", "x_ai", "grok-voice-think-fast-2.0")


@pytest.mark.parametrize(
    ("model", "usage", "asked"),
    [
        (LIVE, Usage(900, 20, video_input_tokens=300), {"input_video_tokens": 300}),
        (LIVE, Usage(900, 20, audio_input_tokens=300, tool_input_tokens=90), {"input_audio_tokens": 300}),
        (FILM, Usage(900, 400, video_output_tokens=300), {"output_video_tokens": 300}),
        (
            IMAGE,
            Usage(900, 0, 500, image_input_tokens=400, image_cache_read_input_tokens=300),
            {"cache_read_tokens": 500, "input_image_tokens": 400, "cache_image_read_tokens": 300},
        ),
        (OCR, Usage(pages=7), {"input_document_pages": 7}),
        (OCR, Usage(pages=7, annotated_pages=3), {"input_document_pages": 7, "input_annotated_document_pages": 3}),
        (
            VOICE,
            Usage(audio_seconds=Decimal("12.5"), text_messages=3),
            {"audio_seconds": Decimal("12.5"), "input_text_messages": 3},
        ),
    ],
)
def test_other_units_cost_what_genai_prices_says(
    model: tuple[str, str, str], usage: Usage, asked: dict[str, int | Decimal]
) -> None:
    """Films, images from the cache, pages, seconds and messages, as precisely as a third of a dollar can be written."""
    seller, provider, name = model
    tokens = {side: count for side in ("input_tokens", "output_tokens") if (count := getattr(usage, side))}
    oracle = calc_price(Oracle(**tokens, **asked), name, provider_id=seller, genai_request_timestamp=NOVEMBER)
    found = cost(inference(usage, answered=name), provider, "example.com")
    assert oracle.total_price > 0
    assert found.total is not None
    assert abs(found.total - oracle.total_price) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("provider", "model", "usage", "paid"),
    [
        ("cohere", "embed-english-v3.0", Usage(input_images=3), "0.0003"),
        ("openai", "sora-2", Usage(video_seconds=Decimal(8)), "0.8"),
        ("cohere", "embed-english-v3.0", Usage(1_000_000, input_images=3), "0.1003"),
    ],
)
def test_what_only_the_second_source_knows(provider: str, model: str, usage: Usage, paid: str) -> None:
    """Images that are read in place of tokens, and seconds of a film."""
    call, both = exchange(provider=provider, host="example.com"), Prices(PriceSettings(), fallback_prices)
    found = price(call, inference(usage, answered=model), both)
    assert (found.status, found.total) == ("priced", Decimal(paid))


@pytest.mark.parametrize(("model", "total"), [("gpt-image-1", "0.17007"), ("a-brush", None), (None, None)])
def test_what_the_image_tool_used_is_priced_by_its_model(model: str | None, total: str | None) -> None:
    """62 tokens asked (22 of a picture) and 4160 drawn, at 5, 10 and 40; else there are parts of the chat alone."""
    drawn = Usage(
        1000, 200, image_tool_input_tokens=62, image_tool_image_input_tokens=22, image_tool_output_tokens=4160
    )  # fmt: skip
    chat, asked = (inference(usage, answered="gpt-5") for usage in (Usage(1000, 200), drawn))
    alone, found = cost(chat), cost(replace(asked, response=replace(asked.response, image_tool_model=model)))
    assert (found.input, found.output) == (alone.input, alone.output)
    assert found.total == found.computed == (Decimal(total) if total else None)
    assert found.pricing == f"{alone.pricing}{' + provider:openai/gpt-image-1' if total else ''}"
    assert found.status == ("priced" if total else "partial")


def test_audio_has_its_own_price() -> None:
    """Audio tokens cost more than text tokens, and cached ones less."""
    usages = (Usage(1000, 100), Usage(1000, 100, audio_input_tokens=600))
    plain, spoken = (cost(inference(usage, answered="gpt-realtime")).total for usage in usages)
    cached = Usage(1000, 100, 500, audio_input_tokens=600, audio_cache_read_input_tokens=400)
    heard = cost(inference(cached, answered="gpt-realtime"))
    assert plain is not None
    assert spoken is not None
    assert heard.total is not None
    assert plain < spoken
    assert heard.total < spoken
    assert sum(part or 0 for part in (heard.input, heard.output, heard.cache_read)) == heard.total
    sheet = {"input": 4, "audio_input": 32, "cache_read": 1, "audio_cache_read": 2, "output": 16}
    listed = Prices(
        PriceSettings((convert({"source": "a contract", "checked": "2026-11-01", **sheet}, PriceOverride),))
    )
    found = price(exchange(), inference(cached, answered="gpt-realtime"), listed)
    parts = (found.input, found.cache_read, found.output)
    assert parts == tuple(Decimal(millionths) / 1_000_000 for millionths in (300 * 4 + 200 * 32, 100 + 400 * 2, 1600))


def test_a_reported_cost_beats_a_computed_one_and_both_are_kept() -> None:
    """The provider's own figure is the total; what it would have been by the price list stays beside it."""
    found = cost(reported("0.5", Usage(1000, 200)))
    assert (Decimal("0.5"), Decimal("0.5"), Decimal("0.00325"), "reported") == (
        found.total,
        found.reported,
        found.computed,
        found.source,
    )
    alone = cost(reported("0"))
    assert ("priced", Decimal(0), None) == (alone.status, alone.total, alone.computed)


@pytest.mark.parametrize("nonsense", ["NaN", "Infinity", "-1"])
def test_a_reported_cost_that_is_no_amount_is_ignored(nonsense: str) -> None:
    """What is not a finite amount of money was not reported."""
    assert cost(reported(nonsense)) == Cost("unmetered")


@pytest.mark.parametrize("usage", [None, Usage(), Usage(inconsistent=True)])
def test_without_usage_a_call_is_unmetered(usage: Usage | None) -> None:
    """A 429 or a stream without usage has no cost, which is not a cost of 0."""
    assert cost(inference(usage, answered="gpt-5")) == Cost("unmetered")


def test_counting_costs_nothing() -> None:
    """An operation whose token counts are those of no call is unmetered."""
    asked = replace(inference(Usage(1000, 200), answered="gpt-5"), operation="count_tokens")
    assert cost(asked) == Cost("unmetered")


def test_a_batch_costs_what_batches_cost() -> None:
    """The usage of a batch is priced at half, whoever tells it."""
    called = inference(Usage(1000, 200), answered="gpt-5")
    batch = replace(called, operation="retrieve", wire_format="openai_batches")
    assert cost(batch).total == (cost(called).total or 0) / 2


def test_without_a_price_a_call_is_unpriced() -> None:
    """A model that nobody knows has no cost, and neither has one without a name."""
    assert cost(inference(Usage(1000, 200), answered="my-own-model")) == Cost("unpriced")
    assert cost(inference(Usage(1000, 200))) == Cost("unpriced")


def test_half_a_usage_has_no_total() -> None:
    """A stream cut off before its output was counted keeps the cost of its input; an embedding has no output."""
    found = cost(inference(Usage(input_tokens=1000), answered="gpt-5"))
    assert ("partial", None, Decimal("0.00125"), None) == (found.status, found.total, found.input, found.output)
    found = cost(inference(Usage(input_tokens=1000), answered="text-embedding-3-small"))
    assert ("priced", Decimal("0.00002")) == (found.status, found.total)


def test_another_currency_is_not_added_to_a_reported_cost() -> None:
    """A price in euros makes a cost in euros; where the provider reported dollars, only those are kept."""
    euros = PriceOverride(source="a contract", checked=date(2026, 11, 1), input=Decimal(2), currency="EUR")
    prices = Prices(PriceSettings((euros,)))
    found = price(exchange(), inference(Usage(1_000_000, 0), answered="gpt-5"), prices)
    assert ("EUR", Decimal(2)) == (found.currency, found.total)
    found = price(exchange(), reported("0.5", Usage(1_000_000, 0)), prices)
    assert ("USD", Decimal("0.5"), None, None) == (found.currency, found.total, found.computed, found.input)
    found = price(exchange(), inference(None, answered="gpt-5"), prices, Estimate(1_000_000, 0, "ratio"))
    assert ("EUR", Decimal(2), None) == (found.currency, found.estimated, found.total)


def test_counts_of_neither_side_are_unmetered() -> None:
    """Of a usage that has searches only neither side is known."""
    assert cost(inference(Usage(web_searches=1), answered="gpt-5")).status == "unmetered"


@pytest.mark.parametrize(
    ("usage", "filled", "status", "parts"),
    [
        (None, Estimate(1000, 200, "ratio"), "estimated", (None, None)),
        (Usage(1000), Estimate(None, 200, "ratio"), "partial", (Decimal("0.00125"), None)),
        (Usage(None, 200), Estimate(1000, None, "ratio"), "partial", (None, Decimal("0.002"))),
    ],
)
def test_an_estimate_has_a_cost_of_its_own(
    usage: Usage | None, filled: Estimate, status: str, parts: tuple[Decimal | None, Decimal | None]
) -> None:
    """What was estimated is in `estimated` alone: no total, and parts of reported counts only."""
    found = price(exchange(), inference(usage, answered="gpt-5"), PRICES, filled)
    assert (status, None, Decimal("0.00325"), parts) == (
        found.status,
        found.total,
        found.estimated,
        (found.input, found.output),
    )
    assert (None, "provider:openai/gpt-5") == (found.source, found.pricing)


def test_an_estimate_that_cannot_be_priced_changes_nothing() -> None:
    """Half an estimate, an unknown model, a contradiction and a reported cost leave the cost as it was."""
    half, whole = Estimate(1000, None, "ratio"), Estimate(1000, 200, "ratio")
    for asked, filled in (
        (inference(None, answered="gpt-5"), half),
        (inference(None, answered="my-own-model"), whole),
        (inference(Usage(None, 5, 2000), answered="gpt-5"), half),
        (reported("0.5"), whole),
    ):
        assert price(exchange(), asked, PRICES, filled) == cost(asked)
