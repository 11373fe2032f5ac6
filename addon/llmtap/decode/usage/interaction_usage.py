"""Brings the usage of Google's Interactions and Decisions to OTel's arithmetic: totals include their parts.

The counts are those of a `usageMetadata` by other names, and by its arithmetic: thoughts stand beside the output, the
prompts of server tools beside the input. Beside the tokens stand the searches that grounded the answer; those of
Google Maps have no name among the counts.

Source: https://ai.google.dev/api/interactions-api and the type definitions of
https://github.com/googleapis/python-genai (`interactions.Usage`).
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import Count
from llmtap.decode.usage.usage_metadata import Share, UsageMetadata, metadata_usage


class _Share(msgspec.Struct, gc=False):
    modality: str = ""
    tokens: Count | None = None


class _Searches(msgspec.Struct, gc=False):
    type: str = ""
    count: Count | None = None


class InteractionUsage(msgspec.Struct, gc=False):
    """A `usage` object as it stands in an interaction, in an event of its stream or in a decision."""

    total_input_tokens: Count | None = None
    total_output_tokens: Count | None = None
    total_thought_tokens: Count | None = None
    total_cached_tokens: Count | None = None
    total_tool_use_tokens: Count | None = None
    input_tokens_by_modality: list[_Share] | None = None
    output_tokens_by_modality: list[_Share] | None = None
    cached_tokens_by_modality: list[_Share] | None = None
    tool_use_tokens_by_modality: list[_Share] | None = None
    grounding_tool_count: list[_Searches] | None = None


def interaction_usage(stated: InteractionUsage) -> Usage | None:
    """Return the counts, or None when none is stated."""
    usage = metadata_usage(
        UsageMetadata(
            prompt_token_count=stated.total_input_tokens,
            cached_content_token_count=stated.total_cached_tokens,
            candidates_token_count=stated.total_output_tokens,
            thoughts_token_count=stated.total_thought_tokens,
            tool_use_prompt_token_count=stated.total_tool_use_tokens,
            prompt_tokens_details=_shares(stated.input_tokens_by_modality),
            candidates_tokens_details=_shares(stated.output_tokens_by_modality),
            cache_tokens_details=_shares(stated.cached_tokens_by_modality),
            tool_use_prompt_tokens_details=_shares(stated.tool_use_tokens_by_modality),
        )
    )
    searches = {tool.type: tool.count for tool in stated.grounding_tool_count or () if tool.count is not None}
    if not searches:
        return usage
    return replace(
        usage or UNUSED,
        web_searches=searches.get("google_search"),
        file_searches=searches.get("retrieval"),
    )


def _shares(shares: Iterable[_Share] | None) -> list[Share]:
    return [Share(share.modality, share.tokens) for share in shares or ()]
