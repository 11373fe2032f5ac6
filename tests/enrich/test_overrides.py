"""The operator's corrections: what they state, how they scale, in which currency they are paid, and what is refused."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import yaml

from llmtap.decode.inference import Usage
from llmtap.enrich.cost import price
from llmtap.enrich.prices import Prices, PriceSettings
from tests.enrich.call import exchange, inference

SHIPPED = Path(__file__).parent.parent.parent / "config/prices.yaml"
THOUSAND = Usage(1000, 1000)
ORIGIN = {"source": "https://example.com", "checked": "2026-11-01"}


def overridden(**override: object) -> Prices:
    """Return prices with one override, as it would stand in YAML."""
    return Prices(msgspec.convert({"overrides": [ORIGIN | override]}, PriceSettings))


def test_an_override_states_every_part() -> None:
    """Per million: fresh 2, read 0.2, written 2.5 and for an hour 4, audio 10, output 8; and 0.5 for the call."""
    prices = overridden(
        model="GPT-5*",
        input=2,
        output=8,
        cache_read=0.2,
        cache_write=2.5,
        cache_write_1h=4,
        audio_input=10,
        request=0.5,
    )
    million = 1_000_000
    usage = Usage(
        input_tokens=6 * million,
        output_tokens=million,
        cache_read_input_tokens=million,
        cache_write_input_tokens=2 * million,
        cache_write_1h_input_tokens=million,
        audio_input_tokens=million,
    )
    found = price(exchange(), inference(usage, answered="gpt-5-nano"), prices)
    assert (Decimal("0.2"), Decimal("6.5"), Decimal(14), Decimal(8)) == (
        found.cache_read,
        found.cache_write,
        found.input,
        found.output,
    )
    assert (Decimal("29.2"), "override:*/GPT-5*", "2026-11-01") == (found.total, found.pricing, found.pricing_version)


def test_an_override_without_a_part_prices_it_as_its_whole() -> None:
    """Cached input costs what input costs when nothing else is stated, and so does what was written for an hour."""
    million = 1_000_000
    usage = Usage(3 * million, 0, million, million, cache_write_1h_input_tokens=million)
    found = price(exchange(), inference(usage, answered="x"), overridden(input=2))
    assert found.total == Decimal(6)
    dearer = price(exchange(), inference(usage, answered="x"), overridden(input=2, cache_write=3))
    assert dearer.total == Decimal(7)


def test_a_multiplier_scales_the_shipped_prices_of_a_relay() -> None:
    """A relay that sells at a third: its calls cost a third, those that went to the provider all of it."""
    prices = overridden(relay="holysheep", multiplier=0.25)
    asked = inference(THOUSAND, answered="gpt-5")
    direct, relayed = price(exchange(), asked, prices), price(exchange(relay="holysheep"), asked, prices)
    assert direct.total is not None
    assert direct.total / 4 == relayed.total
    assert "2026-11-01" in (relayed.pricing_version or "")


@pytest.mark.parametrize(
    "override",
    [
        {"input": -1},
        {"input": "NaN"},
        {"input": "0.000002"},
        {"multiplier": -1},
        {"currency": "EUR"},
        {"input": 1, "currency": "euro"},
        {"input": 1, "currency": "EURO"},
        {"checked": "yesterday"},
        {"inptu": 1},
    ],
)
def test_a_senseless_override_is_refused_at_start(override: dict[str, object]) -> None:
    """Negative or absent prices, a currency without a price, a date that is none, and unknown keys do not convert."""
    with pytest.raises(msgspec.ValidationError):
        overridden(**override)


def test_what_is_small_and_no_price_of_a_million_is_taken() -> None:
    """A second or a search may cost a millionth, and an input nothing at all."""
    assert overridden(input=0, web_search="0.000002") is not None


@pytest.mark.parametrize(
    "other", [{"provider": "anthropic"}, {"host": "api.example.com"}, {"model": "gpt-4*"}, {"relay": "holysheep"}]
)
def test_an_override_of_another_call_does_not_apply(other: dict[str, object]) -> None:
    """One that differs in provider, host, model or relay leaves the list."""
    asked = inference(THOUSAND, answered="gpt-5")
    same = {"provider": "OpenAI", "host": "*.openai.com", "model": "gpt-5", "input": 1, "output": 1}
    assert price(exchange(), asked, overridden(**same)).total == Decimal("0.002")
    assert price(exchange(), asked, overridden(**(same | other))).pricing == "provider:openai/gpt-5"


def test_the_shipped_file_converts_and_so_does_its_example() -> None:
    """`config/prices.yaml` has no entries, and the ones in its comment are valid."""
    text = SHIPPED.read_text()
    assert msgspec.convert(yaml.safe_load(text), PriceSettings) == PriceSettings()
    example = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    overrides = msgspec.convert(yaml.safe_load(example), PriceSettings).overrides
    assert ["holysheep", None, "yuan", None] == [override.relay for override in overrides]


@pytest.mark.parametrize(("host", "relay"), [("api.openai.com", "holysheep"), ("api.holysheep.ai", None)])
def test_the_shipped_example_of_a_relay_matches(host: str, relay: str | None) -> None:
    """A redirected call and one to the relay's own address cost a third of the list, as the example says."""
    example = "\n".join(line[4:] for line in SHIPPED.read_text().splitlines() if line.startswith("#   "))
    prices = Prices(msgspec.convert(yaml.safe_load(example), PriceSettings))
    asked = inference(THOUSAND, answered="gpt-5")
    listed = price(exchange(), asked, Prices(PriceSettings())).total
    assert listed is not None
    found = price(exchange(host=host, relay=relay), asked, prices)
    assert Decimal("0.33") * listed == found.total
    assert not (found.pricing or "").startswith("list:")


