"""Failures: mitmproxy's prose becomes a word."""

import pytest

from llmtap.capture.failure import failure


@pytest.mark.parametrize(
    ("message", "answering", "type_"),
    [
        ("Client disconnected.", True, "client_disconnected"),
        ("stream reset by client (CANCEL)", True, "client_disconnected"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 1)", False, "connection_refused"),
        ("[Errno -2] Name or service not known", False, "dns_error"),
        ("Certificate verify failed: self-signed certificate", False, "tls_error"),
        ("server closed connection", False, "connection_reset"),
        ("peer closed connection without sending complete message body", True, "stream_interrupted"),
        ("Connection killed.", False, "connection_killed"),
        ("something new", False, "_OTHER"),
    ],
)
def test_failures_have_types(message: str, type_: str, *, answering: bool) -> None:
    """mitmproxy's words become a type of low cardinality; the words are kept."""
    found = failure(message, answering=answering)

    assert (found.type, found.message) == (type_, message)
