"""xAI's usage messages: totals include reasoning, a count that is not sent is 0 where the total stands."""

from decimal import Decimal

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.inference import Usage
from llmtap.decode.usage.sampling import (
    REASONS,
    TIERS,
    SamplingUsage,
    merge_reason,
    merge_usage,
    sampling_cost,
    sampling_usage,
)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (SamplingUsage(17, 356, 373, 356), Usage(356, 17, text_input_tokens=356)),
        (SamplingUsage(5, 12, 47, reasoning_tokens=30), Usage(12, 35, reasoning_output_tokens=30)),
        (SamplingUsage(35, 12, 47, reasoning_tokens=30), Usage(12, 35, reasoning_output_tokens=30)),
        (SamplingUsage(None, 12, 12), Usage(12, 0)),
        (SamplingUsage(None, 12), Usage(12)),
        (SamplingUsage(2, 676, 678, cached_prompt_text_tokens=960), Usage(676, 2, 676, inconsistent=True)),
        (SamplingUsage(-1, 12), Usage(12)),
        (SamplingUsage(5, 12, 17, server_side_tools_used=[8, 8]), Usage(12, 5, server_tool_calls=2)),
        (
            SamplingUsage(5, 12, 17, server_side_tools_used=[1, 2, 1, 6, 3]),
            Usage(12, 5, web_searches=2, social_searches=1, file_searches=1, code_executions=1, server_tool_calls=5),
        ),
        (SamplingUsage(cost_in_usd_ticks=7), None),
        (SamplingUsage(cost_in_usd_ticks=7, server_side_tools_used=[1]), None),
        (SamplingUsage(), None),
    ],
)
def test_the_arithmetic(stated: SamplingUsage, expected: Usage | None) -> None:
    """The total tells whether reasoning is within the completion; more cached than asked is clamped, and said."""
    assert sampling_usage(stated) == expected


def test_the_cost() -> None:
    """In ticks of 1e-10 USD; none stated is none, and 0 is 0."""
    assert sampling_cost(SamplingUsage(cost_in_usd_ticks=605000)) == Decimal("0.0000605")
    assert sampling_cost(SamplingUsage(cost_in_usd_ticks=0)) == 0
    assert sampling_cost(SamplingUsage()) is None


def test_the_last_usage_is_the_whole() -> None:
    """Chunks count from the beginning, and one that says nothing takes nothing back."""
    answer = Answer()
    for stated in (SamplingUsage(1, 12, 13), SamplingUsage(5, 12, 17, cost_in_usd_ticks=7), None, SamplingUsage()):
        merge_usage(answer, stated)
    assert (answer.usage, answer.reported_cost) == (Usage(12, 5), Decimal("7e-10"))


def test_why_a_choice_ended() -> None:
    """By the numbers of xAI's FinishReason, and the tiers by those of ServiceTier."""
    assert REASONS == {
        1: "REASON_MAX_LEN",
        2: "REASON_MAX_CONTEXT",
        3: "REASON_STOP",
        4: "REASON_TOOL_CALLS",
        5: "REASON_TIME_LIMIT",
    }
    assert TIERS == {1: "default", 2: "priority"}
    assert sampling_usage(SamplingUsage(3, None, 3)) == Usage(0, 3)


def test_an_answer_is_complete_when_each_choice_has_ended() -> None:
    """A choice that begins later opens it again; a reason that nobody knows keeps its number."""
    answer, seen = Answer(), []
    for choice, reason in ((0, None), (0, 3), (1, None), (1, 9)):
        merge_reason(answer, choice, reason)
        seen.append(answer.completed)
    assert seen == [False, True, False, True]
    assert answer.finish_reasons == {0: "REASON_STOP", 1: "REASON_9"}
