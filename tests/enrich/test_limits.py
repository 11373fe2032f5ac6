"""Numbers come out of the headers of every vendor, and nothing but numbers."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.enrich.limits import Allowance, Limits, limits, seconds_until
from tests.enrich.call import STARTED, exchange, headers

NOW = 1_766_104_100.0
"""2025-12-19T00:28:20Z."""
DATE = "Fri, 19 Dec 2025 00:28:20 GMT"


def said(**fields: str) -> Limits:
    """What the headers of an answer say."""
    return limits(exchange(answered=headers(**fields)))


def asked(**fields: str) -> Limits:
    """What the headers of a request say."""
    return limits(exchange(asked=headers(**fields), answered=()))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6ms", 0.006),
        ("0s", 0.0),
        ("1m30s", 90.0),
        ("1m32.773s", 92.773),
        ("2h3m4.5s", 7384.5),
        ("1d", 86_400.0),
        ("17µs", 0.000017),
        ("12", 12.0),
        ("0.5", 0.5),
        ("2025-12-19T00:28:35Z", 15.0),
        ("2025-12-19T01:28:35+01:00", 15.0),
        ("Fri, 19 Dec 2025 00:29:20 GMT", 60.0),
        ("1766104130", 30.0),
        ("1766104130500", 30.5),
        ("2025-12-19T00:00:00Z", 0.0),
        ("9999-12-31T23:59:59Z", None),
        ("1e400", None),
        ("-5", None),
        ("X-RATELIMIT-RESET-XXX", None),
        ("", None),
        ("never ever", None),
    ],
)
def test_when_a_quota_is_renewed(text: str, seconds: float | None) -> None:
    """Spans, instants and epochs in every spelling recorded; a past instant is now, nonsense is unknown."""
    assert seconds_until(text, NOW) == seconds


def test_openai() -> None:
    """Requests and tokens, and the server's own time."""
    found = said(
        x_ratelimit_limit_requests="10000",
        x_ratelimit_remaining_requests="9999",
        x_ratelimit_reset_requests="6ms",
        x_ratelimit_limit_tokens="30000000",
        x_ratelimit_remaining_tokens="29999958",
        x_ratelimit_reset_tokens="0s",
        openai_processing_ms="835",
        x_envoy_upstream_service_time="842",
    )
    assert found == Limits(Allowance(10000, 9999, 0.006), Allowance(30_000_000, 29_999_958, 0.0), server=0.835)


def test_anthropic() -> None:
    """Four quotas, renewed at an instant of the clock that also wrote the answer's date."""
    quotas = {
        f"anthropic_ratelimit_{meter}_{word}": value
        for meter in ("requests", "tokens", "input_tokens", "output_tokens")
        for word, value in (("limit", "4000"), ("remaining", "3999"), ("reset", "2025-12-19T00:28:35Z"))
    }
    allowance = Allowance(4000, 3999, 15.0)
    assert said(date=DATE, **quotas) == Limits(allowance, allowance, allowance, allowance)


def test_an_instant_without_a_date_is_relative_to_the_arrival() -> None:
    """The headers of this call arrived half a second after it began."""
    found = said(anthropic_ratelimit_requests_reset=f"{STARTED + 10.5:.0f}", retry_after=f"{STARTED + 2:.0f}")
    assert (found.requests.reset, found.retry_after) == (9.5, 1.5)


@pytest.mark.parametrize(
    ("fields", "requests", "tokens"),
    [
        (
            {"x-ratelimit-limit-requests-minute": "500", "x-ratelimit-remaining-tokens-minute": "318552"},
            Allowance(500),
            Allowance(None, 318552),
        ),
        (
            {"x-ratelimit-limit-req-10-second": "60", "x-ratelimit-remaining-req-10-second": "53"},
            Allowance(60, 53),
            Allowance(),
        ),
        ({"ratelimit-remaining": "599", "ratelimit-reset": "1"}, Allowance(None, 599, 1.0), Allowance()),
        ({"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9"}, Allowance(10, 9), Allowance()),
        (
            {"ratelimit": '"api";r=499;t=112', "ratelimit-policy": '"fixed window";"api";q=500;w=300'},
            Allowance(500, 499, 112.0),
            Allowance(),
        ),
        (
            {"ratelimitbysize-limit": "500000", "ratelimitbysize-remaining": "401381", "ratelimitbysize-reset": "33"},
            Allowance(),
            Allowance(500000, 401381, 33.0),
        ),
        ({"x-ratelimit-limit-requests": "X-RATELIMIT-LIMIT-REQUESTS-XXX"}, Allowance(), Allowance()),
    ],
)
def test_other_vendors(fields: dict[str, str], requests: Allowance, tokens: Allowance) -> None:
    """Cerebras, Mistral, Replicate, Together, Hugging Face; a placeholder is no number."""
    found = said(**fields)
    assert (found.requests, found.tokens) == (requests, tokens)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"x_amzn_bedrock_invocation_latency": "3163"}, 3.163),
        ({"req_cost_time": "315"}, 0.315),
        ({"x_compute_time": "2.484567121"}, 2.484567),
        ({"x_kong_upstream_latency": "70"}, 0.07),
        ({"server_timing": "gfet4t7; dur=48"}, 0.048),
        ({"server_timing": "cfEdge;dur=6,cfOrigin;dur=0,cfWorker;dur=463"}, None),
        ({"openai_processing_ms": "OPENAI-PROCESSING-XXX"}, None),
        ({}, None),
    ],
)
def test_server_time(fields: dict[str, str], seconds: float | None) -> None:
    """The provider's own time in seconds, whatever unit it speaks in; that of a gateway is not taken for it."""
    assert said(**fields).server == seconds


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"retry_after": "15"}, 15.0),
        ({"retry_after": "15", "retry_after_ms": "14250"}, 14.25),
        ({"date": DATE, "retry_after": "Fri, 19 Dec 2025 00:28:50 GMT"}, 30.0),
        ({"retry_after": "soon"}, None),
    ],
)
def test_retry_after(fields: dict[str, str], seconds: float | None) -> None:
    """Seconds or a date (RFC 9110); the finer header wins."""
    assert said(**fields).retry_after == seconds


def test_retries() -> None:
    """The SDKs count what came before, AWS's counts attempts; whoever says nothing is unknown."""
    assert asked(x_stainless_retry_count="2").retry_count == 2
    assert asked(x_stainless_retry_count="0").retry_count == 0
    assert asked(amz_sdk_request="attempt=3; max=5").retry_count == 2
    assert asked().retry_count is None
    assert (asked(idempotency_key="stainless-node-retry-1").idempotency_key, asked().idempotency_key) == (True, None)


names = st.sampled_from(
    ["x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "ratelimit", "date", "retry-after", "server-timing"]
)


@given(st.lists(st.tuples(names.map(str.encode), st.binary(max_size=40) | st.from_regex(rb"[0-9.msThZ:+-]{0,30}"))))
def test_only_numbers_pass(fields: list[tuple[bytes, bytes]]) -> None:
    """Law: whatever the headers hold, nothing raises, no number is negative or infinite, and no text comes out."""
    found = limits(exchange(asked=tuple(fields), answered=tuple(fields)))

    def check(value: object) -> None:
        if isinstance(value, dict):
            for item in value.values():
                check(item)
        else:
            assert value is None or (isinstance(value, (bool, int, float)) and 0 <= value < 1e15)

    check(msgspec.to_builtins(found))
