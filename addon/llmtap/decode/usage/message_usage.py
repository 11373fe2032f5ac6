"""Brings a usage object of Anthropic's Messages to OTel's arithmetic, as it grows over a stream or whole.

Total input is the sum of uncached, cache-read and cache-written tokens, because Anthropic counts the three apart.
Counts are cumulative: what is stated later replaces what was stated before, and what is not stated again still holds.
What a compaction of the conversation used is billed and stands in `iterations` alone, so it is added. What an advisor
used has the prices of another model, and is not. Where one model declined and another answered, that one is named there
(`served`).

Source: https://docs.claude.com/en/api/messages (usage) and .../docs/build-with-claude/compaction; the type definitions
of https://github.com/anthropics/anthropic-sdk-python (`beta_fallback_message_iteration_usage`); providers.md 1.6.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import Usage
from llmtap.decode.usage.chat_usage import ChatUsage
from llmtap.decode.usage.tally import LARGEST


class _OutputDetails(msgspec.Struct, frozen=True):
    thinking_tokens: int | None = None


class _Iteration(ChatUsage, gc=False):
    """One run of the model within a call: a `message`, of which the whole is the sum, or something beside it."""

    type: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class MessageUsage(ChatUsage, gc=False):
    """A `usage` object as it stands in a body or in an event, and on which terms the model was run."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None
    iterations: list[_Iteration] | None = None
    speed: str | None = None
    inference_geo: str | None = None


def input_usage(before: Usage, stated: MessageUsage) -> Usage:
    """Return `before` with the input counts that are `stated` now; a count that is not stated again still holds."""
    read = _latest(stated.cache_read_input_tokens, before.cache_read_input_tokens)
    written = _latest(stated.cache_creation_input_tokens, before.cache_write_input_tokens)
    uncached = _latest(stated.input_tokens, None)
    if not uncached and before.input_tokens is not None:
        uncached = before.input_tokens - (before.cache_read_input_tokens or 0) - (before.cache_write_input_tokens or 0)
    split, tools = stated.cache_creation, stated.server_tool_use
    for_5m, for_1h = (split.ephemeral_5m_input_tokens, split.ephemeral_1h_input_tokens) if split else (None, None)
    return replace(
        before,
        input_tokens=None if uncached is None else uncached + (read or 0) + (written or 0),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_5m_input_tokens=_latest(for_5m, before.cache_write_5m_input_tokens),
        cache_write_1h_input_tokens=_latest(for_1h, before.cache_write_1h_input_tokens),
        web_searches=_latest(tools.web_search_requests if tools else None, before.web_searches),
        web_fetches=_latest(tools.web_fetch_requests if tools else None, before.web_fetches),
    )


def message_usage(before: Usage, stated: MessageUsage) -> Usage:
    """Return `before` with all counts that are `stated` now; thinking beyond the output is clamped and marked."""
    usage = input_usage(before, stated)
    output = _latest(stated.output_tokens, usage.output_tokens)
    details = stated.output_tokens_details
    reasoning = _latest(details.thinking_tokens if details else None, usage.reasoning_output_tokens)
    exceeded = reasoning is not None and output is not None and reasoning > output
    usage = replace(
        usage,
        output_tokens=output,
        reasoning_output_tokens=output if exceeded else reasoning,
        inconsistent=exceeded,
    )
    for beside in stated.iterations or ():
        if beside.type == "compaction":
            usage = _with(usage, beside)
    return usage


def served(stated: MessageUsage) -> str | None:
    """Return the model that answered in place of the one that was asked, if another did."""
    runs = (run.model for run in stated.iterations or () if run.type == "fallback_message" and run.model)
    return next(runs, None)


def _with(usage: Usage, beside: _Iteration) -> Usage:
    """Return a usage together with that of a run which it leaves out."""
    read, written = _latest(beside.cache_read_input_tokens, None), _latest(beside.cache_creation_input_tokens, None)
    split = beside.cache_creation
    into = _sum(_sum(_latest(beside.input_tokens, None), read), written)
    return replace(
        usage,
        input_tokens=_sum(usage.input_tokens, into),
        output_tokens=_sum(usage.output_tokens, _latest(beside.output_tokens, None)),
        cache_read_input_tokens=_sum(usage.cache_read_input_tokens, read),
        cache_write_input_tokens=_sum(usage.cache_write_input_tokens, written),
        cache_write_5m_input_tokens=_sum(
            usage.cache_write_5m_input_tokens, _latest(split.ephemeral_5m_input_tokens if split else None, None)
        ),
        cache_write_1h_input_tokens=_sum(
            usage.cache_write_1h_input_tokens, _latest(split.ephemeral_1h_input_tokens if split else None, None)
        ),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other


def _latest(stated: int | None, before: int | None) -> int | None:
    """Return the count that is `stated` now, if it can be a count, or else what was known before."""
    return stated if stated is not None and 0 <= stated < LARGEST else before
