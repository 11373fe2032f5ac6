"""What is asked beside the lists: where a model ran, how fast, by which tools, and what is billed once a call."""

from dataclasses import replace
from decimal import Decimal

import pytest

from llmtap.capture.exchange import Exchange
from llmtap.config import fallback_prices
from llmtap.decode.inference import Inference, Usage
from llmtap.enrich.cost import Cost, Prices, PriceSettings, price
from llmtap.enrich.surcharge import place
from tests.enrich.call import exchange, inference

PRICES = Prices(PriceSettings(), fallback_prices)
GEMINI = exchange(provider="gcp.gemini", host="generativelanguage.googleapis.com")
MILLION = Usage(1_000_000, 0)
APRIL, MARCH = 1_776_000_000.0, 1_773_000_000.0


def vertex(location: str, host: str = "aiplatform.googleapis.com") -> Exchange:
    """Return a call to Vertex AI that names a location in its path."""
    path = f"/v1/projects/p/locations/{location}/publishers/x/models/y:generateContent"
    return exchange(provider="gcp.vertex_ai", host=host, path=path)


def ran(model: str, usage: Usage = MILLION, *, speed: str | None = None, geo: str | None = None) -> Inference:
    """Return a chat whose answer says how fast and where it ran."""
    asked = inference(usage, answered=model)
    return replace(asked, response=replace(asked.response, speed=speed, inference_geo=geo))


@pytest.mark.parametrize(
    ("call", "model", "dearer"),
    [
        (vertex("europe-west1", "europe-west1-aiplatform.googleapis.com"), "claude-sonnet-4-5@20250929", True),
        (vertex("eu", "aiplatform.eu.rep.googleapis.com"), "claude-opus-5", True),
        (vertex("us-central1", "us-central1-aiplatform.googleapis.com"), "google/gemini-3.1-pro-preview", True),
        (vertex("global"), "claude-sonnet-4-5", False),
        (vertex("global"), "gemini-3.8-flash", False),
        (vertex("europe-west1"), "claude-opus-4-1@20250805", False),
        (vertex("europe-west1"), "claude-sonnet-4@20250514", False),
        (vertex("europe-west1"), "gemini-2.5-pro", False),
        (exchange(provider="gcp.vertex_ai", host="us-east5-aiplatform.googleapis.com"), "claude-haiku-4-5", True),
        (exchange(provider="gcp.vertex_ai", host="aiplatform.googleapis.com"), "claude-haiku-4-5", False),
        (exchange(host="eu.api.openai.com"), "gpt-5.4-mini-2026-03-17", True),
        (exchange(host="us.api.openai.com"), "gpt-6-astra", True),
        (exchange(host="eu.api.openai.com"), "gpt-5.2", False),
        (exchange(), "gpt-6-astra", False),
        (exchange(provider="azure.ai.openai", host="eu.api.openai.com"), "gpt-6-astra", False),
    ],
)
def test_one_place_only_costs_a_tenth_more(call: Exchange, model: str, dearer: bool) -> None:  # noqa: FBT001 -- expected
    """At Vertex AI by the location of the call, at OpenAI by the host; for models since which each of them says so."""
    assert place(call, ran(model), model) == (Decimal("1.1") if dearer else None)


def test_the_version_says_what_was_added() -> None:
    """A model in one region: 2.20 instead of 2 a million."""
    found = price(vertex("europe-west1"), ran("gemini-3.1-pro-preview", Usage(100_000, 0)), PRICES)
    assert (found.total, found.pricing_version) == (Decimal("0.22"), "genai-prices 0.2.3 x 1.1")


@pytest.mark.parametrize(
    ("model", "started", "geo", "total"),
    [
        ("claude-opus-4-6", APRIL, None, 30),
        ("claude-opus-4-7", APRIL, "us", 33),
        ("claude-opus-4-6", MARCH, None, None),
        ("claude-opus-4-5", APRIL, None, None),
        ("claude-opus-4-8", APRIL, None, 10),
    ],
)
def test_the_fast_mode_of_old_models(model: str, started: float, geo: str | None, total: int | None) -> None:
    """Six times the list, since the day of which the page is known; before it there is no price, and it adds up."""
    found = price(
        exchange(provider="anthropic", host="api.anthropic.com", started=started),
        ran(model, speed="fast", geo=geo),
        PRICES,
    )
    assert found.total == total
    assert found.status == ("unpriced" if total is None else "priced")


def test_tools_of_xai_cost_the_same_for_every_model() -> None:
    """Half a cent for a search of the web or X and for code, a quarter for one of collections."""
    usage = Usage(0, 0, web_searches=1, social_searches=2, code_executions=3, file_searches=4)
    found = price(exchange(provider="x_ai", host="api.x.ai"), ran("grok-4.3", usage), PRICES)
    assert (found.total, found.pricing_version) == (Decimal("0.04"), "genai-prices 0.2.3 + fees")


@pytest.mark.parametrize(
    ("model", "fee"),
    [("gemini-2.5-flash", "0.035"), ("gemini-2.0-flash", "0.035"), ("gemini-3-flash-preview", "0.042")],
)
def test_grounding_is_billed_by_the_prompt_or_by_the_query(model: str, fee: str) -> None:
    """Three queries of one prompt: once until Gemini 2.5, each from Gemini 3 on."""
    found = price(GEMINI, ran(model, Usage(0, 0, web_searches=3)), PRICES)
    assert found.total == Decimal(fee)
    assert price(GEMINI, ran(model, Usage(0, 0, web_searches=0)), PRICES).total == 0


def test_nothing_is_added_to_what_is_not_sold() -> None:
    """A model without a price has none in any place, at any speed."""
    assert price(
        exchange(provider="anthropic", host="api.anthropic.com"), ran("claude-nobody", speed="fast", geo="us"), PRICES
    ) == Cost("unpriced")
