"""A simulated Bedrock runtime for the two streams that no mock server sends as AWS documents them.

aimock 1.43 begins a block of text with an empty `start`, which is no member of that union, and puts the events of a
model into a `chunk` as they are instead of as base64 in `bytes`; boto3 reads neither.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and
API_runtime_InvokeModelWithResponseStream.html.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.exchanges.frames import frames

WORDS = ("Paris lies ", "on the Seine.")
CONVERSE = (
    {"event": "messageStart", "data": {"role": "assistant"}},
    *({"event": "contentBlockDelta", "data": {"contentBlockIndex": 0, "delta": {"text": word}}} for word in WORDS),
    {"event": "contentBlockStop", "data": {"contentBlockIndex": 0}},
    {"event": "messageStop", "data": {"stopReason": "end_turn"}},
    {
        "event": "metadata",
        "data": {
            "usage": {"inputTokens": 17, "outputTokens": 12, "totalTokens": 1053, "cacheReadInputTokens": 1024},
            "metrics": {"latencyMs": 20},
        },
    },
)
MESSAGE = {
    "id": "msg_bdrk_0123456789",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [],
    "usage": {"input_tokens": 17, "cache_read_input_tokens": 1024, "output_tokens": 1},
}
INVOKE = (
    {"chunk": {"type": "message_start", "message": MESSAGE}},
    {"chunk": {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}},
    *(
        {"chunk": {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}}
        for word in WORDS
    ),
    {"chunk": {"type": "content_block_stop", "index": 0}},
    {"chunk": {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12}}},
    {"chunk": {"type": "message_stop"}},
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        told = CONVERSE if self.path.endswith("/converse-stream") else INVOKE
        self.send_response(200)
        self.send_header("content-type", "application/vnd.amazon.eventstream")
        self.send_header("x-amzn-requestid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for frame in frames(_lines(told)):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(frame), frame))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 -- the name is the library's
        """Keep quiet."""


def _lines(told: Sequence[object]) -> bytes:
    return "\n".join(json.dumps(line) for line in told).encode()


@contextmanager
def bedrock() -> Iterator[int]:
    """Answer on a loopback port, in plain HTTP."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="bedrock", daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join(10)
