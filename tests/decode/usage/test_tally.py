"""Counts become a Usage whose totals include their parts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.inference import Usage
from llmtap.decode.usage.tally import added, count, tally

COUNTS = st.none() | st.integers(-3, 50) | st.integers()


def test_parts_stand_beside_their_totals() -> None:
    """Each count has its place."""
    expected = Usage(9, 7, cache_read_input_tokens=4, image_input_tokens=3, reasoning_output_tokens=5)
    assert expected == tally(9, 7, cached=4, images=3, reasoning=5)


def test_a_part_beyond_its_whole_is_clamped() -> None:
    """And the usage is marked."""
    assert Usage(9, 7, cache_read_input_tokens=9, inconsistent=True) == tally(9, 7, cached=12)
    assert Usage(9, 7, reasoning_output_tokens=7, inconsistent=True) == tally(9, 7, reasoning=8)


@pytest.mark.parametrize("odd", [None, -1, 1 << 48, 1 << 60])
def test_what_is_no_count_is_unknown(odd: int | None) -> None:
    """And never 0."""
    assert tally(odd, odd, cached=odd) is None
    assert Usage(output_tokens=3) == tally(odd, 3)
    assert Usage(cache_read_input_tokens=3) == tally(odd, odd, cached=3)
    assert Usage((1 << 48) - 1) == tally((1 << 48) - 1, odd)


def test_the_first_that_is_stated() -> None:
    """A 0 that is stated is a count."""
    assert [count(None, -2, 0, 5), count()] == [0, None]


def test_steps_add_up() -> None:
    """A count that one step alone states is that step's, and what was marked stays so."""
    one, other = Usage(9, 7, cache_read_input_tokens=4), Usage(1, None, web_searches=2, inconsistent=True)
    assert added(one, other) == Usage(10, 7, 4, web_searches=2, inconsistent=True)
    assert added(other, one) == Usage(10, 7, 4, web_searches=2, inconsistent=True)
    assert added(one, one) == Usage(18, 14, 8)
    assert (added(None, one), added(one, None), added(None, None)) == (one, one, None)
    assert added(Usage(credits=Decimal("0.5")), Usage(credits=Decimal(1))) == Usage(credits=Decimal("1.5"))


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
