"""gRPC: messages out of frames, and the status that no HTTP status tells."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Headers, Response
from llmtap.decode.body import rpc
from llmtap.decode.body.rpc import failed, messages, spoken_over, succeeded, unwrapped
from llmtap.decode.inference import ProviderError
from tests.exchanges.rpc import frame, message

GZIP: Headers = ((b"grpc-encoding", b"gzip"),)
PAYLOADS = st.lists(st.binary(max_size=40).map(lambda data: message({"1": data})), max_size=5)


def body(*pieces: bytes, gap: int | None = None) -> Body:
    """Pieces that arrived a second apart."""
    chunks = tuple((float(number), piece) for number, piece in enumerate(pieces))
    return Body(chunks, sum(map(len, pieces)), 0 if gap is None else 1, gap)


def found(whole: Body, headers: Headers = ()) -> list[bytes]:
    """The messages of a body."""
    return [event.data for event in messages(whole, headers)]


@given(PAYLOADS, st.lists(st.booleans(), min_size=5, max_size=5), st.lists(st.integers(0, 300), max_size=6))
def test_the_cut_does_not_matter(payloads: list[bytes], compressed: Sequence[bool], cuts: list[int]) -> None:
    """Law: however the bytes arrive, the same messages come out, compressed or not."""
    pairs = zip(payloads, compressed, strict=False)
    data = b"".join(frame(payload, compressed=small) for payload, small in pairs)
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    pieces = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert found(body(*pieces), GZIP) == payloads


def test_a_message_is_as_late_as_its_last_byte() -> None:
    """The piece that completes it says when."""
    one, other = frame(b"\x08\x01"), frame(b"\x08\x02")
    events = messages(body(one[:3], one[3:] + other[:-1], other[-1:]), ())
    assert [event.at for event in events] == [1.0, 2.0]


@given(PAYLOADS.filter(bool), st.integers(1, 4))
def test_a_message_cut_off_is_none(payloads: list[bytes], short: int) -> None:
    """The last frame cut short comes with its prefix, which begins no message."""
    data = b"".join(map(frame, payloads))[:-short]
    *whole, last = found(body(data))
    assert whole == payloads[:-1]
    assert last == frame(payloads[-1])[:-short]


def test_what_stands_behind_a_hole_is_given_up() -> None:
    """Frames have no mark to find them by."""
    frames = [frame(b"\x08\x01"), frame(b"\x08\x02")[:4], frame(b"\x08\x03")]
    assert found(body(*frames, gap=2)) == [b"\x08\x01"]
    assert unwrapped(body(*frames, gap=2), ()).gap == 1
    assert found(body(b"\x0a\x01", b"a", gap=1)) == []


@pytest.mark.parametrize("headers", [(), ((b"grpc-encoding", b"snappy"),), GZIP])
def test_what_cannot_be_decompressed(headers: Headers) -> None:
    """A message that says it is compressed, and is not as the headers say, is handed on in its frame."""
    broken = b"\x01\x00\x00\x00\x02ab"
    assert found(body(broken + frame(b"\x08\x01")), headers) == [broken, b"\x08\x01"]


def test_a_bomb_is_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes out of all messages together is bounded, and so are the attempts."""
    monkeypatch.setattr(rpc, "LIMIT", 100_000)
    payload = b"\x0a" * 60_000
    bomb = frame(payload, compressed=True)
    assert len(bomb) < 1000
    assert found(body(bomb * 50), GZIP) == [payload, bomb, bomb]


def test_a_bare_message() -> None:
    """Without a prefix the body is the message."""
    assert found(body(b"\x0a\x01", b"a")) == [b"\x0a\x01a"]
    assert found(body()) == []


def test_several_messages_are_one() -> None:
    """As protobuf merges them."""
    whole = unwrapped(body(frame(b"\x08\x01") + frame(b"\x10\x02")), ())
    assert (b"".join(data for _, data in whole.chunks), whole.gap) == (b"\x08\x01\x10\x02", None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(b"application/grpc", True), (b"application/grpc+proto", True), (b"application/grpc-web", False), (b"a/b", False)],
)
def test_who_speaks_it(kind: bytes, *, expected: bool) -> None:
    """The content type says so."""
    assert spoken_over(((b"content-type", kind),)) is expected


@pytest.mark.parametrize(
    ("status", "message_", "expected"),
    [
        (b"5", b"no %C3%BC", ProviderError(None, "NOT_FOUND", "no ü")),
        (b"16", None, ProviderError(None, "UNAUTHENTICATED")),
        (b"17", None, ProviderError(None, "17")),
        (b"99999999", None, ProviderError(None, "99999999")),
        (b"\xd9\xa3", None, ProviderError(None, "\N{ARABIC-INDIC DIGIT THREE}")),
        (b"0", b"fine", None),
        (None, b"?", None),
    ],
)
def test_a_status_is_an_error(status: bytes | None, message_: bytes | None, expected: ProviderError | None) -> None:
    """By its name, in the trailers or in the headers of an answer without a body; 0 is none."""
    pairs = ((b"grpc-status", status), (b"grpc-message", message_))
    stated = tuple((name, value) for name, value in pairs if value is not None)
    for response in (Response(200, stated), Response(200, trailers=stated)):
        assert failed(response) == expected
        assert succeeded(response) is (status == b"0")
