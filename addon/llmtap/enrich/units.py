"""What is billed: each count of a call, on which side it is billed, and what it is called where prices come from.

One row is all that a further count needs: `Usage` states it under the name of the row, genai-prices prices it as
`asked`, a price sheet (an override, the second source) as `price`. A count that is billed with another says why.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

type Side = Literal["input_tokens", "output_tokens", "fees"]

MILLION = 1_000_000


class Unit(NamedTuple):
    """What one more of a count is.

    `asked` is its unit in genai-prices, and `probe` how many of it a usage holds in which one more still fits into its
    whole; `within` are the counts that include it, the widest first, and `per` is how many a stated `price` buys.
    """

    side: Side
    asked: str | None = None
    probe: int = 0
    price: str | None = None
    within: tuple[str, ...] = ()
    per: int = MILLION


_INPUT, _OUTPUT = ("input_tokens",), ("output_tokens",)
_WRITTEN = (*_INPUT, "cache_write_input_tokens")
_HEARD = (*_INPUT, "cache_read_input_tokens", "audio_input_tokens")
_SEEN = (*_INPUT, "cache_read_input_tokens", "image_input_tokens")

UNITS: Mapping[str, Unit] = {
    "input_tokens": Unit("input_tokens", "input_tokens", 100, "input"),
    "cache_read_input_tokens": Unit("input_tokens", "cache_read_tokens", 10, "cache_read", _INPUT),
    "cache_write_input_tokens": Unit("input_tokens", "cache_write_tokens", 20, "cache_write", _INPUT),
    "cache_write_5m_input_tokens": Unit("input_tokens", "cache_write_5m_tokens", 5, None, _WRITTEN),
    "cache_write_1h_input_tokens": Unit("input_tokens", "cache_write_1h_tokens", 5, "cache_write_1h", _WRITTEN),
    "audio_input_tokens": Unit("input_tokens", "input_audio_tokens", 10, "audio_input", _INPUT),
    "image_input_tokens": Unit("input_tokens", "input_image_tokens", 10, "image_input", _INPUT),
    "video_input_tokens": Unit("input_tokens", "input_video_tokens", 10, "video_input", _INPUT),
    "tool_input_tokens": Unit("input_tokens", "input_tool_tokens", 5, None, _INPUT),
    "audio_cache_read_input_tokens": Unit("input_tokens", "cache_audio_read_tokens", 1, "audio_cache_read", _HEARD),
    "image_cache_read_input_tokens": Unit("input_tokens", "cache_image_read_tokens", 1, "image_cache_read", _SEEN),
    "output_tokens": Unit("output_tokens", "output_tokens", 100, "output"),
    "audio_output_tokens": Unit("output_tokens", "output_audio_tokens", 10, "audio_output", _OUTPUT),
    "image_output_tokens": Unit("output_tokens", "output_image_tokens", 10, "image_output", _OUTPUT),
    "video_output_tokens": Unit("output_tokens", "output_video_tokens", 10, "video_output", _OUTPUT),
    "reasoning_output_tokens": Unit("output_tokens", "output_reasoning_tokens", 10, "reasoning", _OUTPUT),
    "web_searches": Unit("fees", "web_searches", 0, "web_search", per=1),
    "social_searches": Unit("fees", "social_searches", 0, "social_search", per=1),
    "file_searches": Unit("fees", "storage_searches", 0, "file_search", per=1),
    "code_executions": Unit("fees", "code_executions", 0, "code_execution", per=1),
    "search_units": Unit("fees", "rerank_searches", 0, "search", per=1),
    "classifications": Unit("fees", None, 0, "classification", per=1),
    "text_messages": Unit("fees", "input_text_messages", 0, "text_message", per=1),
    "characters": Unit("fees", "input_characters", 0, "character"),
    "pages": Unit("fees", "input_document_pages", 10, "page", per=1),
    "annotated_pages": Unit("fees", "input_annotated_document_pages", 1, "annotated_page", ("pages",), per=1),
    "images": Unit("fees", None, 0, "image", per=1),
    "input_images": Unit("fees", None, 0, "input_image", per=1),
    "audio_seconds": Unit("fees", "audio_seconds", 100, "audio_second", per=1),
    "video_seconds": Unit("fees", None, 0, "video_second", per=1),
}
"""Counts of `Usage` to what is billed for them; each whole stands before its parts.

The probe of `audio_seconds` is beyond the ten seconds that Groq bills at least. genai-prices knows seconds of sound
that is heard apart (`input_audio_seconds`), and never at another price.
"""

UNBILLED: Mapping[str, str] = {
    "text_input_tokens": "what is not of another kind costs what the whole costs",
    "text_output_tokens": "what is not of another kind costs what the whole costs",
    "image_tool_input_tokens": "billed as a call of the image model, whose tariff is another",
    "image_tool_image_input_tokens": "billed as a call of the image model, whose tariff is another",
    "image_tool_output_tokens": "billed as a call of the image model, whose tariff is another",
    "svg_input_tokens": "their prices are those of the model that wrote the drawing",
    "svg_output_tokens": "their prices are those of the model that wrote the drawing",
    "cache_write_30m_input_tokens": "no list of prices tells it from what is written to the cache at all",
    "cache_write_12h_input_tokens": "no list of prices tells it from what is written to the cache at all",
    "accepted_prediction_output_tokens": "costs what the output costs, of which it is a part",
    "rejected_prediction_output_tokens": "costs what the output costs, of which it is a part",
    "citation_tokens": "whoever bills them (Perplexity) reports the cost",
    "web_fetches": "costs the tokens that were fetched; where it costs more (Perplexity), the cost is reported",
    "server_tool_calls": "the sum of calls each kind of which has its own price",
    "credits": "paid in advance, in a unit of whoever sells them",
}
"""The other counts, and why nothing is billed for them by themselves."""

PRICES = frozenset(unit.price for unit in UNITS.values() if unit.price is not None)
"""What a price sheet may state, beside `request`, which is per call."""
