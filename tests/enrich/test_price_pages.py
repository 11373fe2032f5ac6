"""Known calls at list prices, worked out by hand, and how far each figure is independent of what is tested.

`READ` are prices that were read on the vendor's page (as it is mirrored by search, November 2026): they test the data.
`REMEMBERED` were written from memory of the vendors' lists, with the computed figures at hand, and not read again: they
hold the arithmetic against change and prove no price. Each line is prices, in USD per million tokens, times counts.
"""

from decimal import Decimal

import pytest

from llmtap.config import fallback_prices
from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Cost, Prices, PriceSettings, price
from tests.enrich.call import exchange, inference

PRICES = Prices(PriceSettings(), fallback_prices)

OPENAI = "https://developers.openai.com/api/docs/pricing"
ANTHROPIC = "https://platform.claude.com/docs/en/about-claude/pricing"
FAST = "https://platform.claude.com/docs/en/build-with-claude/fast-mode"
GEMINI = "https://ai.google.dev/gemini-api/docs/pricing"
VERTEX = "https://cloud.google.com/vertex-ai/generative-ai/pricing"
REALTIME = "https://developers.openai.com/api/docs/models/gpt-realtime-1.5"
BEDROCK = "https://aws.amazon.com/bedrock/pricing/"

HOSTS = {
    OPENAI: ("openai", "api.openai.com"),
    REALTIME: ("openai", "api.openai.com"),
    ANTHROPIC: ("anthropic", "api.anthropic.com"),
    FAST: ("anthropic", "api.anthropic.com"),
    GEMINI: ("gcp.gemini", "generativelanguage.googleapis.com"),
    VERTEX: ("gcp.vertex_ai", "aiplatform.googleapis.com"),
    BEDROCK: ("aws.bedrock", "bedrock-runtime.us-east-1.amazonaws.com"),
}

CACHED = Usage(1000, 1000, cache_read_input_tokens=500)
PLAIN = Usage(1000, 1000)
LONG = Usage(300_000, 1000)
WRITTEN = Usage(
    1000, 0, cache_write_input_tokens=900, cache_write_5m_input_tokens=400, cache_write_1h_input_tokens=500
)  # fmt: skip
HEARD = Usage(1000, 1000, audio_input_tokens=400)
SPOKEN = Usage(1000, 1000, audio_input_tokens=600, audio_output_tokens=800)
HEARD_AGAIN = Usage(1000, 0, 200, audio_input_tokens=600, audio_cache_read_input_tokens=200)
SEARCHED = Usage(1000, 10, web_searches=3)

READ = [
    (REALTIME, "gpt-realtime-1.5", None, SPOKEN, "400*4 + 600*32 + 200*16 + 800*64"),
    (REALTIME, "gpt-realtime-1.5", None, HEARD_AGAIN, "400*4 + 400*32 + 200*0.4"),
    (ANTHROPIC, "claude-sonnet-4-5", "standard", CACHED, "500*3 + 500*0.3 + 1000*15"),
    (ANTHROPIC, "claude-sonnet-4-5", None, WRITTEN, "100*3 + 400*3.75 + 500*6"),
]  # fmt: skip
REMEMBERED = [
    (GEMINI, "gemini-2.5-flash-image", None, Usage(10, 1290, image_output_tokens=1290), "10*0.3 + 1290*30"),
    (OPENAI, "gpt-5", "default", CACHED, "500*1.25 + 500*0.125 + 1000*10"),
    (OPENAI, "gpt-5", "flex", CACHED, "500*0.625 + 500*0.0625 + 1000*5"),
    (OPENAI, "gpt-5", "priority", CACHED, "500*2.5 + 500*0.25 + 1000*20"),
    (OPENAI, "gpt-5", "batch", CACHED, "500*0.625 + 500*0.0625 + 1000*5"),
    (OPENAI, "gpt-4.1", "priority", CACHED, "500*3.5 + 500*0.875 + 1000*14"),
    (OPENAI, "gpt-realtime", None, SPOKEN, "400*4 + 600*32 + 200*16 + 800*64"),
    (OPENAI, "gpt-image-1", None, Usage(1000, 1056, image_input_tokens=400, image_output_tokens=1056),
     "600*5 + 400*10 + 1056*40"),
    (OPENAI, "gpt-5", None, SEARCHED, "1000*1.25 + 10*10 + 3*10000"),
    (ANTHROPIC, "claude-sonnet-4-5", "priority", CACHED, "500*3 + 500*0.3 + 1000*15"),
    (ANTHROPIC, "claude-sonnet-4-5", "batch", CACHED, "500*1.5 + 500*0.15 + 1000*7.5"),
    (ANTHROPIC, "claude-sonnet-4-5", None, LONG, "300000*6 + 1000*22.5"),
    (ANTHROPIC, "claude-sonnet-4-5", None, SEARCHED, "1000*3 + 10*15 + 3*10000"),
    (FAST, "claude-opus-5", "fast", PLAIN, "1000*10 + 1000*50"),
    (GEMINI, "gemini-2.5-flash", "standard", HEARD, "600*0.3 + 400*1 + 1000*2.5"),
    (GEMINI, "gemini-2.5-flash", "flex", HEARD, "600*0.15 + 400*0.5 + 1000*1.25"),
    (GEMINI, "gemini-2.5-flash", "priority", HEARD, "600*0.54 + 400*1.8 + 1000*4.5"),
    (GEMINI, "gemini-2.5-flash", "batch", HEARD, "600*0.15 + 400*0.5 + 1000*1.25"),
    (GEMINI, "gemini-2.5-pro", None, LONG, "300000*2.5 + 1000*15"),
    (GEMINI, "gemini-2.5-pro", "flex", LONG, "300000*1.25 + 1000*7.5"),
    (GEMINI, "gemini-2.5-pro", "priority", LONG, "300000*4.5 + 1000*27"),
    (GEMINI, "gemini-3-flash-preview", None, SEARCHED, "1000*0.5 + 10*3 + 3*14000"),
    (VERTEX, "gemini-2.5-flash", "ON_DEMAND", PLAIN, "1000*0.3 + 1000*2.5"),
    (VERTEX, "gemini-2.5-flash", "ON_DEMAND_FLEX", PLAIN, "1000*0.15 + 1000*1.25"),
    (VERTEX, "gemini-2.5-flash", "ON_DEMAND_PRIORITY", PLAIN, "1000*0.54 + 1000*4.5"),
    (BEDROCK, "openai.gpt-oss-120b-1:0", "default", PLAIN, "1000*0.15 + 1000*0.6"),
    (BEDROCK, "openai.gpt-oss-120b-1:0", "flex", PLAIN, "1000*0.075 + 1000*0.3"),
    (BEDROCK, "openai.gpt-oss-120b-1:0", "priority", PLAIN, "1000*0.2625 + 1000*1.05"),
]  # fmt: skip


