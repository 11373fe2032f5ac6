"""Writes AWS's binary framing, since no library here does: what `decode.body.eventstream` reads, by another hand.

A frame is told by a line of JSON: {"event": name, "data": …}, {"exception": name, "data": …}, {"error": code,
"message": …} or {"chunk": …}, whose value (JSON, or a text) goes as base64 into `bytes`. "cut" leaves so many bytes.
"""

import json
from base64 import b64encode
from binascii import crc32
from collections.abc import Iterator, Mapping


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Return one frame (https://smithy.io/2.0/aws/amazon-eventstream.html)."""
    block = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + len(value.encode()).to_bytes(2) + value.encode()
        for name, value in headers.items()
    )
    prelude = (16 + len(block) + len(payload)).to_bytes(4) + len(block).to_bytes(4)
    head = prelude + crc32(prelude).to_bytes(4) + block + payload
    return head + crc32(head).to_bytes(4)


def event(name: str, payload: bytes) -> bytes:
    """Return the frame of an event."""
    return frame({":event-type": name, ":content-type": "application/json", ":message-type": "event"}, payload)


def frames(lines: bytes) -> Iterator[bytes]:
    """Yield the frame of each line."""
    for line in lines.splitlines():
        told = json.loads(line)
        yield _told(told)[: told.get("cut")]


def _told(told: dict[str, object]) -> bytes:
    if "chunk" in told:
        inner = told["chunk"] if isinstance(told["chunk"], str) else json.dumps(told["chunk"])
        return event("chunk", json.dumps({"bytes": b64encode(inner.encode()).decode(), "p": "abcdef"}).encode())
    if "error" in told:
        headers = {":message-type": "error", ":error-code": str(told["error"]), ":error-message": str(told["message"])}
        return frame(headers, b"")
    payload = json.dumps(told["data"]).encode()
    if "exception" in told:
        return frame({":exception-type": str(told["exception"]), ":message-type": "exception"}, payload)
    return event(str(told["event"]), payload)