def test_an_override_states_sound_pictures_and_fees() -> None:
    """Per million: sound 32 in, 0.4 from the cache and 64 out, a picture 8 in and 40 out; a search 0.01 each."""
    prices = overridden(
        input=4, output=16, cache_read=0.5, audio_input=32, audio_output=64, image_input=8, image_output=40,
        audio_cache_read=0.4, web_search=0.01,
    )  # fmt: skip
    million = 1_000_000
    usage = Usage(
        input_tokens=4 * million,
        output_tokens=3 * million,
        cache_read_input_tokens=million,
        audio_input_tokens=2 * million,
        audio_cache_read_input_tokens=million,
        image_input_tokens=million,
        audio_output_tokens=million,
        image_output_tokens=million,
        web_searches=5,
    )
    found = price(exchange(), inference(usage, answered="gpt-realtime"), prices)
    assert found.total == Decimal(4) + 32 + Decimal("0.4") + 8 + 16 + 64 + 40 + Decimal("0.05")


@pytest.mark.parametrize(("multiplier", "currency", "said"), [(1.0, "CNY", "1.0 CNY"), (0.5, "USD", "0.5")])
def test_a_multiplier_leads_to_the_currency_that_is_paid(multiplier: float, currency: str, said: str) -> None:
    """A relay that takes one yuan for each dollar of the list: the figures stay, their currency does not."""
    asked = inference(THOUSAND, answered="gpt-5")
    listed = price(exchange(), asked, Prices(PriceSettings()))
    found = price(exchange(relay="holysheep"), asked, overridden(multiplier=multiplier, currency=currency))
    assert listed.total is not None
    assert (listed.total * Decimal(str(multiplier)), currency) == (found.total, found.currency)
    assert (found.pricing, found.pricing_version) == (
        "provider:openai/gpt-5",
        f"{listed.pricing_version} x {said}, 2026-11-01",
    )


def test_an_override_that_says_nothing_leaves_the_list() -> None:
    """Neither prices nor a multiplier: the relay is said to charge the list, and the date says since when."""
    asked = inference(THOUSAND, answered="gpt-5")
    found = price(exchange(relay="holysheep"), asked, overridden(relay="holysheep"))
    assert found.total == price(exchange(), asked, Prices(PriceSettings())).total
    assert (found.pricing, (found.pricing_version or "").endswith(", 2026-11-01")) == ("provider:openai/gpt-5", True)
