"""Spark: messages with a header and a payload."""

from llmtap.decode.formats import spark_chat
from tests.decode.formats.laws import fold


def test_the_last_status_ends() -> None:
    """And no other."""
    for status, completed in ((0, False), (1, False), (2, True)):
        assert fold(spark_chat, [{"header": {"code": 0, "status": status}}]).completed is completed


def test_the_last_line_asks() -> None:
    """What a client said before is history of its own session."""
    lines = b'{"parameter":{"chat":{"domain":"a"}}}\n{"parameter":{"chat":{"domain":"b"}}}\n'
    assert spark_chat.read_request(lines).model == "b"
