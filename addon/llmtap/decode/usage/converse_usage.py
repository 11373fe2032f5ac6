"""Brings the usage of Bedrock's Converse API, and of Nova's own, to OTel's arithmetic: totals include their parts.

What was read from the cache and written to it stands outside `inputTokens` (providers.md 1.6), so the total input is
the sum of three. What was written for five minutes or for an hour lies within what was written. A count that is not
stated, or is no sane count, is None.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.
"""

import msgspec

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import Count


class Detail(msgspec.Struct, frozen=True, rename="camel"):
    """What was written to the cache for one time to live."""

    ttl: str | None = None
    input_tokens: Count = 0


class ConverseUsage(msgspec.Struct, frozen=True, rename="camel"):
    """A `usage` object as it stands; the counts of the cache have two names each, of which Nova knows the longer."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_read_input_token_count: Count | None = None
    cache_write_input_tokens: Count | None = None
    cache_write_input_token_count: Count | None = None
    cache_details: list[Detail] | None = None


def converse_usage(stated: ConverseUsage) -> Usage | None:
    """Return the counts, or None when none is stated; a split that exceeds its whole is left out as `inconsistent`."""
    read = _first(stated.cache_read_input_tokens, stated.cache_read_input_token_count)
    written = _first(stated.cache_write_input_tokens, stated.cache_write_input_token_count)
    minutes, hour = _kept(stated, "5m"), _kept(stated, "1h")
    fits = (minutes or 0) + (hour or 0) <= (written or 0)
    usage = Usage(
        input_tokens=None if stated.input_tokens is None else stated.input_tokens + (read or 0) + (written or 0),
        output_tokens=stated.output_tokens,
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_5m_input_tokens=minutes if fits else None,
        cache_write_1h_input_tokens=hour if fits else None,
        inconsistent=not fits,
    )
    return None if usage == UNUSED else usage


def _kept(stated: ConverseUsage, ttl: str) -> int | None:
    counts = [detail.input_tokens for detail in stated.cache_details or () if detail.ttl == ttl]
    return sum(counts) if counts else None


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)
