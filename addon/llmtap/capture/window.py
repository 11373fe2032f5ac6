"""A body's bytes within a cap: the head and the tail are kept, what falls between is counted.

The tail is kept because providers write usage last; the head because model and identity stand first. `add` is called
on the event loop for every piece of every streamed body, so it does nothing but append and count.
"""

from collections import deque
from collections.abc import Callable, Iterable

from llmtap.capture.exchange import Body, Chunk

type Stream = Callable[[bytes], bytes | Iterable[bytes]]
"""What mitmproxy calls with each piece of a body, and with b"" at its end."""

PIECE_BYTES = 130
"""What a piece weighs besides its data: a bytes object, a tuple, a float and a slot (CPython 3.12, 64 bit)."""


class Window:
    """The pieces of one body with their arrival instants, within `cap` bytes, the weight of small pieces included.

    The first piece of the head and of the tail weigh their data alone, so that a body in one piece keeps `cap` bytes.
    """

    __slots__ = ("_dropped", "_head", "_head_room", "_tail", "_tail_room", "size")

    def __init__(self, cap: int) -> None:
        """Keep at most `cap` bytes: `cap // 2` of the head, the rest of the tail."""
        self._head: list[Chunk] = []
        self._head_room = cap // 2 + PIECE_BYTES
        self._tail: deque[Chunk] = deque()
        self._tail_room = cap - cap // 2 + PIECE_BYTES
        self._dropped = 0
        self.size = 0

    def add(self, at: float | None, data: bytes) -> None:
        """Take in a piece that arrived at the instant `at`."""
        size = len(data)
        self.size += size
        if size + PIECE_BYTES <= self._head_room:
            self._head_room -= size + PIECE_BYTES
            self._head.append((at, data))
        else:
            self._overflow(at, data)

    def _overflow(self, at: float | None, data: bytes) -> None:
        if (room := self._head_room - PIECE_BYTES) > 0:
            self._head.append((at, data[:room]))
            data = data[room:]
        self._head_room = 0
        self._tail.append((at, data))
        self._tail_room -= len(data) + PIECE_BYTES
        while self._tail_room < 0:
            first_at, first = self._tail.popleft()
            lost = min(len(first), -self._tail_room)
            if lost < len(first):
                self._tail.appendleft((first_at, first[lost:]))
                self._tail_room += lost
            else:
                self._tail_room += lost + PIECE_BYTES
            self._dropped += lost

    def body(self) -> Body:
        """Return what was kept; later calls of `add` do not change it."""
        gap = len(self._head) if self._dropped else None
        return Body((*self._head, *self._tail), self.size, self._dropped, gap)
