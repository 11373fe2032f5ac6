"""AWS's binary framing: whole frames are events, ruined ones cost themselves alone."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Chunk
from llmtap.decode.body.events import Event
from llmtap.decode.body.eventstream import carried, event_stream, preluded
from tests.exchanges.frames import event, frame, frames

PAYLOADS = st.lists(st.tuples(st.sampled_from(["delta", "stop", "trace"]), st.binary(max_size=40)), max_size=6)


def read(data: bytes) -> list[tuple[str | None, bytes]]:
    """The names and data of the events of a body that arrived whole."""
    return [(one.name, one.data) for one in event_stream(Body.whole(data))]


def split(data: bytes, cuts: list[int]) -> Body:
    """A body whose n-th piece arrived at n seconds."""
    bounds = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces: list[Chunk] = [(float(n), data[a:b]) for n, (a, b) in enumerate(itertools.pairwise(bounds))]
    return Body(pieces, len(data))


@given(PAYLOADS, st.lists(st.integers(0, 500), max_size=8))
def test_however_it_is_cut_it_is_the_same(payloads: list[tuple[str, bytes]], cuts: list[int]) -> None:
    """Law: what was written is read, and an event is as late as the piece that completes it."""
    written = [event(name, payload) for name, payload in payloads]
    body = split(b"".join(written), cuts)
    events = list(event_stream(body))
    assert [(name, payload) for name, payload in payloads] == [(one.name, one.data) for one in events]
    ends = list(itertools.accumulate(len(piece) for _, piece in body.chunks))
    for one, end in zip(events, itertools.accumulate(map(len, written)), strict=True):
        assert next(float(n) for n, reached in enumerate(ends) if reached >= end) == one.at


def test_a_chunk_is_the_bytes_in_it() -> None:
    """A chunk holds base64 beside padding; what does not is left as it stands."""
    assert read(next(frames(b'{"chunk": {"a": 1}}'))) == [("chunk", b'{"a": 1}')]
    assert read(event("chunk", b'{"bytes":"?"}')) == [("chunk", b'{"bytes":"?"}')]


def test_a_failure_is_an_event_called_error() -> None:
    """An exception and an error are told in one shape, whatever their payload is."""
    told = b'{"exception": "throttlingException", "data": {"message": "slow"}}\n{"error": "500", "message": "no"}'
    expected = [
        ("error", b'{"error":{"type":"throttlingException","message":"slow"}}'),
        ("error", b'{"error":{"type":"500","message":"no"}}'),
        ("error", b'{"error":{"type":null,"message":"plain"}}'),
    ]
    plain = frame({":message-type": "exception"}, b"plain")
    assert expected == read(b"".join(frames(told)) + plain)


def test_a_frame_that_is_cut_off_holds_itself() -> None:
    """It has no name, and its data is no JSON: the decoder notes it as truncated."""
    first, second = event("a", b"{}"), event("b", b"{}")
    for end in range(1, len(second)):
        assert read(first + second[:end]) == [("a", b"{}"), (None, second[:end])]


def test_a_frame_that_fails_its_checksum_is_not_believed() -> None:
    """The frames around it are."""
    first, second, third = event("a", b"1"), event("b", b"22"), event("c", b"3")
    spoilt = second[:-6] + b"23" + second[-4:]
    assert read(first + spoilt + third) == [("a", b"1"), (None, spoilt), ("c", b"3")]


def test_after_a_ruined_prelude_the_next_whole_one_is_looked_for() -> None:
    """What lies between is one event that nobody can read."""
    first, second, third = event("a", b"1"), event("b", b"2"), event("c", b"3")
    spoilt = b"\xff" + second[1:]
    assert read(first + spoilt + third) == [("a", b"1"), (None, spoilt), ("c", b"3")]
    assert read(first + b"junk") == [("a", b"1"), (None, b"junk")]


def test_around_a_hole_frames_are_given_up() -> None:
    """Bytes that are missing cost the frames that they belong to, and nothing is made of the rests."""
    first, second, third = event("a", b"1"), event("b", b"2" * 50), event("c", b"3")
    body = Body(((1.0, first + second[:30]), (2.0, second[-20:] + third)), 200, 50, 1)
    assert list(event_stream(body)) == [Event(b"1", "a", 1.0), Event(b"3", "c", 2.0)]
    assert list(event_stream(Body(((1.0, first), (2.0, b"rest")), 100, 50, 1))) == [Event(b"1", "a", 1.0)]


def test_headers_of_every_type_are_passed_over() -> None:
    """Only words are read; a header of no known type ends the reading."""
    odd = b"".join(b"\x01x" + bytes([kind]) + b"\0" * size for kind, size in enumerate((0, 0, 1, 2, 4, 8)))
    odd += b"\x01x\x06\0\x02ab" + b"\x01x\x08" + b"\0" * 8 + b"\x01x\x09" + b"\0" * 16
    name = b"\x0b:event-type\x07\0\x01z"
    for block, expected in ((odd + name, "z"), (b"\x01x\x0a" + name, None), (b"\xff", None), (b"", None)):
        prelude = (16 + len(block)).to_bytes(4) + len(block).to_bytes(4)
        assert read(_sealed(prelude, block)) == [(expected, b"")]


def _sealed(prelude: bytes, block: bytes) -> bytes:
    from binascii import crc32  # noqa: PLC0415

    head = prelude + crc32(prelude).to_bytes(4) + block
    return head + crc32(head).to_bytes(4)


@pytest.mark.parametrize(("head", "expected"), [(event("a", b"{}"), True), (b"", False), (b"\0" * 16, False)])
def test_a_prelude_proves_itself(head: bytes, expected: bool) -> None:  # noqa: FBT001
    """Its checksum tells it from anything else."""
    assert expected is preluded(head)


@given(st.binary(max_size=300))
def test_any_bytes_are_events(data: bytes) -> None:
    """Nothing raises, and nothing is lost: what is no frame is an event that holds it."""
    assert b"".join(one.data for one in event_stream(Body.whole(data))) == data or preluded(data)


@pytest.mark.parametrize("unit", [b"\0", b"\0\0\0\0\0\0\0\0\0\0\0\0\x01:", event("a", b"{}")[:20]])
def test_rubbish_takes_linear_time(unit: bytes) -> None:
    """A body of what nearly is a prelude is read once."""
    started = time.process_time()
    assert len(read(unit * (2_000_000 // len(unit)))) >= 1
    assert time.process_time() - started < 20


@given(st.binary(min_size=1, max_size=200), st.lists(st.integers(0, 199)), st.lists(st.integers(0, 2000), max_size=8))
def test_what_parts_carry_is_one_body(data: bytes, inner: list[int], outer: list[int]) -> None:
    """Law: SageMaker's parts give the bytes that were cut into them, wherever they and their frames are cut."""
    written = b"".join(event("PayloadPart", piece) for _, piece in split(data, inner).chunks)
    body = carried(split(written, outer))
    assert body is not None
    assert b"".join(piece for _, piece in body.chunks) == data
    assert body.size == len(data)


def test_only_parts_are_carried() -> None:
    """Events of their own are left to be read as such, and so is what is no frame."""
    assert carried(Body.whole(event("messageStart", b"{}"))) is None
    assert carried(Body.whole(b"data: PayloadPart")) is None
    assert carried(Body()) is None


def test_an_exception_among_parts_is_an_event() -> None:
    """It is told as the container would tell it."""
    lines = b'{"exception": "ModelStreamError", "data": {"message": "out of memory"}}'
    body = carried(Body.whole(event("PayloadPart", b"data: {}\n\n") + b"".join(frames(lines))))
    assert body is not None
    said = b"".join(piece for _, piece in body.chunks)
    assert said.startswith(b"data: {}\n\n\n\nevent: error\ndata: {")
    assert b"out of memory" in said


def test_a_hole_among_parts_stays_one() -> None:
    """What was left out of the middle is left out of what is carried."""
    first, second = event("PayloadPart", b"one"), event("PayloadPart", b"two")
    body = carried(Body(((1.0, first), (2.0, second)), 1000, 900, 1))
    assert body == Body(((1.0, b"one"), (2.0, b"two")), 906, 900, 1)
