"""What the headers of a call say of quotas, of the server's own time and of retries: numbers only.

Whatever a header holds, either a number comes out of it or nothing; no text of a header passes, so none can carry a
secret. Counts are whole numbers, times are seconds from the answer on: an instant (RFC 3339, HTTP date, epoch) is taken
relative to the answer's own `Date`, which the same clock wrote, or else to when the answer arrived.

Sources: providers.md 1.9 (recorded headers); https://platform.openai.com/docs/guides/rate-limits;
https://docs.claude.com/en/api/rate-limits; RFC 9110 section 10.2.3 (Retry-After); draft-ietf-httpapi-ratelimit-headers.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from llmtap.capture.exchange import Exchange
from llmtap.enrich.headers import by_name, value_of

_LARGEST = 1 << 48
_LONGEST = 10 * 366 * 86_400.0
"""Seconds; a quota that is renewed later than in ten years is none."""
_EPOCH, _EPOCH_MILLISECONDS = 1e9, 1e12
"""A bare number from here on is no span but an instant: in seconds (GitHub), in milliseconds (OpenRouter)."""

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_SPAN = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|µs|ns|d|h|m|s))+")
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ATTEMPT = re.compile(r"attempt=(\d{1,6})")
_GOOGLE_TIME = re.compile(r"gfet4t7\s*;\s*dur=([\d.]{1,20})")
_MEMBER = {name: re.compile(rf";\s*{name}=(\d{{1,15}})") for name in ("r", "t", "q")}


def _named(*names: str) -> tuple[tuple[str, str, str], ...]:
    """Return the three headers of each family of names."""
    return tuple((name.format("limit"), name.format("remaining"), name.format("reset")) for name in names)


_REQUESTS = _named(
    "x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}", "x-ratelimit-{}-requests-minute",
    "x-ratelimit-{}-req-minute", "x-ratelimit-{}-req-60-second", "x-ratelimit-{}-req-10-second", "ratelimit-{}",
    "x-ratelimit-{}",
)  # fmt: skip
_TOKENS = _named(
    "x-ratelimit-{}-tokens", "anthropic-ratelimit-tokens-{}", "x-ratelimit-{}-tokens-minute", "ratelimitbysize-{}",
)  # fmt: skip
_INPUT_TOKENS = _named("anthropic-ratelimit-input-tokens-{}")
_OUTPUT_TOKENS = _named("anthropic-ratelimit-output-tokens-{}")

_SERVER_TIMES = (
    ("openai-processing-ms", 1e-3),
    ("x-amzn-bedrock-invocation-latency", 1e-3),
    ("fireworks-server-processing-time", 1.0),
    ("req-cost-time", 1e-3),  # Alibaba
    ("x-inference-time", 1e-3),  # Hugging Face
    ("x-compute-time", 1.0),  # Hugging Face
    ("cmp-upstream-response-duration", 1e-3),  # Azure
    ("x-envoy-upstream-service-time", 1e-3),
    ("x-kong-upstream-latency", 1e-3),  # Mistral
)
"""Header and the seconds of its unit, the nearest to the model first."""
_IDEMPOTENCY_KEYS = ("idempotency-key", "x-idempotency-key")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One quota: how much there is, how much of it is left, and in how many seconds it is renewed."""

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The quotas that an answer states, and what is said of retries and of the server's own time (seconds).

    `retry_count` counts the attempts before this one, as the client says; `idempotency_key` is True when it sent one.
    """

    requests: Allowance = Allowance()
    tokens: Allowance = Allowance()
    input_tokens: Allowance = Allowance()
    output_tokens: Allowance = Allowance()
    retry_after: float | None = None
    server: float | None = None
    retry_count: int | None = None
    idempotency_key: bool | None = None


def limits(exchange: Exchange) -> Limits:
    """Return what the headers of a call say."""
    asked = by_name(exchange.request.headers)
    retries, sent_key = _retries(asked), any(name in asked for name in _IDEMPOTENCY_KEYS) or None
    if exchange.response is None:
        return Limits(retry_count=retries, idempotency_key=sent_key)
    said = by_name(exchange.response.headers)
    if not any("ratelimit" in name or "retry-after" in name for name in said):  # most answers of most providers
        return Limits(server=_server_time(said), retry_count=retries, idempotency_key=sent_key)
    now = _instant(value_of(said, "date") or "")
    if now is None:
        waited = (exchange.headers_at or 0.0) - (exchange.origin or 0.0)
        now = exchange.started + (waited if exchange.headers_at is not None and exchange.origin is not None else 0.0)
    return Limits(
        requests=_drafted(said) or _allowance(said, _REQUESTS, now),
        tokens=_allowance(said, _TOKENS, now),
        input_tokens=_allowance(said, _INPUT_TOKENS, now),
        output_tokens=_allowance(said, _OUTPUT_TOKENS, now),
        retry_after=_retry_after(said, now),
        server=_server_time(said),
        retry_count=retries,
        idempotency_key=sent_key,
    )


def seconds_until(text: str, now: float) -> float | None:
    """Return in how many seconds from `now` (epoch seconds) an instant or the end of a span is; past ones are 0."""
    text = text.strip()
    span: float | None
    if _NUMBER.fullmatch(text):
        span = float(text)
        if span >= _EPOCH:
            span = (span / 1e3 if span >= _EPOCH_MILLISECONDS else span) - now
    elif _SPAN.fullmatch(text):
        span = sum(float(count) * _UNITS[unit] for count, unit in _PIECE.findall(text))
    else:
        instant = _instant(text)
        span = None if instant is None else instant - now
    return None if span is None or not span < _LONGEST else round(max(0.0, span), 6)


def _allowance(said: Mapping[str, bytes], names: tuple[tuple[str, str, str], ...], now: float) -> Allowance:
    """Return the quota of the first family of names that states anything of it."""
    for limit_name, remaining_name, reset_name in names:
        if limit_name not in said and remaining_name not in said and reset_name not in said:
            continue
        limit, remaining = _count(value_of(said, limit_name)), _count(value_of(said, remaining_name))
        reset = value_of(said, reset_name)
        if limit is not None or remaining is not None or reset is not None:
            return Allowance(limit, remaining, None if reset is None else seconds_until(reset, now))
    return Allowance()


def _drafted(said: Mapping[str, bytes]) -> Allowance | None:
    """Return the quota of requests in the draft's own form: `ratelimit: "api";r=499;t=112`, policy `…;q=500;w=300`."""
    state = value_of(said, "ratelimit") or ""
    left, reset = _MEMBER["r"].search(state), _MEMBER["t"].search(state)
    if left is None:
        return None
    whole = _MEMBER["q"].search(value_of(said, "ratelimit-policy") or "")
    return Allowance(whole and int(whole[1]), int(left[1]), float(reset[1]) if reset else None)


