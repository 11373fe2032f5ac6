"""Tariffs: found by provider, host or model, of the right time, and overridden by the operator."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.config import fallback_prices
from llmtap.decode.inference import Inference, Usage
from llmtap.enrich.cost import Cost, price
from llmtap.enrich.prices import PriceOverride, Prices, PriceSettings
from tests.enrich.call import exchange, inference

SHIPPED = Path(__file__).parent.parent.parent / "config/prices.yaml"
THOUSAND = Usage(1000, 1000)
CLAUDE = exchange(provider="anthropic", host="api.anthropic.com")
ORIGIN = {"source": "https://example.com", "checked": "2026-11-01"}


@pytest.mark.parametrize(
    ("provider", "host", "model", "pricing"),
    [
        ("openai", "api.openai.com", "gpt-4o-2024-08-06", "provider:openai/"),
        ("azure.ai.openai", "x.openai.azure.com", "gpt-4o-2024-08-06", "provider:azure/"),
        ("gcp.gemini", "generativelanguage.googleapis.com", "gemini-2.5-pro", "provider:google/"),
        ("aws.bedrock", "bedrock-runtime.us-east-1.amazonaws.com", "amazon.nova-lite-v1:0", "provider:aws/"),
        ("mistral_ai", "api.mistral.ai", "mistral-large-latest", "provider:mistral/"),
        ("zhipu", "api.z.ai", "glm-4.6", "host:zai/"),
        ("relay.example", "relay.example", "gpt-4o", "model:openai/"),
        ("vercel", "ai-gateway.vercel.sh", "openai/gpt-4o", "model:openai/"),
    ],
)
def test_a_price_says_how_it_was_found(provider: str, host: str, model: str, pricing: str) -> None:
    """The provider's own list comes first, then the host's, then that of the model's maker."""
    found = price(exchange(provider=provider, host=host), inference(THOUSAND, answered=model), Prices(PriceSettings()))
    assert (found.pricing or "").startswith(pricing)
    assert (found.pricing_version or "").startswith("genai-prices 0.2.")


def test_the_model_that_answered_is_asked_for_first() -> None:
    """Response model, then request model, then the one in the path."""
    prices = Prices(PriceSettings())
    call = exchange(model="gpt-4")
    asked = inference(THOUSAND, asked="gpt-5-mini", answered="gpt-5")
    assert price(call, asked, prices).pricing == "provider:openai/gpt-5"
    asked = inference(THOUSAND, asked="gpt-5-mini", answered="a-deployment")
    assert price(call, asked, prices).pricing == "provider:openai/gpt-5-mini"
    assert price(call, inference(THOUSAND, asked="mine", answered="ours"), prices).pricing == "provider:openai/gpt-4"


def test_a_self_hosted_model_is_not_sold_by_its_maker() -> None:
    """A model on the operator's own machine has no price because of its name."""
    call = exchange(provider="ollama", host="localhost")
    assert price(call, inference(THOUSAND, answered="deepseek-chat"), Prices(PriceSettings())) == Cost("unpriced")


def test_prices_are_those_of_the_day_of_the_call() -> None:
    """DeepSeek was dearer later: a call replayed from 2024 costs what it cost in 2024."""
    prices = Prices(PriceSettings())
    asked = inference(THOUSAND, answered="deepseek-chat")
    then = price(exchange(provider="deepseek", host="api.deepseek.com", started=1_720_000_000.0), asked, prices)
    later = price(exchange(provider="deepseek", host="api.deepseek.com", started=1_740_000_000.0), asked, prices)
    assert then.total is not None
    assert later.total is not None
    assert then.total != later.total


@pytest.mark.parametrize("started", [float("nan"), float("inf"), 1e300, -1e12])
def test_a_call_without_a_time_is_unpriced(started: float) -> None:
    """A recording whose start is no time has no price, and does not raise."""
    found = price(exchange(started=started), inference(THOUSAND, answered="gpt-5"), Prices(PriceSettings()))
    assert found == Cost("unpriced")


