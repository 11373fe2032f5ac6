"""Encodings are undone piece by piece, within bounds, and what is not what it says is told and tried as it is."""

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body
from llmtap.decode.body.encoding import Decoded, undo

TEXT = b'{"text": "' + b"".join(b"%d, " % number for number in range(4000)) + b'"}'


def raw_deflate(data: bytes) -> bytes:
    """Deflate without its zlib header, as some servers send it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
ENCODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]) + b"\0" * 8,
    "deflate": zlib.compress(TEXT),
    "deflate ": raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT[:99]) + zstandard.compress(TEXT[99:]),
    "GZIP, br": brotli.compress(gzip.compress(TEXT)),
    "identity": TEXT,
}


def body(data: bytes, size: int) -> Body:
    """A body that arrived in pieces of `size` bytes, a second apart."""
    starts = range(0, len(data), size)
    return Body(tuple((float(number), data[start : start + size]) for number, start in enumerate(starts)), len(data))


def undone(encoded: Body, name: str, limit: int = 1 << 20) -> Decoded:
    """The body without the encoding `name`."""
    return undo(encoded, ((b"Content-Encoding", name.encode()),), limit)


def joined(decoded: Decoded) -> bytes:
    """The decoded bytes."""
    return b"".join(data for _, data in decoded.body.chunks)


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
@pytest.mark.parametrize("name", ENCODED)
def test_every_encoding_is_undone(name: str, size: int) -> None:
    """However the bytes were cut, and if several members or frames follow one another."""
    decoded = undone(body(ENCODED[name], size), name)
    assert joined(decoded) == TEXT
    assert decoded.problems == ()


def test_encodings_may_stand_in_several_headers() -> None:
    """Repeated headers are one list (RFC 9110, 5.3)."""
    headers = ((b"content-encoding", b"gzip"), (b"Content-Encoding", b"br"))
    assert joined(undo(body(ENCODED["GZIP, br"], 99), headers)) == TEXT


def test_pieces_keep_their_instants() -> None:
    """What a server flushed is there when it arrived, not when the body ended."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"data: 1\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    second = packer.compress(b"data: 2\n\n") + packer.flush()
    decoded = undone(Body(((1.0, first), (2.0, second)), len(first) + len(second)), "gzip")
    assert [chunk for chunk in decoded.body.chunks if chunk[1]] == [(1.0, b"data: 1\n\n"), (2.0, b"data: 2\n\n")]


@pytest.mark.parametrize("name", ["gzip", "deflate", "deflate ", "br", "zstd", "GZIP, br"])
def test_a_body_cut_short_yields_what_can_be_decoded(name: str) -> None:
    """The head stands, and the loss is told."""
    decoded = undone(body(ENCODED[name][: len(ENCODED[name]) * 2 // 3], 50), name)
    assert TEXT.startswith(joined(decoded))
    assert decoded.problems == ("truncated_encoding",)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "GZIP, br", "unheard-of"])
def test_a_body_that_was_never_encoded_is_taken_as_it_is(name: str) -> None:
    """A relay may decode and leave the header."""
    decoded = undone(body(TEXT, 50), name)
    assert joined(decoded) == TEXT
    assert decoded.problems == ("encoding",)


@pytest.mark.parametrize("name", ["gzip", "br", "zstd"])
def test_a_hole_ends_what_is_compressed(name: str) -> None:
    """Nothing after the hole can be decoded; the body says so."""
    data = ENCODED[name]
    holed = Body(((1.0, data[: len(data) // 2]), (2.0, data[-9:])), len(data), 7, 1)
    decoded = undone(holed, name)
    assert TEXT.startswith(joined(decoded))
    assert decoded.problems == ("dropped_bytes",)
    assert (decoded.body.gap, decoded.body.dropped) == (len(decoded.body.chunks), 7)


def test_a_hole_in_a_plain_body_stays() -> None:
    """Head and tail are kept, with the hole between them marked."""
    holed = Body(((1.0, b"head"), (2.0, b"tail")), 20, 12, 1)
    assert undo(holed, ()) == Decoded(holed, ("dropped_bytes",))


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_cut(name: str) -> None:
    """What grows beyond all measure is left off, and no more than the limit is kept."""
    bomb = PACKERS[name](b"\0" * (1 << 24))
    decoded = undone(Body.whole(bomb), name, limit=1 << 16)
    assert len(joined(decoded)) == 1 << 16
    assert decoded.problems == ("oversize",)


def test_head_and_tail_of_a_large_body_are_kept() -> None:
    """Usage stands last, so the tail is worth keeping."""
    decoded = undone(Body.whole(gzip.compress(b"head" + b"x" * 5000 + b"tail")), "gzip", limit=2000)
    assert joined(decoded).startswith(b"head")
    assert joined(decoded).endswith(b"tail")
    assert decoded.problems == ("oversize",)
    assert decoded.body.gap is not None


def test_an_empty_body_has_no_encoding() -> None:
    """A 204 may name an encoding and send nothing."""
    assert undone(Body(), "gzip") == Decoded(Body())


@given(st.sampled_from(sorted(ENCODED)), st.lists(st.binary(max_size=40), max_size=4), st.integers(0, 200))
def test_calm(name: str, noise: list[bytes], kept: int) -> None:
    """Law: no bytes whatever raise."""
    pieces = (ENCODED[name][:kept], *noise)
    undone(Body(tuple((None, piece) for piece in pieces), sum(map(len, pieces))), name, limit=10_000)
