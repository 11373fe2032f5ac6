"""The counts of an interaction in OTel's arithmetic."""

import json

import pytest

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.interaction_usage import InteractionUsage, interaction_usage


def counted(**members: object) -> Usage | None:
    """What a `usage` object states."""
    return interaction_usage(read(InteractionUsage, json.dumps(members).encode()))


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, None),
        ({"total_input_tokens": 5, "total_output_tokens": 7}, Usage(5, 7)),
        (
            {"total_input_tokens": 5, "total_output_tokens": 7, "total_thought_tokens": 30},
            Usage(5, 37, reasoning_output_tokens=30),
        ),
        (
            {"total_input_tokens": 5, "total_tool_use_tokens": 90, "total_cached_tokens": 4},
            Usage(95, None, 4, tool_input_tokens=90),
        ),
        ({"total_input_tokens": 5, "total_cached_tokens": 8}, Usage(5, None, 5, inconsistent=True)),
        ({"total_thought_tokens": 3}, Usage(None, 3, reasoning_output_tokens=3)),
        (
            {"total_input_tokens": 5, "grounding_tool_count": [{"type": "google_search", "count": 2}]},
            Usage(5, web_searches=2),
        ),
        (
            {"total_input_tokens": 5, "grounding_tool_count": [{"type": "retrieval", "count": 3}]},
            Usage(5, file_searches=3),
        ),
        (
            {"total_tool_use_tokens": 5, "tool_use_tokens_by_modality": [{"modality": "text", "tokens": 5}]},
            Usage(5, text_input_tokens=5, tool_input_tokens=5),
        ),
        ({"total_input_tokens": -5}, None),
        ({"grounding_tool_count": [{"type": "google_search"}]}, None),
        (
            {"total_input_tokens": 5, "input_tokens_by_modality": [{"modality": "document", "tokens": 5}]},
            Usage(5, image_input_tokens=5),
        ),
    ],
)
def test_totals_include_their_parts(usage: dict[str, object], expected: Usage | None) -> None:
    """Thoughts and tool prompts stand outside, cached tokens inside; what is not stated is None."""
    assert counted(**usage) == expected