def test_a_service_tier_has_its_own_price() -> None:
    """The tier that the answer names decides; one without a price costs the standard one, which is called so."""
    prices = Prices(PriceSettings())
    flex, standard, unknown = (
        price(exchange(), inference(THOUSAND, answered="gpt-5", tier=tier), prices)
        for tier in ("flex", "default", "spacious")
    )
    assert flex.total is not None
    assert standard.total is not None
    assert flex.total < standard.total == unknown.total
    assert (flex.pricing, unknown.pricing) == (standard.pricing, f"standard:{standard.pricing}")


@pytest.mark.parametrize("word", ["", "default", "standard", "standard_only", "auto", "on_demand", "DEFAULT", None])
def test_a_word_for_no_tier_in_particular_is_none(word: str | None) -> None:
    """It costs the standard price, and that is not called a substitute."""
    found = price(exchange(), inference(THOUSAND, answered="gpt-5", tier=word), Prices(PriceSettings()))
    assert (found.pricing, found.total) == ("provider:openai/gpt-5", Decimal("0.01125"))


def test_only_the_terms_of_a_call_make_its_tier() -> None:
    """A stream is no live session, and how much was searched is a tier at Perplexity alone; a batch is one."""
    prices, asked = Prices(PriceSettings()), inference(THOUSAND, answered="gpt-5")
    plain = price(exchange(), asked, prices)
    searched = replace(asked, response=replace(asked.response, search_context="flex"))
    for other in (replace(asked, events=9), searched, replace(asked, wire_format=None)):
        assert price(exchange(), other, prices) == plain
    for batch in (replace(asked, operation="batch"), replace(asked, wire_format="openai_batches")):
        assert price(exchange(), batch, prices).total == Decimal("0.005625")


def test_an_override_of_another_provider_is_none() -> None:
    """Neither alone nor before one that applies."""
    other, own = (
        msgspec.convert({"provider": provider, "input": 2, "output": 10, **ORIGIN}, PriceOverride)
        for provider in ("anthropic", "openai")
    )
    asked = inference(THOUSAND, answered="gpt-5")
    found = [price(exchange(), asked, Prices(PriceSettings(those))) for those in ((other,), (other, own))]
    assert [one.total for one in found] == [Decimal("0.01125"), Decimal("0.012")]


def test_what_a_price_is_called_reads_from_right_to_left() -> None:
    """A relayed batch of a model whose batches only the second source knows, and of one whose batches nobody does."""
    prices = Prices(PriceSettings(), fallback_prices)
    call = exchange(provider="aws.bedrock", host="bedrock-runtime.us-east-1.amazonaws.com", relay="holysheep")
    nova, other = (
        price(call, inference(THOUSAND, answered=model, tier=tier), prices)
        for model, tier in (("amazon.nova-lite-v1:0", "batch"), ("amazon.nova-lite-v1:0", "flex"))
    )
    assert nova.pricing == "list:fallback:provider:bedrock/amazon.nova-lite-v1:0"
    assert other.pricing == "list:standard:provider:aws/amazon.nova-lite-v1:0"


@pytest.mark.parametrize("provider", ["openai", "azure.ai.openai"])
def test_openai_has_two_words_for_one_tier(provider: str) -> None:
    """Priority processing is called the fast mode since July 2026 (https://openai.com/api-fast-mode/)."""
    prices, call = Prices(PriceSettings(), fallback_prices), exchange(provider=provider)
    fast, priority = (
        price(call, inference(THOUSAND, answered="gpt-5", tier=tier), prices) for tier in ("fast", "priority")
    )
    assert fast == priority
    assert fast.total == Decimal("0.0225")


def test_a_tier_far_from_the_standard_is_never_priced_as_it() -> None:
    """OpenAI's `ultrafast` costs six times as much where it has a price, and has none where nobody states it."""
    prices = Prices(PriceSettings(), fallback_prices)
    known, unknown = (
        price(exchange(), inference(THOUSAND, answered=model, tier="ultrafast"), prices)
        for model in ("gpt-6-astra", "gpt-5")
    )
    assert (known.total, unknown) == (Decimal("0.36"), Cost("unpriced"))


