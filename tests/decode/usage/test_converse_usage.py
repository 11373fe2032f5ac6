"""Converse's counts in OTel's arithmetic."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.inference import Usage
from llmtap.decode.usage.converse_usage import ConverseUsage, Detail, converse_usage

COUNTS = st.none() | st.integers(0, 1 << 40)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ('{"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}', Usage(3, 4)),
        ('{"inputTokens": 3, "outputTokens": 4, "cacheReadInputTokens": 0}', Usage(3, 4, 0)),
        ('{"inputTokens": 3, "outputTokens": 4, "cacheReadInputTokenCount": 9}', Usage(12, 4, 9)),
        ('{"inputTokens": 3, "cacheReadInputTokens": 9, "cacheReadInputTokenCount": 9}', Usage(12, None, 9)),
        ('{"inputTokens": 3, "outputTokens": 4, "cacheWriteInputTokens": 5}', Usage(8, 4, None, 5)),
        ('{"outputTokens": 4}', Usage(None, 4)),
        ('{"serverToolUsage": {}}', None),
    ],
)
def test_the_cache_is_added_to_the_input(stated: str, expected: Usage | None) -> None:
    """It stands outside; what is not stated stays unknown."""
    assert expected == converse_usage(msgspec.json.decode(stated, type=ConverseUsage))


def test_what_was_written_is_split_by_its_time_to_live() -> None:
    """A split beyond its whole is left out, and said to be inconsistent."""
    details = [Detail("5m", 3), Detail("1h", 4), Detail("5m", 1), Detail("1d", 1)]
    stated = ConverseUsage(10, 1, cache_write_input_tokens=8, cache_details=details)
    assert converse_usage(stated) == Usage(18, 1, None, 8, 4, 4)
    less = msgspec.structs.replace(stated, cache_write_input_tokens=7)
    assert converse_usage(less) == Usage(17, 1, None, 7, inconsistent=True)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_parts_fit_into_their_whole(put: int | None, made: int | None, read: int | None, written: int | None) -> None:
    """Law: read and written together never exceed the input."""
    usage = converse_usage(ConverseUsage(put, made, read, None, written)) or Usage()
    parts = (usage.cache_read_input_tokens or 0) + (usage.cache_write_input_tokens or 0)
    assert usage.input_tokens is None or parts <= usage.input_tokens
    assert usage.output_tokens == made
