"""Spells the fields of what a call used: tokens under `gen_ai.usage`, all other units under `llmtap.usage`.

What comes out is a part of a document; what is None in it is left out there.
"""

from operator import attrgetter

from llmtap.decode.inference import Usage
from llmtap.enrich.estimate import Estimate
from llmtap.export.outcome import UsageSource

_UNITS = (
    "video_input_tokens", "video_output_tokens", "tool_input_tokens", "image_tool_input_tokens",
    "image_tool_image_input_tokens", "image_tool_output_tokens", "svg_input_tokens", "svg_output_tokens",
    "accepted_prediction_output_tokens",
    "rejected_prediction_output_tokens", "citation_tokens", "web_searches", "web_fetches", "social_searches",
    "file_searches", "code_executions", "server_tool_calls", "search_units", "classifications", "pages",
    "annotated_pages", "text_messages", "characters", "images", "input_images", "credits", "audio_seconds",
    "video_seconds",
)  # fmt: skip
"""Counts that have the same name in `Usage`."""
_units = attrgetter(*_UNITS)


def counts(usage: Usage | None) -> dict[str, object] | None:
    """Return what stands under `gen_ai.usage`: the tokens that OTel has a name for."""
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read": {"input_tokens": usage.cache_read_input_tokens},
        "cache_write": {"input_tokens": usage.cache_write_input_tokens},
        "reasoning": {"output_tokens": usage.reasoning_output_tokens},
        **(_modalities(usage) if usage.modal else {}),
    }


def _modalities(usage: Usage) -> dict[str, object]:
    return {
        "text": {"input_tokens": usage.text_input_tokens, "output_tokens": usage.text_output_tokens},
        "audio": {
            "input_tokens": usage.audio_input_tokens,
            "output_tokens": usage.audio_output_tokens,
            "cache_read": {"input_tokens": usage.audio_cache_read_input_tokens},
        },
        "image": {
            "input_tokens": usage.image_input_tokens,
            "output_tokens": usage.image_output_tokens,
            "cache_read": {"input_tokens": usage.image_cache_read_input_tokens},
        },
    }


def notes(usage: Usage | None, estimate: Estimate | None, source: UsageSource) -> dict[str, object]:
    """Return what stands under `llmtap.usage`, for which OTel has no name.

    Where the counts come from, what is estimated, the parts of a cache write, and the units that are no tokens.
    """
    found: dict[str, object] = {"source": source}
    if estimate is not None:
        found["estimated"] = {
            "input_tokens": estimate.input_tokens,
            "output_tokens": estimate.output_tokens,
            "method": estimate.method,
        }
    if usage is not None:
        known = (usage.input_tokens, usage.output_tokens)
        found["total_tokens"] = None if None in known else sum(count or 0 for count in known)
        found["cache_write_5m_tokens"] = usage.cache_write_5m_input_tokens
        found["cache_write_1h_tokens"] = usage.cache_write_1h_input_tokens
        found["cache_write_30m_tokens"] = usage.cache_write_30m_input_tokens
        found["cache_write_12h_tokens"] = usage.cache_write_12h_input_tokens
        found |= {name: count for name, count in zip(_UNITS, _units(usage), strict=True) if count is not None}
        found["inconsistent"] = usage.inconsistent or None
    return found
