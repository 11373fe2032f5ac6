"""Brings a usage object of the OpenAI chat kind, whoever wrote it, to OTel's arithmetic: totals include their parts.

Providers agree on `prompt_tokens` and `completion_tokens` and differ in where they put the parts and in whether the
total includes them (providers.md 1.6). A count that is not stated, or is no sane count, is None.
"""

from decimal import Decimal

import msgspec

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import LARGEST

_TICK = Decimal("1e-10")


class _CacheCreation(msgspec.Struct, gc=False):
    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class _InputDetails(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_creation_tokens: int | None = None
    cache_creation: _CacheCreation | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    video_tokens: int | None = None


class _OutputDetails(msgspec.Struct, gc=False):
    """Parts of an output; OpenAI says of every answer that no prediction was accepted or rejected, which is no fact."""

    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class _Cost(msgspec.Struct, gc=False):
    total_cost: Decimal | None = None
    reasoning_tokens_cost: Decimal | None = None


class _CostDetails(msgspec.Struct, gc=False):
    upstream_inference_cost: Decimal | None = None


class ServerTools(msgspec.Struct, gc=False):
    """How often tools ran at the server, and which of them."""

    web_search_requests: int | None = None
    web_fetch_requests: int | None = None
    tool_calls_executed: int | None = None


class ChatUsage(msgspec.Struct, gc=False):
    """A `usage` object as it stands in a body; the names beyond OpenAI's are each one vendor's.

    DeepSeek: `prompt_cache_*_tokens`; Together: `cached_tokens`; Mistral: `num_cached_tokens`; Vercel and LiteLLM:
    `cache_*_input_tokens`; Together, Perplexity, Copilot: `reasoning_tokens`; OpenRouter and Perplexity: `cost` (USD);
    DeepInfra: `estimated_cost` (USD); AssemblyAI: `input_tokens` and `output_tokens` for OpenAI's names, and
    `cache_creation` among the details; Perplexity: `citation_tokens`, `num_search_queries`, `search_context_size`;
    Cerebras: `image_tokens`; Writer: `prompt_token_details`; xAI: `cost_in_usd_ticks`, `num_server_side_tools_used`,
    `input_text_messages`. Seconds of sound are `seconds` of OpenAI, Mistral's `prompt_audio_seconds` and xAI's
    `billable_audio_seconds`. GigaChat bills no cached token, and leaves `precached_prompt_tokens` out of its prompt.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _InputDetails | None = None
    prompt_token_details: _InputDetails | None = None
    completion_tokens_details: _OutputDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    prompt_cache_miss_tokens: int | None = None
    cached_tokens: int | None = None
    num_cached_tokens: int | None = None
    precached_prompt_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: _CacheCreation | None = None
    reasoning_tokens: int | None = None
    image_tokens: int | None = None
    num_search_queries: int | None = None
    search_context_size: str | None = None
    server_tool_use: ServerTools | None = None
    server_tool_use_details: ServerTools | None = None
    service_tier: str | None = None
    cost: Decimal | _Cost | None = None
    estimated_cost: Decimal | None = None
    cost_details: _CostDetails | None = None
    is_byok: bool | None = None
    cost_in_usd_ticks: int | None = None
    num_server_side_tools_used: int | None = None
    citation_tokens: int | None = None
    input_text_messages: int | None = None
    seconds: Decimal | None = None
    prompt_audio_seconds: Decimal | None = None
    billable_audio_seconds: Decimal | None = None


_NO_INPUT = _InputDetails()
_NO_OUTPUT = _OutputDetails()
_NO_TOOLS = ServerTools()
_NO_CREATION = _CacheCreation()


def chat_usage(stated: ChatUsage, *, answered: bool = False) -> Usage | None:
    """Return the counts of a usage object, or None when it states none.

    Reasoning that `completion_tokens` leave out is added to the output (`_apart`). Voyage states the total of an
    embedding alone, which is input; of what was `answered` in words a total alone tells neither side (MiniMax). A part
    that exceeds its whole is clamped, and the usage marked `inconsistent` (Azure does this).
    """
    details, made = (
        stated.prompt_tokens_details or stated.prompt_token_details or _NO_INPUT,
        stated.completion_tokens_details or _NO_OUTPUT,
    )
    hit, miss = _count(stated.prompt_cache_hit_tokens), _count(stated.prompt_cache_miss_tokens)
    both = None if hit is None or miss is None else hit + miss
    prompt = _count(stated.prompt_tokens, both, stated.input_tokens)
    output = _count(stated.completion_tokens, stated.output_tokens)
    aside = _count(stated.precached_prompt_tokens)
    if aside and prompt is not None:
        prompt += aside
    if prompt is None and output is None and not answered:
        prompt = _count(stated.total_tokens)
    reasoning = _count(made.reasoning_tokens, stated.reasoning_tokens)
    if reasoning and output is not None and _apart(stated, prompt, output, reasoning):
        output += reasoning
    cached_at_all = (hit, stated.cached_tokens, stated.num_cached_tokens, aside, stated.cache_read_input_tokens)
    read = _count(details.cached_tokens, *cached_at_all)
    cached = _within(read, prompt)
    write = _count(details.cache_write_tokens, details.cache_creation_tokens, stated.cache_creation_input_tokens)
    written = _within(write, None if prompt is None else prompt - (cached or 0))
    thought = _within(reasoning, output)
    creation = stated.cache_creation or details.cache_creation or _NO_CREATION
    tools = stated.server_tool_use or stated.server_tool_use_details or _NO_TOOLS
    usage = Usage(
        input_tokens=prompt,
        output_tokens=output,
        cache_read_input_tokens=cached,
        cache_write_input_tokens=written,
        cache_write_5m_input_tokens=_within(_count(creation.ephemeral_5m_input_tokens), written),
        cache_write_1h_input_tokens=_within(_count(creation.ephemeral_1h_input_tokens), written),
        reasoning_output_tokens=thought,
        text_input_tokens=_count(details.text_tokens),
        text_output_tokens=_count(made.text_tokens),
        audio_input_tokens=_count(details.audio_tokens),
        audio_output_tokens=_count(made.audio_tokens),
        image_input_tokens=_count(details.image_tokens, stated.image_tokens),
        image_output_tokens=_count(made.image_tokens),
        video_input_tokens=_count(details.video_tokens),
        accepted_prediction_output_tokens=_count(made.accepted_prediction_tokens) or None,
        rejected_prediction_output_tokens=_count(made.rejected_prediction_tokens) or None,
        web_searches=_count(tools.web_search_requests, stated.num_search_queries),
        web_fetches=_count(tools.web_fetch_requests),
        citation_tokens=_count(stated.citation_tokens),
        server_tool_calls=_count(tools.tool_calls_executed, stated.num_server_side_tools_used),
        text_messages=_count(stated.input_text_messages),
        audio_seconds=heard(stated),
        inconsistent=(cached, written, thought) != (read, write, reasoning),
    )
    return None if usage == UNUSED else usage


def _apart(stated: ChatUsage, prompt: int | None, output: int, reasoning: int) -> bool:
    """Return whether reasoning stands outside the output.

    xAI tells by `total = prompt + completion + reasoning`. Perplexity's deep research reasons about what it read before
    it writes, and its total has neither: told by a price of its own (https://docs.perplexity.ai/guides/pricing), or by
    more of it than of the output beside `citation_tokens`.
    """
    if prompt is not None and stated.total_tokens == prompt + output + reasoning:
        return True
    if isinstance(stated.cost, _Cost) and stated.cost.reasoning_tokens_cost:
        return True
    return stated.citation_tokens is not None and reasoning > output


def heard(stated: ChatUsage) -> Decimal | None:
    """Return the seconds of sound that are billed."""
    return measure(stated.seconds, stated.prompt_audio_seconds, stated.billable_audio_seconds)


def measure(*stated: Decimal | None) -> Decimal | None:
    """Return the first that is stated and can be a measure (seconds, credits), to a millionth."""
    for value in stated:
        if value is not None and value.is_finite() and 0 <= value < LARGEST:
            whole = value.to_integral_value()
            return whole if value == whole else round(value, 6).normalize()
    return None


def chat_cost(stated: ChatUsage) -> Decimal | None:
    """Return the cost in USD that the provider itself states, or None.

    OpenRouter's `cost` under the caller's own key (`is_byok`) is its fee alone, so the upstream's is added
    (https://openrouter.ai/docs/use-cases/usage-accounting). xAI counts in ticks of 1e-10 USD.
    """
    cost = stated.cost.total_cost if isinstance(stated.cost, _Cost) else stated.cost
    if cost is None:
        cost = stated.estimated_cost
    if cost is None:
        ticks = _count(stated.cost_in_usd_ticks)
        return None if ticks is None else ticks * _TICK
    upstream = stated.cost_details.upstream_inference_cost if stated.is_byok and stated.cost_details else None
    if upstream is not None and upstream.is_finite():
        cost += upstream
    return cost if cost.is_finite() and 0 <= cost < LARGEST else None


def _count(*stated: int | None) -> int | None:
    """Return the first that is stated and can be a count."""
    for value in stated:
        if value is not None and 0 <= value < LARGEST:
            return value
    return None


def _within(part: int | None, whole: int | None) -> int | None:
    return part if part is None or whole is None else min(part, whole)
