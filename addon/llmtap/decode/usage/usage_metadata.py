"""Brings Google's `usageMetadata` to OTel's arithmetic: totals include their parts.

Thoughts stand beside the candidates and the prompts of server tools beside the prompt, cached tokens inside the prompt:
`total = prompt + toolUse + candidates + thoughts` (providers.md 1.6). A count of zero is left out by the server, so
what is not stated is None and never 0. A document is billed as the pictures of its pages. Searches stand beside the
answer, as queries, of which empty ones and repetitions are not billed.

Source: https://ai.google.dev/api/generate-content#UsageMetadata and its page at Vertex AI, which adds `trafficType`;
https://ai.google.dev/gemini-api/docs/google-search (billing).
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import Count

_MODALITIES = {"1": "TEXT", "2": "IMAGE", "3": "VIDEO", "4": "AUDIO", "5": "IMAGE", "DOCUMENT": "IMAGE"}
"""What is counted as what: by number, and a document as the pictures of its pages."""
_PARTS = tuple(name for name in Usage.__struct_fields__ if name != "inconsistent")


class Share(msgspec.Struct, rename="camel", gc=False):
    """How many tokens are of one modality; some clients ask for enumerations as numbers."""

    modality: str | int = ""
    token_count: Count | None = None


class UsageMetadata(msgspec.Struct, rename="camel", gc=False):
    """A `usageMetadata` object; `response*` are the names of the Live API, `promptTokenDetails` that of embeddings."""

    prompt_token_count: Count | None = None
    cached_content_token_count: Count | None = None
    candidates_token_count: Count | None = None
    response_token_count: Count | None = None
    thoughts_token_count: Count | None = None
    tool_use_prompt_token_count: Count | None = None
    total_token_count: Count | None = None
    prompt_tokens_details: list[Share] | None = None
    prompt_token_details: list[Share] | None = None
    cache_tokens_details: list[Share] | None = None
    candidates_tokens_details: list[Share] | None = None
    response_tokens_details: list[Share] | None = None
    tool_use_prompt_tokens_details: list[Share] | None = None
    service_tier: str | None = None
    traffic_type: str | None = None


class Grounding(msgspec.Struct, rename="camel", gc=False):
    """What a `groundingMetadata` says that was searched for on the web."""

    web_search_queries: list[str] | None = None

    @property
    def queries(self) -> set[str]:
        """The queries that are billed."""
        return {query for query in self.web_search_queries or () if query.strip()}


def metadata_usage(stated: UsageMetadata) -> Usage | None:
    """Return the counts of a `usageMetadata`, or None when it states none.

    A part that exceeds its whole is clamped, and the usage marked `inconsistent`.
    """
    total_input = _sum(stated.prompt_token_count, stated.tool_use_prompt_token_count)
    candidates = stated.candidates_token_count
    output = _sum(stated.response_token_count if candidates is None else candidates, stated.thoughts_token_count)
    cached = stated.cached_content_token_count
    exceeds = cached is not None and total_input is not None and cached > total_input
    into = _shares(stated.prompt_tokens_details, stated.prompt_token_details, stated.tool_use_prompt_tokens_details)
    out = _shares(stated.candidates_tokens_details, stated.response_tokens_details)
    kept = _shares(stated.cache_tokens_details)
    usage = Usage(
        input_tokens=total_input,
        output_tokens=output,
        cache_read_input_tokens=total_input if exceeds else cached,
        reasoning_output_tokens=stated.thoughts_token_count,
        text_input_tokens=into.get("TEXT"),
        text_output_tokens=out.get("TEXT"),
        audio_input_tokens=into.get("AUDIO"),
        audio_output_tokens=out.get("AUDIO"),
        audio_cache_read_input_tokens=kept.get("AUDIO"),
        image_input_tokens=into.get("IMAGE"),
        image_output_tokens=out.get("IMAGE"),
        image_cache_read_input_tokens=kept.get("IMAGE"),
        video_input_tokens=into.get("VIDEO"),
        video_output_tokens=out.get("VIDEO"),
        tool_input_tokens=stated.tool_use_prompt_token_count,
        inconsistent=exceeds,
    )
    return None if usage == UNUSED else usage


def terms(stated: UsageMetadata) -> str | None:
    """Return the service tier, or the traffic type that is one at Vertex AI, unless it is said to be unspecified."""
    words = (stated.service_tier, stated.traffic_type)
    return next((word for word in words if word and not word.lower().endswith("unspecified")), None)


def latest_usage(before: Usage | None, stated: UsageMetadata) -> Usage | None:
    """Return the usage after one more `usageMetadata` of a stream: the last one holds, they are never added up.

    One without an output (a chunk that tells `trafficType` alone, or the prompt only) leaves what it does not state.
    """
    usage = metadata_usage(stated)
    if usage is None or before is None:
        return usage or before
    if usage.input_tokens is not None and usage.output_tokens is not None:
        return usage
    stated_now = {name: count for name in _PARTS if (count := getattr(usage, name)) is not None}
    return replace(before, **{**stated_now, "inconsistent": before.inconsistent or usage.inconsistent})


def _sum(whole: int | None, beside: int | None) -> int | None:
    return beside if whole is None else whole + (beside or 0)


def _shares(*details: Iterable[Share] | None) -> dict[str, int]:
    """Return the tokens of each modality, over all the lists that state some."""
    found: dict[str, int] = {}
    for share in (share for shares in details for share in shares or ()):
        if share.token_count is not None:
            name = str(share.modality).upper()
            name = _MODALITIES.get(name, name)
            found[name] = found.get(name, 0) + share.token_count
    return found
