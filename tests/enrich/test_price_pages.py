"""Known calls at list prices: what was read on vendors' pages, as of the day of the copy, and what sets prices apart.

They test the data of both sources, its history and the arithmetic.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from llmtap.config import fallback_prices
from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Cost, Prices, PriceSettings, price
from tests.enrich.call import exchange, inference
from tests.enrich.pages import (
    BEDROCK,
    CLAUDE_APRIL,
    GEMINI_AUGUST,
    GPT_2025,
    PLAIN,
    READ,
    UNREAD,
    VERTEX,
    Witness,
)

PRICES = Prices(PriceSettings(), fallback_prices)


def cost(witness: Witness, model: str, tier: str | None, usage: Usage, path: str | None = None) -> Cost:
    """Return the cost of a call on the day of a copy; a tier may be Anthropic's speed, or how much was searched."""
    started = dt.datetime.fromisoformat(f"{witness.day}T12:00:00+00:00").timestamp()
    call = exchange(provider=witness.provider, host=witness.host, model=path, started=started)
    said = inference(usage, answered=model, tier=tier)
    if witness.provider == "anthropic" and tier == "fast":
        said = replace(said, response=replace(said.response, service_tier=None, speed=tier))
    if witness.provider == "perplexity":
        said = replace(said, response=replace(said.response, service_tier=None, search_context=tier))
    return price(call, said, PRICES)


def worked_out(millionths: str) -> Decimal:
    """Return a sum of products that is written out, in USD."""
    products = (term.split("*") for term in millionths.split(" + "))
    return sum((Decimal(count) * Decimal(each) for count, each in products), Decimal(0)) / 1_000_000


def case(value: object) -> str | None:
    """Return what a case is called by: the page and its day, the model, the tier, the sum."""
    if isinstance(value, Witness):
        return f"{value.page.removeprefix('https://')} {value.day}"
    return None if isinstance(value, Usage) else str(value)


@pytest.mark.parametrize(("witness", "model", "tier", "usage", "millionths"), READ, ids=case)
def test_a_call_costs_what_was_read(
    witness: Witness, model: str, tier: str | None, usage: Usage, millionths: str
) -> None:
    """Tokens, tiers, batches, caches of either length, long questions, sound, pictures, searches and seconds."""
    found = cost(witness, model, tier, usage)
    assert round(found.total or Decimal(-1), 15) == worked_out(millionths)
    assert not (found.pricing or "").startswith("standard:")


@pytest.mark.parametrize(("witness", "model", "tier", "usage", "millionths"), UNREAD, ids=case)
def test_what_was_not_read_adds_up(
    witness: Witness, model: str, tier: str | None, usage: Usage, millionths: str
) -> None:
    """Tiers of Bedrock, pages, pictures, and units of other vendors, of whose prices there is no witness."""
    assert round(cost(witness, model, tier, usage).total or Decimal(-1), 15) == worked_out(millionths)


def test_every_witness_says_where_it_was_read() -> None:
    """A page, and what of it: a price without its origin is a rumour."""
    witnesses = [row[0] for row in READ + UNREAD]
    assert all(one.page.startswith("https://") and one.read and dt.date.fromisoformat(one.day) for one in witnesses)


def test_vertex_ai_is_priced_by_the_list_of_google() -> None:
    """Known to differ: Gemini 2.0 Flash cost 0.15 and 0.60 there, and 0.10 and 0.40 at the Gemini API.

    The first source has one list for both, and of what is still sold there no price differs.
    """
    assert cost(VERTEX, "gemini-2.0-flash", None, PLAIN).total == worked_out("1000*0.1 + 1000*0.4")


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-2.5-pro"])
def test_geminis_tiers_are_as_far_apart_as_its_page_says(model: str) -> None:
    """Half for flex and batch, 75 to 100 % more for priority (https://ai.google.dev/gemini-api/docs/optimization)."""
    standard, flex, batch, priority = (
        cost(GEMINI_AUGUST, model, tier, PLAIN).total or Decimal(0)
        for tier in ("standard", "flex", "batch", "priority")
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
    ("witness", "model", "tier"),
    [
        (VERTEX, "gemini-2.5-flash", "PROVISIONED_THROUGHPUT"),
        (BEDROCK, "amazon.nova-lite-v1:0", "reserved"),
        (GPT_2025, "gpt-5", "scale"),
        (CLAUDE_APRIL, "claude-sonnet-4-5", "priority"),
    ],
)
def test_what_is_paid_by_the_month_has_no_price_by_the_token(witness: Witness, model: str, tier: str) -> None:
    """Reserved capacity is paid whether it is used or not: such a call is unpriced, not free and not at the list."""
    assert cost(witness, model, tier, PLAIN) == Cost("unpriced")
