"""Spark: messages with a header and a payload."""

from hypothesis import given, settings

from llmtap.decode.formats import spark_chat
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """header payload code sid status message choices text content role index usage prompt_tokens
    parameter chat domain uid"""


def test_the_last_status_ends() -> None:
    """And no other."""
    for status, completed in ((0, False), (1, False), (2, True)):
        assert fold(spark_chat, [{"header": {"code": 0, "status": status}}]).completed is completed


def test_the_last_line_asks() -> None:
    """What a client said before is history of its own session."""
    lines = b'{"parameter":{"chat":{"domain":"a"}}}\n{"parameter":{"chat":{"domain":"b"}}}\n'
    assert spark_chat.read_request(lines).model == "b"


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(spark_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(spark_chat, b'{"payload":', b'{"header":')
