"""Snowflake Cortex: the counts are the end mark."""

from llmtap.decode.formats import snowflake_complete
from tests.decode.formats.laws import fold


def test_the_counts_are_the_end_mark() -> None:
    """An empty usage is none."""
    chunk = {"choices": [{"delta": {"content": "a"}}], "usage": {}}
    assert not fold(snowflake_complete, [chunk, chunk]).completed
    assert fold(snowflake_complete, [chunk, {**chunk, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}]).completed
