"""The document: known names only, nothing unknown in it, and the right outcome from the right witness."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Client, Endpoint, Exchange, Request, Response, new_id
from llmtap.config import shipped
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse, Message, Part, Usage
from llmtap.enrich.attribution import AttributionSettings, attribute
from llmtap.enrich.cost import Cost
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.latency import Latency, measure
from llmtap.enrich.limits import Allowance, Limits
from llmtap.enrich.privacy import PrivacySettings, Redacted, redact
from llmtap.export.document import document, plain

SECONDS = ("credits", "audio_seconds", "video_seconds", "inconsistent")
REQUEST = InferenceRequest(
    model="gpt-4o-mini",
    stream=True,
    max_tokens=64,
    temperature=0.2,
    top_p=0.9,
    top_k=40,
    frequency_penalty=0.1,
    presence_penalty=0.1,
    seed=7,
    choice_count=2,
    encoding_formats=("float",),
    output_type="text",
    reasoning_level="low",
    service_tier="auto",
    conversation_id="conv_1",
    previous_response_id="resp_0",
    user="somebody",
    tools=("weather",),
    messages=(Message("user", (Part("text", "Where is Paris?"),)),),
)
USAGE = Usage(
    **{name: number for number, name in enumerate(Usage.__struct_fields__, 100) if name not in SECONDS},  # type: ignore[arg-type]  # numbers all
    credits=Decimal("0.5"),
    audio_seconds=Decimal("1.5"),
    video_seconds=Decimal(8),
)
RESPONSE = InferenceResponse(
    id="chatcmpl-1",
    model="gpt-4o-mini-2024-07-18",
    finish_reasons=("stop",),
    usage=USAGE,
    service_tier="default",
    speed="fast",
    inference_geo="us",
    search_context="low",
    system_fingerprint="fp_1",
    completed=True,
    messages=(Message("assistant", (Part("tool_call", "{}", "call_1", "weather"),)),),
)
INFERENCE = Inference("chat", "openai_chat", REQUEST, RESPONSE, (101.0, 101.1, 101.3), 5, ("response.encoding",))
EXCHANGE = Exchange(
    id=new_id(1_790_000_000.0),
    started=1_790_000_000.0,
    origin=100.0,
    endpoint=Endpoint("openai", operation="chat"),
    request=Request(
        "POST",
        "https",
        "api.openai.com",
        443,
        "/v1/chat/completions?key=canary",
        (
            (b"content-type", b"application/json"),
            (b"authorization", b"Bearer sk-canary"),
            (b"user-agent", b"curl/8"),
            (b"x-request-id", b"req-1"),
            (b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ),
        Body(((100.0, b"{}"),), 2, 1),
    ),
    response=Response(200, ((b"content-type", b"text/event-stream"),), Body(((101.0, b"data"),), 4, 1)),
    headers_at=100.5,
    ended_at=102.0,
    client=Client("10.0.0.1", 5000, "payments", "production", "TLSv1.3"),
    relay="holysheep",
    server_host="api.holysheep.ai",
    server_port=443,
)
ALLOWANCE = Allowance(10, 9, 0.5)
LIMITS = Limits(ALLOWANCE, ALLOWANCE, ALLOWANCE, ALLOWANCE, 2.0, 0.25, 1, idempotency_key=True)


def redacted(exchange: Exchange = EXCHANGE, inference: Inference = INFERENCE) -> Redacted:
    """Return what the privacy policy lets through."""
    return redact(
        exchange, inference, attribute(exchange, inference, AttributionSettings(key_salt="s")), PrivacySettings()
    )


def names(value: object, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of a document's fields."""
    if not isinstance(value, dict):
        yield prefix.rstrip(".")
        return
    for name, field in value.items():
        yield from names(field, f"{prefix}{name}.")


