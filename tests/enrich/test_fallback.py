"""The second source: asked last, read when first asked, exact for whoever sells, and never in the way of a call."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.config import fallback_prices
from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Cost, price
from llmtap.enrich.fallback import HOSTS, MAKERS, SELLERS, Fallback
from llmtap.enrich.prices import Prices, PriceSettings
from llmtap.enrich.tariff import Tariff
from llmtap.enrich.units import PRICES
from tests.enrich.call import exchange, inference

AT = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
TOWER = {"input": 2, "output": 4, "input>1000": 3, "input@flex": 1, "input@flex>1000": 1.5, "cache_read": 0.5}
STOCKHOLM, VIRGINIA = "bedrock-runtime.eu-north-1.amazonaws.com", "bedrock-runtime.us-east-1.amazonaws.com"
MADE_UP = {
    "version": "made up 1",
    "prices": {
        "crusoe": {
            "tower": TOWER,
            "ranker": {"search": 0.002},
        },
        "openai": {"secret-model": {"input": 1, "output": 1}},
        "bedrock": {"tower": {"input": 1}, "eu-north-1/tower": {"input": 5}},
        "zai": {"glm-x": {"input": 7}},
    },
}
CRUSOE = exchange(provider="crusoecloud.com", host="api.inference.crusoecloud.com")


def bytes_of(file: object) -> Fallback:
    """Return the source that has these contents."""
    return Fallback(lambda: json.dumps(file).encode())


def offered(model: str, tier: str = "") -> Tariff:
    """Return the tariff of a made-up model."""
    return next(bytes_of(MADE_UP).sold(CRUSOE, (model,), tier, AT)).tariff


@pytest.mark.parametrize(
    ("tier", "tokens", "paid", "made"),
    [("", 1000, 2, 4), ("", 1001, 3, 4), ("flex", 1000, 1, 4), ("flex", 1001, "1.5", 4), ("fast", 1001, 3, 4)],
)
def test_a_sheet_tells_tiers_and_lengths_apart(tier: str, tokens: int, paid: str | int, made: int) -> None:
    """A tier's price above a length comes before its standard one; what a tier does not state costs as standard."""
    rates = offered("tower", tier).rates(tokens)
    million = Decimal(1_000_000)
    assert (rates.each["input_tokens"] * million, rates.each["output_tokens"] * million) == (
        Decimal(paid),
        Decimal(made),
    )
    assert (rates.each["input_tokens"] + rates.each["cache_read_input_tokens"]) * million == Decimal("0.5")


def test_a_price_by_the_search_is_kept() -> None:
    """What is not billed by tokens has a rate all the same, for whoever counts it."""
    assert offered("ranker").rates(0).each == {"search_units": Decimal("0.002")}


@pytest.mark.parametrize(
    ("provider", "host", "model", "pricing"),
    [
        ("crusoecloud.com", "x", "tower", "fallback:provider:crusoe/tower"),
        ("aws.bedrock", STOCKHOLM, "tower", "fallback:provider:bedrock/eu-north-1/tower"),
        ("aws.bedrock", VIRGINIA, "tower", "fallback:provider:bedrock/tower"),
        ("zhipu", "api.z.ai", "glm-x", "fallback:host:zai/glm-x"),
    ],
)
def test_who_answered_sells(provider: str, host: str, model: str, pricing: str) -> None:
    """The seller is the provider, or the host where a provider has several currencies; Bedrock's region comes first."""
    offer = next(bytes_of(MADE_UP).sold(exchange(provider=provider, host=host), (model,), "", AT))
    assert (offer.tariff.pricing, offer.tariff.version) == (pricing, "made up 1")


def test_by_name_alone_only_a_maker_sells() -> None:
    """A stranger's `openai/secret-model` has its maker's price; what is no maker's has none, nor what runs at home."""
    second, stranger = bytes_of(MADE_UP), exchange(provider="x.example", host="x.example")
    for name in ("secret-model", "openai/secret-model"):
        assert [offer.tariff.pricing for offer in second.made(stranger, (name,), "", AT)] == [
            "fallback:model:openai/secret-model"
        ]
    assert list(second.made(stranger, ("tower",), "", AT)) == []
    assert list(second.made(exchange(provider="ollama", host="localhost"), ("secret-model",), "", AT)) == []


def test_it_is_read_once_and_only_when_needed() -> None:
    """A model that the first source knows never opens the file; one that it does not opens it once."""
    opened = []

    def load() -> bytes:
        opened.append(True)
        return json.dumps(MADE_UP).encode()

    prices, usage = Prices(PriceSettings(), load), Usage(1000, 1000)
    assert price(exchange(), inference(usage, answered="gpt-5"), prices).pricing == "provider:openai/gpt-5"
    assert opened == []
    for model in ("tower", "ranker", "nothing"):
        price(CRUSOE, inference(usage, answered=model), prices)
    assert opened == [True]


@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b'{"version": 1}', None])
def test_a_file_that_cannot_be_read_knows_no_price(contents: bytes | None) -> None:
    """A broken or missing file leaves calls unpriced; it does not raise."""

    def load() -> bytes:
        if contents is None:
            raise FileNotFoundError
        return contents

    prices = Prices(PriceSettings(), load)
    assert price(CRUSOE, inference(Usage(1, 1), answered="tower"), prices) == Cost("unpriced")


def test_a_price_of_what_was_not_counted_is_none_of_the_call() -> None:
    """Tokens at a model that is sold by the search have no price, and that is not 0."""
    prices = Prices(PriceSettings(), lambda: json.dumps(MADE_UP).encode())
    assert price(CRUSOE, inference(Usage(10), answered="ranker"), prices) == Cost("unpriced")


@given(model=st.text(max_size=100), host=st.text(max_size=40), provider=st.sampled_from([*SELLERS, "x.example", ""]))
def test_no_name_makes_it_raise(model: str, host: str, provider: str) -> None:
    """Whatever a client calls its model and host, there is a price or none."""
    second, call = Fallback(fallback_prices), exchange(provider=provider, host=host)
    offers = [*second.sold(call, (model,), "", AT), *second.made(call, (model,), "", AT)]
    assert all(offer.tariff.levels for offer in offers)


def test_the_shipped_file_is_one() -> None:
    """Each key names a part that has a unit, each seller is one that is asked, no sheet is empty or all zero."""
    file = json.loads(fallback_prices(), parse_float=Decimal)
    asked = {seller for sellers in SELLERS.values() for seller in sellers} | set(HOSTS.values()) | set(MAKERS)
    assert set(file["prices"]) <= asked
    sheets = [sheet for models in file["prices"].values() for sheet in models.values()]
    named = {key.partition(">")[0].partition("@")[::2] for sheet in sheets for key in sheet}
    assert {part for part, _ in named} <= PRICES | {"request"}
    assert {tier for _, tier in named} == {"", "batch", "flex", "priority", "ultrafast", "low", "medium", "high"}
    assert all(any(sheet.values()) for sheet in sheets)
    assert len(sheets) > 3000
    assert file["version"].startswith("litellm ")
