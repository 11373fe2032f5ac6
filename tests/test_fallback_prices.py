"""The making of the second source: what of a foreign price table becomes a price sheet, and what does not."""

import json
from decimal import Decimal

import pytest

from scripts.fallback_prices import converted, written

ENTRY = {"litellm_provider": "groq", "mode": "chat"}


def sheet(prices: dict[str, object], name: str = "groq/tower") -> dict[str, str] | None:
    """Return what becomes of one entry, or None."""
    made = [sheet for models in converted({name: ENTRY | prices}).values() for sheet in models.values()]
    return {key: f"{price:f}" for key, price in made[0].items()} if made else None


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}, {"input": "2.5", "output": "10"}),
        ({"input_cost_per_token_batches": 1e-06}, {"input@batch": "1"}),
        ({"input_cost_per_token_above_200k_tokens_priority": 1e-06}, {"input@priority>200000": "1"}),
        ({"input_cost_per_token": 1e-06, "input_cost_per_image_token": 1e-06}, {"input": "1"}),
        ({"input_cost_per_token": 0.0, "output_cost_per_token": 0}, None),
        ({"input_cost_per_token": 1e-06, "mode": "search"}, None),
        ({"input_cost_per_token": 0.0, "input_cost_per_query": 0.002, "mode": "rerank"}, {"search": "0.002"}),
        ({"input_cost_per_query": 0.002}, None),
        (
            {"input_cost_per_second": 0.0001, "output_cost_per_second": 0.0001, "mode": "audio_transcription"},
            {"audio_second": "0.0001"},
        ),
        ({"input_cost_per_second": 0.01}, None),
        ({"output_cost_per_image": 0.04, "mode": "image_generation"}, {"image": "0.04"}),
        ({"input_cost_per_token": 1.3e-10, "mode": "image_generation"}, None),
        ({"input_cost_per_image": 0.0001, "mode": "embedding"}, {"input_image": "0.0001"}),
        ({"input_cost_per_image": 0.0001, "mode": "image_generation"}, None),
        ({"output_cost_per_video_per_second": 0.1, "mode": "video_generation"}, {"video_second": "0.1"}),
        ({"output_cost_per_second": 0.1, "output_cost_per_second_4k": 0.3, "mode": "video_generation"}, None),
        (
            {"ocr_cost_per_page": 0.002, "annotation_cost_per_page": 0.003, "mode": "ocr"},
            {"page": "0.002", "annotated_page": "0.003"},
        ),
        ({"ocr_cost_per_page_batches": 0.001, "mode": "ocr"}, {"page@batch": "0.001"}),
        (
            {"input_cost_per_image_token": 1e-05, "cache_read_input_image_token_cost": 2e-06},
            {"image_input": "10", "image_cache_read": "2"},
        ),
        (
            {"output_cost_per_token": 9e-06, "output_cost_per_video_token": 2e-05, "input_cost_per_video_token": 0.0},
            {"output": "9", "video_output": "20"},
        ),
        ({"input_cost_per_token": 1e-04, "mode": "embedding"}, None),
        ({"supports_vision": True, "input_cost_per_token": True}, None),
        ({"search_context_cost_per_query": {"low": 0.01, "high": 0.01}}, {"web_search": "0.01"}),
        ({"search_context_cost_per_query": {"low": 0.005, "high": 0.012}}, None),
        (
            {"litellm_provider": "perplexity", "search_context_cost_per_query": {"search_context_size_low": 0.005,
                                                                                 "search_context_size_high": 0.012}},
            {"request@low": "0.005", "request@high": "0.012"},
        ),
        ({"input_cost_per_token_above_272k_tokens_ultrafast": 1e-06}, {"input@ultrafast>272000": "1"}),
        (
            {"tiered_pricing": [
                {"input_cost_per_token": 5e-08, "range": [0, 256000.0]},
                {"input_cost_per_token": 2.5e-07, "range": [256000.0, 1000000.0]},
            ]},
            {"input": "0.05", "input>256000": "0.25"},
        ),
    ],
)  # fmt: skip
def test_an_entry_becomes_a_sheet(prices: dict[str, object], expected: dict[str, str] | None) -> None:
    """Prices of a token are per million; what is not plain, or says nothing, is left out."""
    assert sheet(prices) == expected


@pytest.mark.parametrize(
    "name", ["azure/eu/tower", "1024-x-1024/tower", "bedrock/*/1-month-commitment/tower", "standard/1024-x-1024/tower"]
)
def test_what_no_call_tells_is_left_out(name: str) -> None:
    """A data zone, the size of an image and capacity by the month do not stand in a call."""
    assert sheet({"input_cost_per_token": 1e-06}, name.removeprefix("azure/").removeprefix("bedrock/")) is None


def test_families_are_one_seller_and_names_are_lower_case() -> None:
    """The table's several names for a seller become one; who is not asked for is left out."""
    table = {
        "us.Tower": {"litellm_provider": "bedrock_converse", "input_cost_per_token": 1e-06},
        "bedrock/eu-west-1/tower": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-06},
        "vertex_ai/tower": {"litellm_provider": "vertex_ai-tower_models", "input_cost_per_token": 3e-06},
        "kyma/tower": {"litellm_provider": "kyma", "input_cost_per_token": 4e-06},
    }
    assert converted(table) == {
        "bedrock": {"us.tower": {"input": Decimal(1)}, "eu-west-1/tower": {"input": Decimal(2)}},
        "vertex_ai": {"tower": {"input": Decimal(3)}},
    }


def test_the_file_does_not_depend_on_the_order() -> None:
    """The same prices give the same bytes, which are JSON with a line for each model."""
    table = {
        name: {"litellm_provider": "groq", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
        for name in ("groq/b", "groq/a")
    }
    text = written(converted(table))
    assert text == written(converted(dict(reversed(table.items()))))
    assert json.loads(text)["prices"] == {"groq": {"a": {"input": 1, "output": 2}, "b": {"input": 1, "output": 2}}}
