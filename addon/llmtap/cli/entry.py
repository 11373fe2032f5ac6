"""What a file of recorded traffic is made of: entries in order, each the Exchanges that it holds.

An entry that is no call of an LLM API holds none; one that cannot be read says why, and those after it are read all the
same. A reader of such files (`har.py`, `flowfile.py`) stops with UnreadableError where nothing more can be found;
nothing of what came before is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from llmtap.capture.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Entry:
    """The n-th entry of a file, n counted from 1: a call is one Exchange, a WebSocket session any number of them.

    `why` is what makes it unreadable, as the end of a sentence; None when nothing does. `exchanges` may be read once.
    """

    number: int
    exchanges: Iterable[Exchange] = ()
    why: str | None = None


class UnreadableError(Exception):
    """A file that cannot be read from entry `number` on (None: none of it), and why, as the end of a sentence."""

    def __init__(self, why: str, number: int | None = None) -> None:
        """Keep both for whoever tells the operator."""
        super().__init__(why)
        self.why = why
        self.number = number
