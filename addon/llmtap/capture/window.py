"""A body's bytes within a cap: the head and the tail are kept, what falls between is counted.

The tail is kept because providers write usage last; the head because model and identity stand first. `add` is called
on the event loop for every piece of every streamed body, so it does nothing but append and count.
"""

from collections import deque

import msgspec

from llmtap.capture.exchange import Body, Chunk


class CaptureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be opened, and how much of a body is held in memory while a call lasts.

    `hosts` are further host names to open (`*.example.com` allowed), `ignore_hosts` are never opened;
    `max_body_bytes` is the cap for each body, half of it for the head and half for the tail.
    """

    hosts: tuple[str, ...] = ()
    ignore_hosts: tuple[str, ...] = ()
    max_body_bytes: int = 16 * 1024 * 1024


class Window:
    """The pieces of one body with their arrival instants, within `cap` bytes."""

    __slots__ = ("_dropped", "_half", "_head", "_head_room", "_tail", "_tail_bytes", "size")

    def __init__(self, cap: int) -> None:
        """Keep at most `cap` bytes: `cap // 2` of the head, the rest of the tail."""
        self._half = cap - cap // 2
        self._head: list[Chunk] = []
        self._head_room = cap // 2
        self._tail: deque[Chunk] = deque()
        self._tail_bytes = 0
        self._dropped = 0
        self.size = 0

    def add(self, at: float | None, data: bytes) -> None:
        """Take in a piece that arrived at the instant `at`."""
        size = len(data)
        self.size += size
        if size <= self._head_room:
            self._head_room -= size
            self._head.append((at, data))
        else:
            self._overflow(at, data)

    def _overflow(self, at: float | None, data: bytes) -> None:
        if self._head_room:
            self._head.append((at, data[: self._head_room]))
            data = data[self._head_room :]
            self._head_room = 0
        self._tail.append((at, data))
        self._tail_bytes += len(data)
        while (excess := self._tail_bytes - self._half) > 0:
            first_at, first = self._tail.popleft()
            if len(first) > excess:
                self._tail.appendleft((first_at, first[excess:]))
            lost = min(len(first), excess)
            self._tail_bytes -= lost
            self._dropped += lost

    def body(self) -> Body:
        """Return what was kept; later calls of `add` do not change it."""
        if not self._tail:
            return Body(self._head, self.size)
        gap = len(self._head) if self._dropped else None
        return Body((*self._head, *self._tail), self.size, self._dropped, gap)
