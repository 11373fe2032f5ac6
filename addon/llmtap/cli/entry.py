"""What a file of recorded traffic is made of: entries in order, each an Exchange, or a word for why it is none.

A reader of such files (`har.py`, `flowfile.py`) yields Entries and stops with UnreadableError at the first that it
cannot read; nothing of what came before is lost.
"""

from dataclasses import dataclass
from typing import Literal

from llmtap.capture.exchange import Exchange

type Reason = Literal["other", "websocket"]
"""Why an entry is no Exchange: no call of an LLM API, or a WebSocket session."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The n-th entry of a file, n counted from 1; an Exchange, or the reason why there is none."""

    number: int
    exchange: Exchange | None = None
    reason: Reason | None = None


class UnreadableError(Exception):
    """A file that cannot be read from entry `number` on (None: none of it), and why, as the end of a sentence."""

    def __init__(self, why: str, number: int | None = None) -> None:
        """Keep both for whoever tells the operator."""
        super().__init__(why)
        self.why = why
        self.number = number