def _retry_after(said: Mapping[str, bytes], now: float) -> float | None:
    milliseconds = _decimal(value_of(said, "retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1e3
    stated = value_of(said, "retry-after")
    return None if stated is None else seconds_until(stated, now)


def _server_time(said: Mapping[str, bytes]) -> float | None:
    for name, unit in _SERVER_TIMES:
        if name in said and (value := _decimal(value_of(said, name))) is not None:
            return round(value * unit, 6)
    google = _GOOGLE_TIME.search(value_of(said, "server-timing") or "")
    value = _decimal(google[1]) if google else None
    return None if value is None else round(value / 1e3, 6)


def _retries(asked: Mapping[str, bytes]) -> int | None:
    """Return how many attempts came before: the SDKs of OpenAI and Anthropic say so, AWS's counts attempts from 1."""
    stated = _count(value_of(asked, "x-stainless-retry-count"))
    if stated is None and (attempt := _ATTEMPT.search(value_of(asked, "amz-sdk-request") or "")):
        stated = max(0, int(attempt[1]) - 1)
    return stated


def _count(text: str | None) -> int | None:
    value = _decimal(text)
    return int(value) if value is not None and value.is_integer() and value < _LARGEST else None


def _decimal(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and _NUMBER.fullmatch(text) else None


def _instant(text: str) -> float | None:
    """Return an RFC 3339 instant or an HTTP date as epoch seconds."""
    if not 8 <= len(text) <= 64:  # noqa: PLR2004 -- a date alone, and more than any date needs
        return None
    try:
        read = datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)
        seconds = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return seconds if math.isfinite(seconds) else None
