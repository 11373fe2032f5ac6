"""Google's counts in OTel's arithmetic."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.usage_metadata import Grounding, UsageMetadata, latest_usage, metadata_usage, terms

COUNTS = st.none() | st.integers(0, 1 << 47)


def metadata(**members: object) -> UsageMetadata:
    """A `usageMetadata` as it is read."""
    return read(UsageMetadata, json.dumps(members).encode())


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, None),
        ({"trafficType": "ON_DEMAND", "totalTokenCount": 7}, None),
        ({"promptTokenCount": 5, "totalTokenCount": 5}, Usage(5)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 7}, Usage(5, 7)),
        ({"promptTokenCount": 5, "thoughtsTokenCount": 7}, Usage(5, 7, reasoning_output_tokens=7)),
        (
            {"promptTokenCount": 5, "candidatesTokenCount": 7, "thoughtsTokenCount": 30},
            Usage(5, 37, reasoning_output_tokens=30),
        ),
        (
            {"promptTokenCount": 5, "toolUsePromptTokenCount": 90, "candidatesTokenCount": 7},
            Usage(95, 7, tool_input_tokens=90),
        ),
        ({"promptTokenCount": 500, "cachedContentTokenCount": 400, "responseTokenCount": 7}, Usage(500, 7, 400)),
        ({"promptTokenCount": 5, "cachedContentTokenCount": 5}, Usage(5, None, 5)),
        ({"promptTokenCount": 5, "cachedContentTokenCount": 8}, Usage(5, None, 5, inconsistent=True)),
        ({"promptTokenCount": "5", "candidatesTokenCount": -7, "thoughtsTokenCount": 1 << 60}, Usage(5)),
    ],
)
def test_totals_include_their_parts(members: dict[str, object], expected: Usage | None) -> None:
    """Thoughts and tool prompts stand outside, cached tokens inside; what is not stated is None."""
    assert metadata_usage(metadata(**members)) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"serviceTier": "priority", "trafficType": "ON_DEMAND"}, "priority"),
        ({"serviceTier": "unspecified", "trafficType": "ON_DEMAND"}, "ON_DEMAND"),
        ({"trafficType": "TRAFFIC_TYPE_UNSPECIFIED"}, None),
        ({}, None),
    ],
)
def test_the_terms_are_said_or_not(members: dict[str, object], expected: str | None) -> None:
    """A tier comes before a type of traffic; neither is one that is called unspecified."""
    assert terms(metadata(**members)) == expected


def test_modalities() -> None:
    """The details of prompt and tools are added up; enumerations may be numbers, a document is its pictures."""
    usage = metadata_usage(
        metadata(
            promptTokenCount=100,
            promptTokensDetails=[{"modality": "TEXT", "tokenCount": 1}, {"modality": 4, "tokenCount": 2}, {}],
            promptTokenDetails=[{"modality": "IMAGE", "tokenCount": 4}, {"modality": "VIDEO", "tokenCount": 50}],
            toolUsePromptTokensDetails=[
                {"modality": "TEXT", "tokenCount": 8},
                {"modality": "DOCUMENT", "tokenCount": 9},
            ],
            cacheTokensDetails=[{"modality": "AUDIO", "tokenCount": 1}, {"modality": "IMAGE", "tokenCount": 2}],
            candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 3}, {"modality": 3, "tokenCount": 7}],
            responseTokensDetails=[{"modality": "AUDIO", "tokenCount": 5}, {"modality": "TEXT", "tokenCount": 6}],
        )
    )
    assert usage == Usage(
        input_tokens=100,
        text_input_tokens=9,
        audio_input_tokens=2,
        image_input_tokens=13,
        image_cache_read_input_tokens=2,
        video_input_tokens=50,
        video_output_tokens=7,
        audio_cache_read_input_tokens=1,
        image_output_tokens=3,
        audio_output_tokens=5,
        text_output_tokens=6,
    )


def test_the_last_one_that_states_counts_holds() -> None:
    """They are never added up; one without an output leaves the output that is known, and what was marked."""
    usage = None
    for members, expected in (
        ({"trafficType": "ON_DEMAND"}, None),
        ({"promptTokenCount": 5}, Usage(5)),
        ({"promptTokenCount": 5, "thoughtsTokenCount": 9}, Usage(5, 9, reasoning_output_tokens=9)),
        ({"promptTokenCount": 6, "candidatesTokenCount": 7}, Usage(6, 7)),
        ({"trafficType": "ON_DEMAND"}, Usage(6, 7)),
        ({"promptTokenCount": 8}, Usage(8, 7)),
        ({"candidatesTokenCount": 9}, Usage(8, 9)),
        ({"promptTokenCount": 8, "cachedContentTokenCount": 9}, Usage(8, 9, 8, inconsistent=True)),
        ({"promptTokenCount": 8}, Usage(8, 9, 8, inconsistent=True)),
    ):
        usage = latest_usage(usage, metadata(**members))
        assert usage == expected


def test_a_query_is_billed_once() -> None:
    """Empty ones and repetitions are not."""
    said = ('{"webSearchQueries":["a"," ","b","","a"]}', '{"webSearchQueries":null}', "{}")
    assert [read(Grounding, one.encode()).queries for one in said] == [{"a", "b"}, set(), set()]


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_total_is_the_sum_of_what_is_stated(
    prompt: int | None, tool: int | None, candidates: int | None, thoughts: int | None, cached: int | None
) -> None:
    """Law: each side is the sum of its two counts, None if neither is stated; no part exceeds its whole."""
    usage = metadata_usage(UsageMetadata(prompt, cached, candidates, None, thoughts, tool)) or Usage()
    for total, stated in (
        (usage.input_tokens, (prompt, tool)),
        (usage.output_tokens, (candidates, thoughts)),
    ):
        known = [count for count in stated if count is not None]
        assert total == (sum(known) if known else None)
    if usage.input_tokens is not None:
        assert (usage.cache_read_input_tokens or 0) <= usage.input_tokens
    assert (usage.reasoning_output_tokens or 0) <= (usage.output_tokens or 0)