def test_capacity_that_was_bought_has_no_price_but_the_operators() -> None:
    """Anthropic's Priority Tier is paid by the month; who knows what a token of it costs may say so."""
    asked = inference(THOUSAND, answered="claude-sonnet-4-5", tier="priority")
    assert price(CLAUDE, asked, Prices(PriceSettings())) == Cost("unpriced")
    own = msgspec.convert({"provider": "anthropic", "input": 2, "output": 10, **ORIGIN}, PriceOverride)
    assert price(CLAUDE, asked, Prices(PriceSettings((own,)))).total == Decimal("0.012")


@pytest.mark.parametrize(
    ("size", "total"), [("low", "0.009"), ("medium", "0.013"), ("high", "0.017"), (None, "0.017"), ("odd", "0.017")]
)
def test_perplexitys_fee_goes_by_how_much_it_searched(size: str | None, total: str) -> None:
    """As the answer says; where it does not say, the list has the fee for the most."""
    asked = inference(Usage(1000, 0), answered="sonar-pro")
    asked = replace(asked, response=replace(asked.response, search_context=size))
    call = exchange(provider="perplexity", host="api.perplexity.ai")
    assert price(call, asked, Prices(PriceSettings(), fallback_prices)).total == Decimal(total)


def on_terms(
    model: str, usage: Usage = THOUSAND, *, speed: str | None = None, inference_geo: str | None = None
) -> Inference:
    """Return a chat whose answer says on which terms it ran."""
    asked = inference(usage, answered=model)
    return replace(asked, response=replace(asked.response, speed=speed, inference_geo=inference_geo))


def test_the_fast_mode_is_a_tier() -> None:
    """Opus 4.8 costs twice as much there; Bedrock's `optimized` is another thing, which no list has a price for."""
    prices = Prices(PriceSettings())
    fast, plain = (price(CLAUDE, on_terms("claude-opus-4-8", speed=speed), prices) for speed in ("fast", "standard"))
    assert plain.total
    assert fast.total == 2 * plain.total
    assert price(CLAUDE, on_terms("claude-opus-4-8", speed="optimized"), prices) == plain


def test_a_fast_mode_without_a_price_is_unpriced() -> None:
    """It costs a multiple of the standard price, which would be far too little."""
    assert price(CLAUDE, on_terms("claude-opus-4-5", speed="fast"), Prices(PriceSettings())) == Cost("unpriced")


def test_in_the_united_states_only_tokens_cost_a_tenth_more() -> None:
    """At Anthropic itself: searches cost what they do everywhere, and the version says what was added."""
    prices, searched = Prices(PriceSettings()), Usage(1_000_000, 0, web_searches=2)
    here, anywhere = (
        price(CLAUDE, on_terms("claude-opus-4-6", searched, inference_geo=geo), prices) for geo in ("us", "global")
    )
    assert (here.total, anywhere.total) == (Decimal("5.52"), Decimal("5.02"))
    assert here.pricing_version == f"{anywhere.pricing_version} x 1.1"
    stranger = exchange(provider="x.example", host="x.example")
    assert price(stranger, on_terms("claude-opus-4-6", searched, inference_geo="us"), prices).total == Decimal("5.02")


def test_a_negotiated_price_is_of_the_place_as_well() -> None:
    """A multiplier is of the list as it holds there; prices of one's own are what they are."""
    asked = on_terms("claude-opus-4-6", Usage(1_000_000, 0), inference_geo="us")
    for terms, paid in (({"multiplier": 0.5}, "2.75"), ({"input": 4}, "4")):
        prices = Prices(msgspec.convert({"overrides": [ORIGIN | terms]}, PriceSettings))
        assert price(CLAUDE, asked, prices).total == Decimal(paid)


def test_sound_is_priced_by_whoever_tells_it_apart() -> None:
    """The first source has one price for this model; where sound was counted, that of the second is taken."""
    prices, model = Prices(PriceSettings(), fallback_prices), "gpt-4o-audio-preview-2024-12-17"
    silent = price(exchange(), inference(THOUSAND, answered=model), prices)
    spoken = price(exchange(), inference(Usage(1000, 1000, audio_output_tokens=1000), answered=model), prices)
    assert (silent.pricing, silent.total) == ("provider:openai/gpt-4o-audio-preview", Decimal("0.0125"))
    assert (spoken.pricing, spoken.total) == (f"fallback:provider:openai/{model}", Decimal("0.0825"))
    assert price(exchange(), inference(Usage(1000, 1000, audio_input_tokens=0), answered=model), prices) == silent


