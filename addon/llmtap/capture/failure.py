"""Why a call did not come to its end: mitmproxy's prose in, an `error.type` of low cardinality out."""

import re

from llmtap.capture.exchange import Failure

SHUTDOWN = Failure("proxy_shutdown", "The proxy was shut down before the answer was complete.")

_FAILURES = tuple(
    (re.compile(pattern, re.IGNORECASE), type_)
    for pattern, type_ in (
        (r"client disconnected|client closed|reset by client", "client_disconnected"),
        (r"connect call failed|connection refused|errno 111", "connection_refused"),
        (r"name or service not known|getaddrinfo|nodename nor servname|name resolution|errno -[2-5]\b", "dns_error"),
        (r"certificate verify|\btls\b|\bssl\b|handshake", "tls_error"),
        (r"timed? ?out", "timeout"),
        (r"killed", "connection_killed"),
        (r"closed|reset|peer|incomplete|eof", "connection_reset"),
    )
)
"""mitmproxy reports errors as prose; the first pattern that fits gives the `error.type` (mitmproxy 12.2.3)."""


def failure(message: str, *, answering: bool, asking: bool = False) -> Failure:
    """Return why a flow failed: `answering` when response headers had arrived, `asking` when the request had not ended.

    "Peer closed connection without sending complete message body" (h11) is said of whoever was sending its body.
    """
    type_ = next((type_ for pattern, type_ in _FAILURES if pattern.search(message)), "_OTHER")
    if asking and not answering and "peer closed connection without" in message:
        type_ = "client_disconnected"
    if answering and type_ in {"connection_reset", "_OTHER"}:
        type_ = "stream_interrupted"
    return Failure(type_, message)
