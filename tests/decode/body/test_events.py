"""Events are equal however the bytes were cut, and each is as late as the piece that completed it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Chunk
from llmtap.decode.body.events import Event, json_array, json_lines, server_sent_events

STREAM = (
    b"\xef\xbb\xbf: comment\r\n\r\nid: 1\nretry: 5\ndata: one\n\nevent: two\ndata:two\ndata:  lines\n\n\n\r\r"
    b"data\n\ndata: caf\xc3\xa9 \xe2\x80\xa8 x\r\n\r\nevent: nameless\n\ndata: last"
)
EVENTS = [
    Event(b"one"),
    Event(b"two\n lines", "two"),
    Event(b""),
    Event(b"caf\xc3\xa9 \xe2\x80\xa8 x"),
    Event(b"last"),
]


def body(*pieces: bytes, gap: int | None = None) -> Body:
    """Pieces that arrived a second apart, with a hole before piece `gap`."""
    chunks: Sequence[Chunk] = tuple((float(number), piece) for number, piece in enumerate(pieces))
    return Body(chunks, sum(map(len, pieces)), 0 if gap is None else 1, gap)


def untimed(events: Sequence[Event]) -> list[Event]:
    """Events without their instants."""
    return [event._replace(at=None) for event in events]


def test_every_framing_trap_is_read() -> None:
    """BOM, comments, mixed line ends, fields of several lines, no blank line at the end, no space after the colon."""
    assert untimed(list(server_sent_events(body(STREAM)))) == EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_split_in_equal_pieces(size: int) -> None:
    """The cut does not matter: not within a CRLF, a character or the BOM."""
    pieces = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
    assert untimed(list(server_sent_events(body(*pieces)))) == EVENTS


@given(
    st.lists(st.sampled_from([b"data", b":", b" ", b"\r", b"\n", b"x", b"event", b"\xef\xbb\xbf", b""]), max_size=40)
)
def test_split_anywhere(pieces: list[bytes]) -> None:
    """Law: however the bytes are cut, equal events."""
    whole = list(server_sent_events(body(b"".join(pieces))))
    assert untimed(list(server_sent_events(body(*pieces)))) == untimed(whole)


@given(
    st.lists(
        st.sampled_from(
            [b"data: ", b"event: ", b"data:", b"x", b"\n\n", b"\n", b"\r\n", b"\n\ndata: y", b"\n\nevent: e\n"]
        ),
        max_size=20,
    )
)
def test_line_by_line(pieces: list[bytes]) -> None:
    """Law: the ways in which common shapes are cut fast give what reading line by line, as the standard says, gives."""
    text, read, name, data = b"".join(pieces), [], "", list[bytes]()
    for line in [*text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), b""]:
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode()
        elif not line:
            read += [Event(b"\n".join(data), name or None)] if data else []
            name, data = "", []
    assert untimed(list(server_sent_events(body(text)))) == read


@given(st.lists(st.sampled_from([b"{}", b"\r", b"\n", b"x", b" ", b""]), max_size=40))
def test_lines_split_anywhere(pieces: list[bytes]) -> None:
    """Law: however the bytes are cut, equal lines."""
    assert untimed(list(json_lines(body(*pieces)))) == untimed(list(json_lines(body(b"".join(pieces)))))


@given(st.lists(st.sampled_from([b"data: x", b"event: e", b"\r\n", b"\n", b"\r"]), max_size=30))
def test_an_event_arrives_with_its_last_byte(pieces: list[bytes]) -> None:
    """An event is there once the bytes up to its instant are, and not before."""
    events = list(server_sent_events(body(*pieces)))
    for number, event in enumerate(events):
        assert event.at is not None
        seen = pieces[: int(event.at) + 1]
        assert len(list(server_sent_events(body(*seen)))) > number


def test_instants_with_carriage_returns() -> None:
    """The blank line is complete with its CR, though an LF may follow that belongs to it."""
    events = list(server_sent_events(body(b"data: 1\r\n", b"\r", b"\ndata: 2\r\n\r\n", b"data: 3\r", b"\r")))
    assert events == [Event(b"1", None, 1.0), Event(b"2", None, 2.0), Event(b"3", None, 4.0)]


def test_a_recording_without_instants() -> None:
    """What a recording lacks is None."""
    assert list(server_sent_events(Body.whole(b"data: x\n\n"))) == [Event(b"x")]


def test_after_a_hole_the_next_whole_event_counts() -> None:
    """The events that the hole cut are given up, on either side."""
    holed = body(b"data: 1\n\ndata: 2", b"2\n\ndata: 3\n\n", gap=1)
    assert list(server_sent_events(holed)) == [Event(b"1", None, 0.0), Event(b"3", None, 1.0)]
    assert list(server_sent_events(body(b"data: 1\n\n", b"no boundary", gap=1))) == [Event(b"1", None, 0.0)]
    assert list(server_sent_events(body(b"data: 1\n\n", gap=1))) == [Event(b"1", None, 0.0)]
    assert list(server_sent_events(body(gap=0))) == []


def test_json_lines() -> None:
    """Each line is an event; blank lines and white space are none; the last needs no line end."""
    assert list(json_lines(body(b'{"a":1}\r\n\n', b' {"a":2}\n{"a"', b":3}"))) == [
        Event(b'{"a":1}', None, 0.0),
        Event(b'{"a":2}', None, 1.0),
        Event(b'{"a":3}', None, 2.0),
    ]
    assert list(json_lines(body(b"1\n2", b"2\n3\n", gap=1))) == [Event(b"1", None, 0.0), Event(b"3", None, 1.0)]


def test_the_objects_of_an_array() -> None:
    """Each object is an event once its last brace is there, whatever its strings hold and whatever stands between."""
    first, second = b'{"a": "}, {\\"]", "b": {"c": [{}]}}', b"{}"
    stream = body(b"[" + first[:5], first[5:] + b"\r\n,\r\n" + second[:1], second[1:] + b',"x" ,7, null}]', b" ,{]}\n]")
    assert list(json_array(stream)) == [
        Event(first, None, 1.0),
        Event(second, None, 2.0),
        Event(b"{]}", None, 3.0),
    ]


def test_an_array_cut_short() -> None:
    """The object that the end cut is an event as far as it goes; without its end, white space is none."""
    assert list(json_array(body(b'[{"a":1}\n,\r\n{"a":', b'"2}'))) == [
        Event(b'{"a":1}', None, 0.0),
        Event(b'{"a":"2}', None, 1.0),
    ]
    assert list(json_array(body(b'[{"a":1}', b"\n, "))) == [Event(b'{"a":1}', None, 0.0)]
    assert list(json_array(body())) == list(json_array(body(b"["))) == []


def test_an_array_with_a_hole() -> None:
    """It goes on behind the comma between two objects that ends a line; what the hole cut is given up."""
    holed = body(b'[{"a":1}\n,\r\n{"a":', b'{"x":1},{"y":2}}\n,\r\n{"a":3}\n,\r\n{"a":4}\n]', gap=1)
    assert [event.data for event in json_array(holed)] == [b'{"a":1}', b'{"a":3}', b'{"a":4}']
    assert list(json_array(body(b"[", b'{"x":1},{"y":2}', gap=1))) == []


@given(st.lists(st.sampled_from([b"{", b"}", b'"', b"\\", b",", b"[", b"]", b"a", b"\r\n", b" ", b""]), max_size=40))
def test_arrays_split_anywhere(pieces: list[bytes]) -> None:
    """Law: however the bytes are cut, equal objects."""
    assert untimed(list(json_array(body(*pieces)))) == untimed(list(json_array(body(b"".join(pieces)))))


@pytest.mark.parametrize(
    "data", [b"{" * 1_000_000, b"[" * 1_000_000, b'{"' * 500_000, b"{}" * 200_000, b'["' + b"a" * 9**6]
)
def test_an_odd_array_costs_linear_time(data: bytes) -> None:
    """Megabytes of braces or quotation marks are a matter of a second."""
    assert len(list(json_array(body(data)))) in (0, 1, 200_000)


def test_more_than_one_batch() -> None:
    """A body longer than what is cut at a time is cut the same."""
    blocks = [b"data: %d %b\n\n\n" % (number, b"x" * 5000) for number in range(200)]
    events = list(server_sent_events(body(*blocks)))
    assert [(event.data.split()[0], event.at) for event in events] == [(b"%d" % n, float(n)) for n in range(200)]


def test_a_body_without_events() -> None:
    """Megabytes of blank lines, or of one line that is no field, are no events."""
    assert list(server_sent_events(body(b"\n" * 1_000_000))) == []
    assert list(server_sent_events(body(b"x" * 1_000_000))) == []
    assert list(server_sent_events(body())) == []
