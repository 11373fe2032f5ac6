"""Writes gRPC's framing and protobuf, by another hand than `llmtap.decode.body.rpc` and `.protobuf` read them.

A message is told as JSON whose members are named by the field's number and a word for the reader: {"2 model": "grok"}.
A whole number is a varint, a fraction a 32-bit float (one of 64 bits under a word that ends in `double`), an object a
message of its own, a list one field after another.
"""

import gzip
import json
import struct
from collections.abc import Iterator, Mapping


def message(told: Mapping[str, object]) -> bytes:
    """Return a message (https://protobuf.dev/programming-guides/encoding/)."""
    return b"".join(_field(int(name.split()[0]), value, double=name.endswith("double")) for name, value in told.items())


def frame(payload: bytes, *, compressed: bool = False) -> bytes:
    """Return a message with its prefix (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md)."""
    data = gzip.compress(payload, mtime=0) if compressed else payload
    return bytes([compressed]) + len(data).to_bytes(4) + data


def framed(lines: bytes) -> Iterator[bytes]:
    """Yield the frame of each line of JSON."""
    for line in lines.splitlines():
        yield frame(message(json.loads(line)))


def varint(value: int) -> bytes:
    """Return a number in as few bytes as it takes; a negative one takes ten."""
    value &= (1 << 64) - 1
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*octets, value])


def _field(number: int, value: object, *, double: bool = False) -> bytes:
    match value:
        case list():
            return b"".join(_field(number, item) for item in value)
        case int():
            return varint(number << 3) + varint(value)
        case float() if double:
            return varint(number << 3 | 1) + struct.pack("<d", value)
        case float():
            return varint(number << 3 | 5) + struct.pack("<f", value)
        case dict():
            data = message(value)
        case _:
            data = value if isinstance(value, bytes) else str(value).encode()
    return varint(number << 3 | 2) + varint(len(data)) + data