def test_sound_that_nobody_tells_apart_costs_what_text_does() -> None:
    """Some models have one price for whatever they hear, and the first source's it is, which says so."""
    call = exchange(provider="gcp.gemini", host="generativelanguage.googleapis.com")
    heard = inference(Usage(1000, 1000, audio_input_tokens=900), answered="gemini-3.5-flash")
    found = price(call, heard, Prices(PriceSettings(), fallback_prices))
    assert found.pricing == "undivided:provider:google/gemini-3.5-flash"


def test_a_list_price_of_a_relayed_call_says_so() -> None:
    """Without an override nobody knows what the relay charges: its maker's list is called one."""
    asked, prices = inference(THOUSAND, answered="gpt-5"), Prices(PriceSettings())
    relayed, direct = price(exchange(relay="holysheep"), asked, prices), price(exchange(), asked, prices)
    assert ("list:provider:openai/gpt-5", "provider:openai/gpt-5") == (relayed.pricing, direct.pricing)


@given(model=st.text(max_size=300), host=st.text(max_size=40), provider=st.text(max_size=40), tier=st.text(max_size=40))
def test_no_name_makes_it_raise(model: str, host: str, provider: str, tier: str) -> None:
    """Whatever a client calls its model, host and tier, the call is priced or unpriced."""
    asked = inference(THOUSAND, asked=model, answered=model, tier=tier)
    call = replace(exchange(provider=provider, host=host), relay=None)
    assert price(call, asked, Prices(PriceSettings())).status in {"priced", "unpriced"}


def test_whoever_sells_comes_before_the_maker() -> None:
    """A seller whom only the second source knows has his own price for a model that its maker sells as well."""
    asked = inference(THOUSAND, answered="gpt-4o")
    call = exchange(provider="snowflake", host="acme.snowflakecomputing.com")
    alone = price(call, asked, Prices(PriceSettings()))
    both = price(call, inference(THOUSAND, answered="openai-gpt-4.1"), Prices(PriceSettings(), fallback_prices))
    assert (alone.pricing, both.pricing) == ("model:openai/gpt-4o", "fallback:provider:snowflake/openai-gpt-4.1")
    assert (both.pricing_version or "").startswith("litellm ")


def test_a_relayed_price_of_the_second_source_is_a_list_price() -> None:
    """Where a relay answered and nobody says what it charges, that is said of either source."""
    call = exchange(provider="snowflake", host="acme.snowflakecomputing.com", relay="holysheep")
    asked = inference(THOUSAND, answered="openai-gpt-4.1")
    found = price(call, asked, Prices(PriceSettings(), fallback_prices))
    assert found.pricing == "list:fallback:provider:snowflake/openai-gpt-4.1"


def test_at_bedrock_the_path_is_asked_first() -> None:
    """Elsewhere the model that answered comes first, there the profile in the path."""
    profile = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
    call = exchange(provider="aws.bedrock", host="bedrock-runtime.us-east-1.amazonaws.com", model=profile)
    found = price(call, inference(THOUSAND, answered="claude-sonnet-4-5-20250929"), Prices(PriceSettings()))
    assert found.pricing == f"provider:aws/{profile}"


def test_a_live_transcript_does_not_cost_as_a_recording() -> None:
    """Deepgram's price of a session stands in no list, so that only the operator knows it."""
    call = exchange(provider="deepgram", host="api.deepgram.com")
    recording = replace(inference(Usage(audio_seconds=Decimal(60)), answered="nova-3"), wire_format="deepgram_audio")
    session = replace(recording, events=2)
    prices = Prices(PriceSettings(), fallback_prices)
    assert (price(call, recording, prices).status, price(call, session, prices).status) == ("priced", "unpriced")
    own = msgspec.convert({"provider": "deepgram", "audio_second": "0.0001", **ORIGIN}, PriceOverride)
    assert price(call, session, Prices(PriceSettings((own,)))).total == Decimal("0.006")