def cost(page: str, model: str, tier: str | None, usage: Usage, path: str | None = None) -> Cost:
    """Return the cost of a call to whoever has the page."""
    provider, host = HOSTS[page]
    call = exchange(provider=provider, host=host, model=path)
    return price(call, inference(usage, answered=model, tier=tier), PRICES)


def worked_out(millionths: str) -> Decimal:
    """Return a sum of products that is written out, in USD."""
    products = (term.split("*") for term in millionths.split(" + "))
    return sum((Decimal(count) * Decimal(each) for count, each in products), Decimal(0)) / 1_000_000


@pytest.mark.parametrize(("page", "model", "tier", "usage", "millionths"), READ)
def test_a_call_costs_its_published_price(
    page: str, model: str, tier: str | None, usage: Usage, millionths: str
) -> None:
    """Caches of either length, and sound, fresh and cached, at prices read on the vendor's page."""
    assert cost(page, model, tier, usage).total == worked_out(millionths)


@pytest.mark.parametrize(("page", "model", "tier", "usage", "millionths"), REMEMBERED)
def test_each_way_to_be_billed_has_its_price(
    page: str, model: str, tier: str | None, usage: Usage, millionths: str
) -> None:
    """Service tiers, batch, fast mode, long questions, pictures and searches: each is told apart, and adds up."""
    assert cost(page, model, tier, usage).total == worked_out(millionths)


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-2.5-pro"])
def test_geminis_tiers_are_as_far_apart_as_its_page_says(model: str) -> None:
    """Half for flex and batch, 75 to 100 % more for priority (https://ai.google.dev/gemini-api/docs/optimization)."""
    standard, flex, batch, priority = (
        cost(GEMINI, model, tier, PLAIN).total or Decimal(0) for tier in ("standard", "flex", "batch", "priority")
    )
    assert flex == batch == standard / 2 > 0
    assert Decimal("1.75") * standard <= priority <= 2 * standard


@pytest.mark.parametrize(
    ("profile", "millionths"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 3300 + 16500),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3300 + 16500),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3000 + 15000),
    ],
)
def test_a_regional_profile_of_bedrock_costs_a_tenth_more(profile: str, millionths: int) -> None:
    """The path names the profile, the answer only the model: the profile has the price, as both sources state it."""
    found = cost(BEDROCK, "claude-sonnet-4-5-20250929", None, PLAIN, path=profile)
    assert found.total == Decimal(millionths) / 1_000_000


def test_a_profile_of_the_operators_own_costs_what_its_model_does() -> None:
    """A path that no list knows (an application's profile, a router) leaves it to the model that answered."""
    found = cost(BEDROCK, "amazon.nova-lite-v1:0", None, PLAIN, path="q3x9z0aa11bb")
    assert found.total == Decimal(60 + 240) / 1_000_000


@pytest.mark.parametrize(
    ("page", "model", "tier"),
    [
        (VERTEX, "gemini-2.5-flash", "PROVISIONED_THROUGHPUT"),
        (BEDROCK, "amazon.nova-lite-v1:0", "reserved"),
        (OPENAI, "gpt-5", "scale"),
    ],
)
def test_what_is_paid_by_the_month_has_no_price_by_the_token(page: str, model: str, tier: str) -> None:
    """Reserved capacity is paid whether it is used or not: such a call is unpriced, not free and not at the list."""
    assert cost(page, model, tier, PLAIN) == Cost("unpriced")