def mapped(properties: dict[str, dict[str, object]], prefix: str = "") -> Iterator[str]:
    """Yield the dotted names that a mapping knows."""
    for name, field in properties.items():
        inner = field.get("properties")
        if isinstance(inner, dict):
            yield from mapped(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def fullest() -> dict[str, object]:
    """Return a document in which every field that can be known is known."""
    one = Decimal(1)
    cost = Cost("priced", one, one, one, one, one, one, one, "USD", "reported", "provider:openai/gpt-4o-mini", "0.2.3")
    cost = replace(cost, estimated=one)
    made = document(redacted(), cost, measure(EXCHANGE, INFERENCE), LIMITS, Estimate(1, 1, "ratio"))
    found: dict[str, object] = msgspec.json.decode(made.body)
    return found


def test_every_field_is_mapped() -> None:
    """The index template has a type for every field that a document can have."""
    template = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes())
    known = set(mapped(template["template"]["mappings"]["properties"])) | {"labels"}

    assert set(names(fullest())) - known == set()


def test_units_that_are_no_tokens() -> None:
    """They are numbers under our own name, beside the counts that OTel has a name for."""
    answer = InferenceResponse(
        usage=Usage(search_units=1, audio_seconds=Decimal("6.5"), image_cache_read_input_tokens=2)
    )
    made = document(redacted(inference=replace(INFERENCE, response=answer)), Cost("unmetered"), Latency())
    found = msgspec.json.decode(made.body)

    assert found["llmtap"]["usage"] == {"source": "reported", "search_units": 1, "audio_seconds": 6.5}
    assert found["gen_ai"]["usage"] == {"image": {"cache_read": {"input_tokens": 2}}}


def test_the_terms_of_every_format() -> None:
    """A tier that is asked for and one that is served, a speed, a place and how much was searched, in any format."""
    made = document(
        redacted(inference=replace(INFERENCE, wire_format="anthropic_messages")), Cost("unmetered"), Latency()
    )
    found = msgspec.json.decode(made.body)

    assert found["llmtap"]["service_tier"] == {"request": "auto", "response": "default"}
    assert [found["llmtap"][name] for name in ("speed", "inference_geo", "search_context")] == ["fast", "us", "low"]
    assert "openai" not in found


def test_limits_and_retries() -> None:
    """What the headers say stands beside the call as numbers: quotas, the server's own time, the attempts before."""
    found = msgspec.json.decode(document(redacted(), Cost("unmetered"), Latency(), LIMITS).body)["llmtap"]

    assert found["limits"]["requests"] == {"limit": 10, "remaining": 9, "reset": 0.5}
    assert found["limits"]["retry_after"] == 2.0
    assert found["latency"] == {"server": 0.25}
    assert found["retry"] == {"count": 1, "idempotency_key": True}


def test_nothing_unknown_is_in_it() -> None:
    """A call of which hardly anything is known is a small document: no null, no empty object, no 0 for unknown."""
    exchange = Exchange(new_id(), 0.0, None, Endpoint("somebody", known=False), Request("POST", "http", "h", 80, "/x"))
    bare = redacted(exchange, Inference("chat", None))

    body = document(bare, Cost("unmetered"), Latency()).body

    assert b"null" not in body
    assert b"{}" not in body
    assert b"[]" not in body
    assert not {name for name in names(msgspec.json.decode(body)) if "token" in name or "cost.total" in name}


