"""Anthropic's counts: three inputs make the total, and what is stated later holds."""

import json

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.message_usage import MessageUsage, input_usage, message_usage, served


def stated(**members: object) -> MessageUsage:
    """A usage object as it is read from a body."""
    return read(MessageUsage, json.dumps(members).encode())


def test_the_total_is_the_sum_of_three() -> None:
    """Uncached, read and written tokens are counted apart by Anthropic."""
    whole = stated(
        input_tokens=6,
        cache_read_input_tokens=3057,
        cache_creation_input_tokens=5266,
        cache_creation={"ephemeral_5m_input_tokens": 266, "ephemeral_1h_input_tokens": 5000},
        output_tokens=15,
        server_tool_use={"web_search_requests": 2, "web_fetch_requests": 3},
    )
    assert message_usage(Usage(), whole) == Usage(8329, 15, 3057, 5266, 266, 5000, web_searches=2, web_fetches=3)


def test_a_compaction_is_billed_beside_the_message() -> None:
    """Its tokens stand in no total; those of a message are one already, and an advisor's are another model's."""
    runs = [
        {"type": "compaction", "input_tokens": 100, "output_tokens": 35, "cache_read_input_tokens": 80},
        {"type": "message", "input_tokens": 23, "output_tokens": 10},
        {"type": "advisor_message", "input_tokens": 9, "output_tokens": 9},
    ]
    begun = input_usage(Usage(), stated(input_tokens=23))
    ended = stated(input_tokens=23, output_tokens=10, iterations=runs)
    assert message_usage(begun, ended) == Usage(203, 45, cache_read_input_tokens=80)


def test_what_a_compaction_wrote_to_the_cache_is_told_apart() -> None:
    """All five counts of it are added, each to its own; what it does not state adds nothing."""
    split = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 3}
    run = {"type": "compaction", "output_tokens": 2, "cache_creation_input_tokens": 7, "cache_creation": split}
    whole = stated(input_tokens=10, output_tokens=1, cache_creation_input_tokens=5, iterations=[run])
    assert message_usage(Usage(), whole) == Usage(22, 3, None, 12, 4, 3)
    whole = stated(input_tokens=10, output_tokens=1, iterations=[{"type": "compaction"}])
    assert message_usage(Usage(), whole) == Usage(10, 1)


def test_the_model_that_answered_in_place_of_another() -> None:
    """It is named by the run that ended the answer; a run that declined is a message like any other."""
    runs = [{"type": "message", "model": "a"}, {"type": "fallback_message"}, {"type": "fallback_message", "model": "b"}]
    assert (served(stated(iterations=runs)), served(stated(iterations=runs[:1])), served(stated())) == ("b", None, None)


def test_what_is_not_stated_again_still_holds() -> None:
    """The end of a stream often states the output alone, or an input of 0."""
    begun = input_usage(Usage(), stated(input_tokens=10, cache_read_input_tokens=5, output_tokens=88))
    assert begun == Usage(15, cache_read_input_tokens=5)
    assert message_usage(begun, stated(output_tokens=7, input_tokens=0)) == Usage(15, 7, cache_read_input_tokens=5)
    written = input_usage(Usage(), stated(input_tokens=10, cache_creation_input_tokens=5))
    assert message_usage(written, stated(output_tokens=7)) == Usage(15, 7, cache_write_input_tokens=5)


def test_what_is_no_count_was_not_stated() -> None:
    """Neither below zero nor beyond all measure; zero is a count."""
    begun = Usage(15, 7)
    for odd in (-1, 1 << 48):
        assert message_usage(begun, stated(input_tokens=odd, output_tokens=odd)) == begun
    assert message_usage(Usage(), stated(input_tokens=0, output_tokens=0)) == Usage(0, 0)


def test_thinking_beyond_the_output() -> None:
    """It is clamped, and the usage says so."""
    found = message_usage(Usage(), stated(output_tokens=3, output_tokens_details={"thinking_tokens": 9}))
    assert found == Usage(None, 3, reasoning_output_tokens=3, inconsistent=True)
    found = message_usage(Usage(), stated(output_tokens=9, output_tokens_details={"thinking_tokens": 9}))
    assert found == Usage(None, 9, reasoning_output_tokens=9)
    found = message_usage(Usage(), stated(output_tokens_details={"thinking_tokens": 9}))
    assert found == Usage(reasoning_output_tokens=9)
