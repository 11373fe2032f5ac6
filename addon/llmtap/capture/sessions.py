"""The WebSocket sessions under way, by the flow they belong to; live ones, and those of a recording.

A session that is not known here is none of ours: whatever is said of it gives nothing.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from llmtap.capture.exchange import Exchange, Failure
from llmtap.capture.session import Session

CLEAN = frozenset({1000, 1001, 1005})
"""The close codes of a session that ended as meant (RFC 6455, section 7.4.1)."""

LEFT_OPEN = Failure("_OTHER", "The recording ends before the response does.")


@dataclass(frozen=True, slots=True)
class End:
    """The end of a session: when, with which failure for what it leaves open, and whether it was meant."""

    at: float | None = None
    failure: Failure = LEFT_OPEN
    clean: bool = True


UNTOLD = End()
"""The end of a session of which a recording does not tell how it ended."""


@dataclass(slots=True)
class Sessions:
    """The sessions under way by the key of their flow."""

    live: dict[str, Session] = field(default_factory=dict)

    def open(self, key: str, upgrade: Exchange, cap: int) -> None:
        """Follow the session that `upgrade` opened, with at most `cap` bytes a body."""
        self.live[key] = Session(upgrade, cap)

    def message(self, key: str, data: bytes, *, from_client: bool) -> list[Exchange]:
        """Take in a message that passes now."""
        session = self.live.get(key)
        if session is None:
            return []
        return (session.sent if from_client else session.received)(time.monotonic(), data)

    def close(self, key: str, code: int | None, reason: str | None, *, by_client: bool) -> list[Exchange]:
        """End a session that is closed now, with a close code and a reason (RFC 6455)."""
        session = self.live.pop(key, None)
        if session is None:
            return []
        last = end(time.monotonic(), code, reason, by_client=by_client)
        return session.close(last.at, last.failure, clean=last.clean)

    def close_all(self, failure: Failure) -> list[Exchange]:
        """End every session, each with `failure`."""
        live, self.live = self.live, {}
        return [one for session in live.values() for one in session.close(time.monotonic(), failure, clean=True)]


def end(at: float | None, code: int | None, reason: str | None, *, by_client: bool) -> End:
    """Return the end that a close code and a reason (RFC 6455) tell of."""
    return End(at, ended(code, reason, by_client=by_client), by_client or code in CLEAN)


def ended(code: int | None, reason: str | None, *, by_client: bool) -> Failure:
    """Return why a response did not come to its end when its session was closed."""
    who, type_ = ("client", "client_disconnected") if by_client else ("server", "stream_interrupted")
    return Failure(type_, f"The {who} closed the session (code {code}{', ' if reason else ''}{reason or ''}).")


def calls(
    upgrade: Exchange, messages: Iterable[tuple[float | None, bool, bytes]], cap: int, last: End = UNTOLD
) -> Iterator[Exchange]:
    """Yield the Exchanges of a recorded session, whose messages are instant, whether the client's, and content.

    A session without an instant of its end ended with its last message.
    """
    session, now = Session(upgrade, cap), upgrade.ended_at
    for at, from_client, data in messages:
        yield from (session.sent if from_client else session.received)(at, data)
        now = at
    yield from session.close(now if last.at is None else last.at, last.failure, clean=last.clean)
