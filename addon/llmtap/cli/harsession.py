"""A WebSocket session in a HAR file as its calls: `_webSocketMessages`, Chrome's addition that others have taken over.

A message is {type: send | receive, time, opcode, data}: the time in seconds since the epoch (some writers state
milliseconds), the data of a binary message (opcode 2) in base64. A session whose messages were left out is one call.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from llmtap.capture.exchange import Exchange, Response
from llmtap.capture.recorder import SWITCHING_PROTOCOLS
from llmtap.capture.sessions import LEFT_OPEN, End, calls
from llmtap.cli.harbody import from_base64, from_text
from llmtap.cli.harentry import NO_ANSWER, HarEntry, instant
from llmtap.decode.body.lenient import read

_TEXT, _BINARY = 1, 2
"""The opcodes of messages (RFC 6455, section 11.8)."""

_OLDEST = 1_000_000_000
"""The year 2001: a number below is no date."""


class _Message(msgspec.Struct):
    """What one side said."""

    type: str = ""
    time: str | float | None = None
    opcode: int = _TEXT
    data: str = ""


class _Messages(msgspec.Struct):
    """The messages as the member of an object."""

    said: list[_Message] = []


def is_session(entry: HarEntry) -> bool:
    """Return whether an entry is a session that was opened."""
    opened = entry.response is not None and entry.response.status == SWITCHING_PROTOCOLS
    return opened or (entry.messages is not None and b"{" in bytes(entry.messages))


def session(entry: HarEntry, upgrade: Exchange, cap: int) -> Iterator[Exchange]:
    """Yield the calls of a session that began with `upgrade`."""
    said = b'{"said":%b}' % bytes(entry.messages or b"[]")
    messages = [
        (_after(upgrade.started, each.time), each.type == "send", _data(each))
        for each in read(_Messages, said).said
        if _told(each)
    ]
    instants = [at for at, _, _ in messages if at is not None]
    if upgrade.ended_at is not None:
        instants.append(upgrade.ended_at)
    broken = upgrade.failure is not None and upgrade.failure is not NO_ANSWER
    failure = upgrade.failure if broken and upgrade.failure else LEFT_OPEN
    opened = replace(upgrade, response=upgrade.response or Response(SWITCHING_PROTOCOLS), headers_at=None, failure=None)
    yield from calls(opened, messages, cap, End(max(instants, default=None), failure, not broken))


def _told(message: _Message) -> bool:
    return message.type in ("send", "receive") and message.opcode in (_TEXT, _BINARY)


def _after(started: float, stated: str | float | None) -> float | None:
    """Return how long after the upgrade a message passed; what does not count from the epoch is not known."""
    at = instant(stated)
    return None if at is None or at < _OLDEST else round(at - started, 6)


def _data(message: _Message) -> bytes:
    return from_base64(message.data) if message.opcode == _BINARY else from_text(message.data)
