"""The window keeps head and tail of a body within its cap, and counts what it lets go."""

from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body
from llmtap.capture.window import PIECE_BYTES, Window


def filled(cap: int, pieces: list[bytes]) -> Body:
    """Return the body of a window of `cap` bytes through which the pieces passed, one a second."""
    window = Window(cap)
    for at, piece in enumerate(pieces):
        window.add(float(at), piece)
    return window.body()


def test_a_body_within_the_cap_is_whole() -> None:
    """What fits is kept with its instants and nothing is missing, though a piece on the border may be cut in two."""
    body = filled(2 * (5 + PIECE_BYTES), [b"abc", b"defg", b"hij"])
    assert list(body.chunks) == [(0.0, b"abc"), (1.0, b"de"), (1.0, b"fg"), (2.0, b"hij")]
    assert (body.size, body.dropped, body.gap) == (10, 0, None)


def test_a_long_body_keeps_its_head_and_its_tail() -> None:
    """What falls between head and tail is counted, and the gap says where it was."""
    body = filled(2 * (4 + PIECE_BYTES), [b"01", b"2" * 400, b"89", b"ab"])
    assert list(body.chunks) == [(0.0, b"01"), (1.0, b"22"), (2.0, b"89"), (3.0, b"ab")]
    assert (body.size, body.dropped, body.gap) == (406, 398, 2)


def test_one_huge_piece_is_cut_in_two() -> None:
    """A body that arrives at once is windowed like any other."""
    body = filled(4, [b"0123456789"])
    assert list(body.chunks) == [(0.0, b"01"), (0.0, b"89")]
    assert (body.dropped, body.gap) == (6, 1)


def test_a_body_is_a_snapshot() -> None:
    """What is added after `body()` was called does not change what it returned."""
    window = Window(1000)
    window.add(0.0, b"0123456789")
    before = window.body()
    window.add(1.0, b"xyz")
    assert list(before.chunks) == [(0.0, b"0123456789")]


def test_small_pieces_are_weighed() -> None:
    """A million tiny pieces take no more memory than the cap allows, though their bytes alone would fit."""
    window = Window(1 << 20)
    for _ in range(100_000):
        window.add(0.0, b"data\n\n")
    body = window.body()
    assert len(body.chunks) * PIECE_BYTES <= (1 << 20) + 2 * PIECE_BYTES
    assert body.size == 600_000 == body.dropped + sum(len(data) for _, data in body.chunks)


@given(st.integers(min_value=0, max_value=600), st.binary(max_size=600))
def test_one_piece_within_the_cap_is_whole(cap: int, data: bytes) -> None:
    """A body that comes at once is kept whole up to the last byte of the cap."""
    assert filled(cap, [data]).dropped == max(0, len(data) - cap)


@given(st.integers(min_value=0, max_value=900), st.lists(st.binary(max_size=300)))
def test_every_byte_is_kept_or_counted(cap: int, pieces: list[bytes]) -> None:
    """However a body is cut, head and tail are its own, and size = kept + dropped; at most `cap` bytes are kept."""
    whole = b"".join(pieces)
    body = filled(cap, pieces)
    kept = [data for _, data in body.chunks]
    head = b"".join(kept[: body.gap])
    tail = b"".join(kept[body.gap :]) if body.gap is not None else b""
    assert len(whole) == body.size == len(head) + len(tail) + body.dropped
    assert len(head) + len(tail) <= cap
    assert whole.startswith(head)
    assert whole.endswith(tail)
    assert (body.gap is None) == (body.dropped == 0)
    assert sum(len(data) + PIECE_BYTES for data in kept) <= cap + 2 * PIECE_BYTES
