"""Counts become a Usage whose totals include their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.inference import Usage
from llmtap.decode.usage.tally import count, tally, together

COUNTS = st.none() | st.integers(-3, 50) | st.integers()


def test_parts_stand_beside_their_totals() -> None:
    """Each count has its place."""
    expected = Usage(9, 7, cache_read_input_tokens=4, image_input_tokens=3, reasoning_output_tokens=5)
    assert expected == tally(9, 7, cached=4, images=3, reasoning=5)


def test_a_part_beyond_its_whole_is_clamped() -> None:
    """And the usage is marked."""
    assert Usage(9, 7, cache_read_input_tokens=9, inconsistent=True) == tally(9, 7, cached=12)
    assert Usage(9, 7, reasoning_output_tokens=7, inconsistent=True) == tally(9, 7, reasoning=8)


def test_two_usages_together() -> None:
    """What one of them leaves out is what the other states; a mark of either stays."""
    assert together(Usage(1, 2, 3), Usage(4, None, 5, inconsistent=True)) == Usage(5, 2, 8, inconsistent=True)
    assert together(Usage(), Usage()) == Usage()


@pytest.mark.parametrize("odd", [None, -1, 1 << 60])
def test_what_is_no_count_is_unknown(odd: int | None) -> None:
    """And never 0."""
    assert tally(odd, odd, cached=odd) is None
    assert Usage(output_tokens=3) == tally(odd, 3)


def test_the_first_that_is_stated() -> None:
    """A 0 that is stated is a count."""
    assert [count(None, -2, 0, 5), count()] == [0, None]


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_totals_include_their_parts(
    prompt: int | None, output: int | None, cached: int | None, reasoning: int | None, images: int | None
) -> None:
    """Law: no part exceeds its whole, whatever is stated."""
    usage = tally(prompt, output, cached=cached, reasoning=reasoning, images=images) or Usage()
    for part, total in (
        (usage.cache_read_input_tokens, usage.input_tokens),
        (usage.image_input_tokens, usage.input_tokens),
        (usage.reasoning_output_tokens, usage.output_tokens),
    ):
        assert part is None or total is None or 0 <= part <= total
