"""What a response of OpenAI's newer API is billed by: tokens, and the tools that the server ran."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.messages.items import Item, Written
from llmtap.decode.usage.response_usage import ResponseUsage, ToolUsage, response_usage

COUNTS = st.none() | st.integers(-3, 1 << 49)


def stated(**members: object) -> ResponseUsage:
    """A usage as it is read."""
    return read(ResponseUsage, json.dumps(members).encode())


def tools(**members: object) -> ToolUsage:
    """What stands beside it."""
    return read(ToolUsage, json.dumps(members).encode())


def test_the_image_tool_is_billed_apart() -> None:
    """Its tokens are no part of the totals; a tool that was not used has none."""
    details = {"text_tokens": 40, "image_tokens": 22}
    drawn = tools(image_gen={"input_tokens": 62, "input_tokens_details": details, "output_tokens": 4160})
    made = [Item("image_generation_call"), Item("message")]
    assert response_usage(stated(input_tokens=9, output_tokens=4), drawn, made) == Usage(
        9,
        4,
        image_tool_input_tokens=62,
        image_tool_image_input_tokens=22,
        image_tool_output_tokens=4160,
        server_tool_calls=1,
        images=1,
    )
    unseen = tools(image_gen={"input_tokens": 62, "input_tokens_details": {"image_tokens": 0}, "output_tokens": 4160})
    assert response_usage(stated(input_tokens=9), unseen) == Usage(
        9, image_tool_input_tokens=62, image_tool_output_tokens=4160
    )
    idle = tools(image_gen={"input_tokens": 0, "output_tokens": 0}, web_search={"num_requests": 0})
    assert response_usage(stated(input_tokens=9), idle) == Usage(9, web_searches=0)


def test_calls_of_the_server_s_tools() -> None:
    """Those in the output, or the number that xAI states; what the application has to answer is none."""
    output = [Item(kind) for kind in ("web_search_call", "file_search_call", "function_call", "mcp_call", "message")]
    assert response_usage(stated(input_tokens=1), None, output) == Usage(1, file_searches=1, server_tool_calls=3)
    ran = [Item("code_interpreter_call"), Item("code_interpreter_call")]
    assert response_usage(stated(input_tokens=1), None, ran) == Usage(1, code_executions=2, server_tool_calls=2)
    counted = stated(input_tokens=1, num_server_side_tools_used=5)
    assert response_usage(counted, None, output) == Usage(1, file_searches=1, server_tool_calls=5)


def test_a_drawing_is_billed_apart() -> None:
    """Each was written by a model of text, whose tokens are no part of the totals."""
    made = [Item("image_generation_call", svg_usage=Written(30, 700)), Item("image_generation_call")]
    assert response_usage(stated(input_tokens=9), None, [*made, made[0]]) == Usage(
        9, svg_input_tokens=60, svg_output_tokens=1400, server_tool_calls=3, images=3
    )
    assert response_usage(stated(input_tokens=9), None, made[1:]) == Usage(9, server_tool_calls=1, images=1)


def test_how_long_the_cache_is_kept() -> None:
    """What was written is split by its time to live; Perplexity names the parts of the cache as Anthropic does."""
    details = {"cache_write_tokens": 7, "cache_write_tokens_details": {"ttl_30m_tokens": 5, "ttl_12h_tokens": 2}}
    assert response_usage(stated(input_tokens=9, input_tokens_details=details)) == Usage(
        9, cache_write_input_tokens=7, cache_write_30m_input_tokens=5, cache_write_12h_input_tokens=2
    )
    details = {"cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}
    assert response_usage(stated(input_tokens=9, input_tokens_details=details)) == Usage(9, None, 3, 2)


def test_only_a_search_is_one() -> None:
    """Opening a page and finding something in it are calls of the same tool; what is counted elsewhere comes first."""
    actions = ({"type": "search", "queries": ["a", "b"]}, {"type": "open_page"}, {"type": "find_in_page"}, None)
    output = [Item("web_search_call", action=action) for action in actions]
    assert response_usage(stated(input_tokens=1), None, output) == Usage(1, web_searches=1, server_tool_calls=4)
    assert response_usage(stated(input_tokens=1), None, output[1:3]) == Usage(1, server_tool_calls=2)
    other = [Item("mcp_call", action=actions[0])]
    assert response_usage(stated(input_tokens=1), None, other) == Usage(1, server_tool_calls=1)
    counted = response_usage(stated(input_tokens=1), tools(web_search={"num_requests": 3}), output)
    assert counted == Usage(1, web_searches=3, server_tool_calls=4)


def test_what_each_tool_was_asked() -> None:
    """xAI and Perplexity state it, each in words of their own."""
    details = {"web_search_calls": 1, "x_search_calls": 2, "file_search_calls": 3, "code_interpreter_calls": 4}
    assert response_usage(stated(input_tokens=1, server_side_tool_usage_details=details)) == Usage(
        1, web_searches=1, social_searches=2, file_searches=3, code_executions=4
    )
    invoked = {"search_web": {"invocation": 2}, "fetch_url": {"invocation": 1}}
    assert response_usage(stated(input_tokens=1, tool_calls_details=invoked)) == Usage(1, web_searches=2, web_fetches=1)


def test_a_reseller_counts_its_tools() -> None:
    """OpenRouter counts those that it ran itself; what it counts comes before the items of the output."""
    details = {"tool_calls_requested": 4, "tool_calls_executed": 3, "web_search_requests": 2}
    used = response_usage(stated(input_tokens=1, server_tool_use_details=details), None, [Item("mcp_call")])
    assert used == Usage(1, web_searches=2, server_tool_calls=3)


def test_a_relay_may_use_the_names_of_chat() -> None:
    """It is read as it is written."""
    assert response_usage(stated(prompt_tokens=3, completion_tokens=2)) == Usage(3, 2)
    assert response_usage(stated()) is None


def test_one_side_is_enough() -> None:
    """An output without an input is no usage of chat's kind."""
    assert response_usage(stated(output_tokens=4, prompt_tokens=3)) == Usage(None, 4)


