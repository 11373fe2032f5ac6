"""Snowflake Cortex: the counts are the end mark."""

from hypothesis import given, settings

from llmtap.decode.formats import snowflake_complete
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = "id model choices delta message content text usage prompt_tokens completion_tokens messages tools error"


def test_the_counts_are_the_end_mark() -> None:
    """An empty usage is none."""
    chunk = {"choices": [{"delta": {"content": "a"}}], "usage": {}}
    assert not fold(snowflake_complete, [chunk, chunk]).completed
    assert fold(snowflake_complete, [chunk, {**chunk, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}]).completed


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(snowflake_complete, data)


def test_depth_harms_nothing() -> None:
    """Nested messages are read or refused."""
    deep(snowflake_complete, b'{"messages":', b'{"choices":')
