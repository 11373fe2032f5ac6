"""Usage objects of many vendors become one arithmetic: totals include their parts."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage, measure

STATED = {
    "openai": (
        """{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":60,
        "audio_tokens":1,"text_tokens":2,"image_tokens":3,"video_tokens":8,"cache_write_tokens":4},"completion_tokens_details":
        {"reasoning_tokens":20,"audio_tokens":5,"text_tokens":6,"image_tokens":7,"rejected_prediction_tokens":9,
        "accepted_prediction_tokens":0}}""",
        Usage(
            *(100, 50, 60, 4, None, None, 20, 2, 6, 1, 5, None, 3, 7),
            video_input_tokens=8,
            rejected_prediction_output_tokens=9,
        ),
    ),
    "assemblyai": ('{"input_tokens":20,"output_tokens":10,"total_tokens":30}', Usage(20, 10)),
    "assemblyai, cached": (
        """{"prompt_tokens":90,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":20,"cache_write_tokens":40,
        "cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":10}}}""",
        Usage(90, 10, 20, 40, 30, 10),
    ),
    "deepseek": (
        '{"completion_tokens":5,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":6}',
        Usage(70, 5, 64),
    ),
    "deepseek, hits alone": ('{"completion_tokens":5,"prompt_cache_hit_tokens":64}', Usage(None, 5, 64)),
    "deepseek, misses alone": ('{"completion_tokens":5,"prompt_cache_miss_tokens":6}', Usage(None, 5)),
    "xai leaves reasoning out": (
        """{"prompt_tokens":32,"completion_tokens":9,"total_tokens":141,"completion_tokens_details":
        {"reasoning_tokens":100}}""",
        Usage(32, 109, reasoning_output_tokens=100),
    ),
    "together": (
        '{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"reasoning_tokens":25,"cached_tokens":4}',
        Usage(9, 30, 4, reasoning_output_tokens=25),
    ),
    "gigachat leaves out what was cached": (
        '{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"precached_prompt_tokens":4}',
        Usage(13, 3, 4),
    ),
    "gigachat without a prompt": ('{"completion_tokens":3,"precached_prompt_tokens":4}', Usage(None, 3, 4)),
    "cerebras": (
        '{"prompt_tokens":90,"completion_tokens":3,"image_tokens":80}',
        Usage(90, 3, image_input_tokens=80),
    ),
    "writer, and runs of OpenAI": (
        '{"prompt_tokens":9,"completion_tokens":3,"prompt_token_details":{"cached_tokens":8}}',
        Usage(9, 3, 8),
    ),
    "mistral": ('{"prompt_tokens":9,"completion_tokens":3,"num_cached_tokens":8}', Usage(9, 3, 8)),
    "vercel": (
        """{"prompt_tokens":90,"completion_tokens":3,"cache_creation_input_tokens":40,"cache_read_input_tokens":30,
        "cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":10}}""",
        Usage(90, 3, 30, 40, 30, 10),
    ),
    "what is written was not read": (
        '{"prompt_tokens":10,"completion_tokens":3,"cached_tokens":6,"cache_creation_input_tokens":5}',
        Usage(10, 3, 6, 4, inconsistent=True),
    ),
    "all may be written": (
        '{"prompt_tokens":10,"completion_tokens":3,"cache_creation_input_tokens":10}',
        Usage(10, 3, None, 10),
    ),
    "perplexity": (
        '{"prompt_tokens":9,"completion_tokens":3,"num_search_queries":2,"citation_tokens":70}',
        Usage(9, 3, web_searches=2, citation_tokens=70),
    ),
    "perplexity reasons before it writes": (
        """{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"citation_tokens":70,"reasoning_tokens":400}""",
        Usage(9, 430, reasoning_output_tokens=400, citation_tokens=70),
    ),
    "perplexity may think all that it writes": (
        """{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"citation_tokens":70,"reasoning_tokens":30}""",
        Usage(9, 30, reasoning_output_tokens=30, citation_tokens=70),
    ),
    "perplexity prices reasoning apart": (
        """{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"reasoning_tokens":20,
        "cost":{"reasoning_tokens_cost":0.00006,"total_cost":0.1}}""",
        Usage(9, 50, reasoning_output_tokens=20),
    ),
    "perplexity prices no reasoning": (
        """{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"citation_tokens":70,"reasoning_tokens":20,
        "cost":{"reasoning_tokens_cost":null,"total_cost":0.1}}""",
        Usage(9, 30, reasoning_output_tokens=20, citation_tokens=70),
    ),
    "openrouter": (
        '{"prompt_tokens":9,"completion_tokens":3,"server_tool_use":{"web_search_requests":1,"tool_calls_executed":4}}',
        Usage(9, 3, web_searches=1, server_tool_calls=4),
    ),
    "openrouter, by its other name": (
        '{"prompt_tokens":9,"completion_tokens":3,"server_tool_use_details":{"web_search_requests":1,"web_fetch_requests":2}}',
        Usage(9, 3, web_searches=1, web_fetches=2),
    ),
    "mistral hears": (
        '{"prompt_tokens":9,"completion_tokens":3,"prompt_audio_seconds":203}',
        Usage(9, 3, audio_seconds=Decimal(203)),
    ),
    "xai counts messages": (
        '{"prompt_tokens":9,"completion_tokens":3,"input_text_messages":2,"num_server_side_tools_used":5}',
        Usage(9, 3, text_messages=2, server_tool_calls=5),
    ),
    "openai, foretold": (
        """{"prompt_tokens":9,"completion_tokens":7,"completion_tokens_details":
        {"accepted_prediction_tokens":4,"rejected_prediction_tokens":0}}""",
        Usage(9, 7, accepted_prediction_output_tokens=4),
    ),
    "azure exceeds": (
        '{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":128}}',
        Usage(10, 3, 10, inconsistent=True),
    ),
    "upstream excludes reasoning": (
        '{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13,"completion_tokens_details":{"reasoning_tokens":9}}',
        Usage(10, 3, reasoning_output_tokens=3, inconsistent=True),
    ),
    "voyage": ('{"total_tokens":12}', Usage(12)),
    "a total is no prompt beside an output": ('{"completion_tokens":3,"total_tokens":12}', Usage(None, 3)),
    "zero is stated": ('{"prompt_tokens":0,"completion_tokens":0}', Usage(0, 0)),
    "the first that is no count": ('{"prompt_tokens":281474976710656,"completion_tokens":3}', Usage(None, 3)),
    "no sane counts": ('{"prompt_tokens":-1,"completion_tokens":99999999999999999999}', None),
    "nothing": ("{}", None),
}

COSTS = {
    '{"estimated_cost":0.0000042}': Decimal("0.0000042"),
    '{"cost":0.00033}': Decimal("0.00033"),
    '{"cost":6.2e-7}': Decimal("6.2e-7"),
    '{"cost":0}': Decimal(0),
    '{"cost":{"total_cost":0.0062}}': Decimal("0.0062"),
    '{"cost_in_usd_ticks":1563000}': Decimal("0.0001563"),
    '{"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.02}}': Decimal("0.021"),
    '{"cost":0.001,"is_byok":false,"cost_details":{"upstream_inference_cost":0.02}}': Decimal("0.001"),
    '{"cost":0.001,"is_byok":true}': Decimal("0.001"),
    '{"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":"NaN"}}': Decimal("0.001"),
    '{"cost":281474976710656}': None,
    '{"cost":"NaN"}': None,
    '{"cost":-1}': None,
    '{"cost":{}}': None,
    "{}": None,
}


@pytest.mark.parametrize("vendor", STATED)
def test_every_vendor(vendor: str) -> None:
    """The fields of providers.md 1.6."""
    body, usage = STATED[vendor]
    assert chat_usage(read(ChatUsage, body.encode())) == usage


@pytest.mark.parametrize("body", COSTS)
def test_reported_cost(body: str) -> None:
    """What the provider says the call cost, in USD and exactly."""
    assert chat_cost(read(ChatUsage, body.encode())) == COSTS[body]


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (("12.50",), "12.5"),
        (("120",), "120"),
        (("0.12345678",), "0.123457"),
        (("0",), "0"),
        ((None, "NaN", "Infinity", "-1", "281474976710656", "3"), "3"),
        (("NaN", None), None),
    ],
)
def test_a_measure_is_the_first_that_can_be_one(stated: tuple[str | None, ...], seconds: str | None) -> None:
    """Finite, not negative, and written without an exponent or zeros that say nothing."""
    found = measure(*(None if value is None else Decimal(value) for value in stated))
    assert (None if found is None else str(found)) == seconds


COUNTS = st.none() | st.integers(-5, 500)


@given(st.fixed_dictionaries(dict.fromkeys(("prompt_tokens", "completion_tokens", "cached_tokens"), COUNTS)), COUNTS)
def test_no_part_exceeds_its_whole(counts: dict[str, int | None], reasoning: int | None) -> None:
    """Law: whatever is stated, cached is within input and reasoning within output."""
    body = msgspec.json.encode(counts | {"reasoning_tokens": reasoning})
    usage = chat_usage(read(ChatUsage, body)) or Usage()
    if usage.input_tokens is not None:
        assert (usage.cache_read_input_tokens or 0) <= usage.input_tokens
    if usage.output_tokens is not None:
        assert (usage.reasoning_output_tokens or 0) <= usage.output_tokens