@pytest.mark.parametrize(
    ("into", "out", "expected"),
    [
        ({"cached_tokens": 10}, {}, Usage(9, 4, 9, inconsistent=True)),
        ({"cache_write_tokens": 10}, {}, Usage(9, 4, None, 9, inconsistent=True)),
        ({"cached_tokens": 5, "cache_write_tokens": 6}, {}, Usage(9, 4, 5, 4, inconsistent=True)),
        ({}, {"reasoning_tokens": 5}, Usage(9, 4, reasoning_output_tokens=4, inconsistent=True)),
        (
            {"cached_tokens": 9, "cache_write_tokens": 0},
            {"reasoning_tokens": 4},
            Usage(9, 4, 9, 0, reasoning_output_tokens=4),
        ),
    ],
)
def test_a_part_beyond_its_whole_is_marked(into: dict[str, int], out: dict[str, int], expected: Usage) -> None:
    """Any of them is; a part may be as large as its whole."""
    usage = stated(input_tokens=9, output_tokens=4, input_tokens_details=into, output_tokens_details=out)
    assert response_usage(usage) == expected


def test_reasoning_that_was_left_out_is_added() -> None:
    """The total tells, exactly or not at all."""
    for total, output in ((33, 24), (32, 4)):
        details = {"reasoning_tokens": 20}
        usage = response_usage(
            stated(input_tokens=9, output_tokens=4, total_tokens=total, output_tokens_details=details)
        )
        assert usage is not None
        assert usage.output_tokens == output


def test_seconds_are_kept() -> None:
    """Beside the tokens."""
    assert response_usage(stated(input_tokens=1, billable_audio_seconds=2)) == Usage(1, audio_seconds=Decimal(2))


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_parts_lie_within_their_whole(
    into: int | None, out: int | None, cached: int | None, thought: int | None, total: int | None
) -> None:
    """Whatever is stated; what is no count is absent."""
    usage = response_usage(
        stated(
            input_tokens=into,
            output_tokens=out,
            total_tokens=total,
            input_tokens_details={"cached_tokens": cached},
            output_tokens_details={"reasoning_tokens": thought},
        )
    )
    if usage is None:
        return
    for part, whole in (
        (usage.cache_read_input_tokens, usage.input_tokens),
        (usage.reasoning_output_tokens, usage.output_tokens),
    ):
        assert part is None or part >= 0
        assert part is None or whole is None or part <= whole