def test_route_and_caller() -> None:
    """A redirected call says relay, its name and host; who called stands in ECS fields."""
    found = msgspec.json.decode(document(redacted(), Cost("unmetered"), Latency()).body)

    assert found["llmtap"]["route"] == "relay"
    assert found["llmtap"]["relay"] == {"name": "holysheep", "host": "api.holysheep.ai"}
    assert found["url"]["domain"] == "api.openai.com"
    assert found["server"]["address"] == "api.holysheep.ai"
    assert found["organization"]["name"] == "payments"
    assert found["service"]["environment"] == "production"
    assert found["trace"]["id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert found["llmtap"]["tools"] == {"requested": 1, "called": 1}


def test_no_content_and_no_secret() -> None:
    """Neither prompt nor credential stands in a document."""
    body = document(redacted(), Cost("unmetered"), Latency()).body

    for secret in (b"canary", b"Where is Paris", b"somebody"):
        assert secret not in body


def test_an_estimate_stands_apart() -> None:
    """Estimated counts and their cost have fields of their own, and those of reported counts stay empty."""
    silent = redacted(inference=replace(INFERENCE, response=replace(RESPONSE, usage=None)))
    cost = Cost("estimated", estimated=Decimal("0.25"), pricing="provider:openai/gpt-4o-mini")

    found = msgspec.json.decode(document(silent, cost, Latency(), LIMITS, Estimate(10, 6, "ratio")).body)

    assert "usage" not in found["gen_ai"]
    assert found["llmtap"]["usage"] == {
        "source": "estimated",
        "estimated": {"input_tokens": 10, "output_tokens": 6, "method": "ratio"},
    }
    assert found["llmtap"]["cost"] == {
        "estimated": 0.25,
        "currency": "USD",
        "status": "estimated",
        "pricing": "provider:openai/gpt-4o-mini",
    }


def test_a_part_of_a_cost_has_its_currency() -> None:
    """Where one side of a call is priced and the other is not known, the amount that there is says of what it is."""
    cost = Cost("partial", input=Decimal("0.5"), currency="CNY")
    found = msgspec.json.decode(document(redacted(), cost, Latency()).body)
    assert found["llmtap"]["cost"] == {"input": 0.5, "currency": "CNY", "status": "partial"}
    unpriced = msgspec.json.decode(document(redacted(), Cost("unpriced"), Latency()).body)
    assert unpriced["llmtap"]["cost"] == {"status": "unpriced"}


def test_gateways_and_servers_have_their_fields() -> None:
    """A gateway stands beside the provider whose API it passes through; a reseller's server beside the reseller."""
    endpoint = Endpoint("openai", gateway="cloudflare", served_by="path")
    made = msgspec.json.decode(
        document(redacted(replace(EXCHANGE, endpoint=endpoint)), Cost("unpriced"), Latency()).body
    )
    assert made["gen_ai"]["provider"]["name"] == "openai"
    assert made["llmtap"]["gateway"] == {"name": "cloudflare"}
    assert made["llmtap"]["provider"] == {"known": True, "served_by": "path"}
    said = replace(INFERENCE, response=replace(RESPONSE, served_by="answer"))
    made = msgspec.json.decode(document(redacted(inference=said), Cost("unpriced"), Latency()).body)
    assert made["llmtap"]["provider"]["served_by"] == "answer"
    answered = Response(200, ((b"X-Inference-Provider", b"header"),))
    made = msgspec.json.decode(
        document(redacted(replace(EXCHANGE, response=answered)), Cost("unpriced"), Latency()).body
    )
    assert made["llmtap"]["provider"]["served_by"] == "header"


@given(st.integers(), st.floats(), st.text())
def test_any_value_can_be_written(count: int, number: float, text: str) -> None:
    """No count, number or text that a body may hold keeps a document from being written as JSON."""
    response = replace(RESPONSE, usage=Usage(count, count), model=text)
    inference = replace(INFERENCE, response=response, request=replace(REQUEST, temperature=number, seed=count))

    body = document(redacted(inference=inference), Cost("unmetered"), Latency()).body

    assert msgspec.json.decode(body)["gen_ai"]["operation"]["name"] == "chat"


@given(st.decimals(0, 10, allow_nan=False, allow_infinity=False))
def test_money_has_no_exponent(amount: Decimal) -> None:
    """However small an amount is, it is spelt in digits, and is the same amount."""
    spelt = bytes(plain(amount)).decode()
    assert "E" not in spelt.upper()
    assert not ("." in spelt and spelt.endswith(("0", ".")))
    assert Decimal(spelt) == amount
