"""The first source: who sells, what its price is, and whether it is one of the service tier asked for."""

import datetime as dt
from importlib.metadata import version

import pytest

from llmtap.enrich.published import made, sold
from tests.enrich.call import exchange

AT = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("model", "tier", "tiered"),
    [("gpt-5", "flex", True), ("gpt-5", "batch", True), ("gpt-5", "spacious", False), ("gpt-5", "", False)],
)
def test_an_offer_says_whether_it_is_of_the_tier(model: str, tier: str, tiered: bool) -> None:  # noqa: FBT001 -- expected
    """A tier that the source does not know is offered at the standard price, and marked so."""
    offer = next(sold(exchange(), (model,), tier, AT))
    assert (offer.tiered, offer.tariff.pricing) == (tiered, "provider:openai/gpt-5")


def test_a_tier_has_a_price_since_a_day_and_at_its_own_seller() -> None:
    """Before the day from which it is known, and at whoever sells another's model, the offer is the standard one."""
    early, azure = AT.replace(month=9), exchange(provider="azure.ai.openai", host="x.openai.azure.com")
    offers = [next(sold(call, ("gpt-5",), "priority", at)) for call, at in ((exchange(), AT), (exchange(), early))]
    offers.append(next(sold(azure, ("gpt-5",), "priority", AT)))
    dear, *plain = (offer.tariff.rates(0).each["input_tokens"] for offer in offers)
    assert [offer.tiered for offer in offers] == [True, False, False]
    assert plain == [dear / 2, dear / 2]


def test_the_provider_comes_before_the_host() -> None:
    """A provider without prices of his own sells at those of the host; whom nobody knows sells nothing."""
    call = exchange(provider="zhipu", host="api.z.ai")
    assert next(sold(call, ("glm-4.6",), "", AT)).tariff.pricing.startswith("host:zai/")
    assert list(sold(exchange(provider="x.example", host="x.example"), ("gpt-5",), "", AT)) == []


@pytest.mark.parametrize(
    ("provider", "model", "seller"),
    [
        ("aws.bedrock", "amazon.nova-lite-v1:0", "aws"),
        ("azure.ai.inference", "gpt-4o", "azure"),
        ("azure.ai.openai", "gpt-4o", "azure"),
        ("gcp.gemini", "gemini-2.5-pro", "google"),
        ("gcp.gen_ai", "gemini-2.5-pro", "google"),
        ("gcp.vertex_ai", "gemini-2.5-pro", "google"),
        ("mistral_ai", "mistral-large-latest", "mistral"),
        ("moonshot_ai", "kimi-k2-0905-preview", "moonshotai"),
        ("x_ai", "grok-4", "x-ai"),
    ],
)
def test_a_seller_is_known_by_another_name(provider: str, model: str, seller: str) -> None:
    """Whatever the host: what OTel calls a provider is not what the list does."""
    found = next(sold(exchange(provider=provider, host="example.com"), (model,), "", AT)).tariff
    assert found.pricing.startswith(f"provider:{seller}/")
    assert found.version == f"genai-prices {version('genai-prices')}"


@pytest.mark.parametrize("provider", ["ollama", "llama.cpp", "lm_studio", "vllm", "local"])
def test_nobody_sells_to_himself(provider: str) -> None:
    """A model on the operator's own machine has no price because of its name."""
    assert list(made(exchange(provider=provider, host="localhost"), ("gpt-5", "openai/gpt-5"), "", AT)) == []


def test_the_fast_mode_is_called_a_speed() -> None:
    """At Anthropic; a model that has none is offered at the standard price."""
    claude = exchange(provider="anthropic", host="api.anthropic.com")
    offers = [next(sold(claude, (model,), "fast", AT)) for model in ("claude-opus-4-8", "claude-opus-4-5")]
    assert [offer.tiered for offer in offers] == [True, False]


def test_a_maker_sells_what_a_stranger_serves() -> None:
    """The name tells the maker, with or without it before a slash; on one's own machine it tells nothing."""
    stranger = exchange(provider="x.example", host="x.example")
    for name in ("gpt-5", "openai/gpt-5"):
        assert next(made(stranger, (name,), "", AT)).tariff.pricing == "model:openai/gpt-5"
    assert list(made(exchange(provider="ollama", host="localhost"), ("gpt-5",), "", AT)) == []


def test_the_fastest_sound_is_billed_by_the_second() -> None:
    """Whisper costs 0.36 USD an hour (https://developers.openai.com/api/docs/pricing), so 0.0001 a second."""
    rates = next(sold(exchange(), ("whisper-1",), "", AT)).tariff.rates(0)
    assert f"{rates.each['audio_seconds']:f}".rstrip("0") == "0.0001"
