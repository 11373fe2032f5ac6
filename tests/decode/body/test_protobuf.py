"""Protobuf's wire format: what is asked for is read, whatever else stands there; what is no message is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.protobuf import MOST, read
from tests.decode.formats.laws import odd_messages
from tests.exchanges.rpc import message, varint


class Inner(msgspec.Struct):
    """A message within one."""

    text: str | None = msgspec.field(name="1", default=None)


class Outer(msgspec.Struct):
    """A field of each kind."""

    count: int | None = msgspec.field(name="1", default=None)
    share: float | None = msgspec.field(name="2", default=None)
    text: str | None = msgspec.field(name="3", default=None)
    data: bytes | None = msgspec.field(name="4", default=None)
    inner: Inner | None = msgspec.field(name="5", default=None)
    inners: list[Inner] | None = msgspec.field(name="6", default=None)
    counts: list[int] | None = msgspec.field(name="7", default=None)
    fine: bool | None = msgspec.field(name="8", default=None)
    words: list[str] | None = msgspec.field(name="200", default=None)


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.text(),
    st.binary(),
    st.lists(st.text(), min_size=1, max_size=4),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
)
def test_what_was_written_is_read(count: int, text: str, data: bytes, words: list[str], counts: list[int]) -> None:
    """Law: every value comes back, numbers packed or one by one, whatever unknown fields stand between."""
    inners = [{"1": word, "9": 1.5} for word in words]
    packed = b"".join(map(varint, counts))
    for stated in (packed, counts):
        told = {"99": 7, "1": count, "3": text, "4": data, "5": inners[0], "6": inners, "7": stated, "200": words}
        found = read(Outer, message(told))
        nested = [Inner(word) for word in words]
        assert found == Outer(count, None, text, data, nested[0], nested, counts, None, words)


def test_what_is_left_out_is_none() -> None:
    """An empty message states nothing, and an empty value is a value."""
    assert read(Outer, b"") == Outer()
    assert read(Outer, message({"3": "", "5": {}, "6": [{}]})) == Outer(text="", inner=Inner(), inners=[Inner()])


def test_truth_is_a_number() -> None:
    """Any but 0 is true; a text is none."""
    found = [read(Outer, message({"8": stated})).fine for stated in (0, 1, -1, "1")]
    assert found == [False, True, True, None]


def test_the_last_of_a_field_counts() -> None:
    """As protobuf merges messages that are written one after the other; lists are joined."""
    twice = message({"1": 1, "200": ["a"]}) + message({"1": 2, "200": ["b"]})
    assert read(Outer, twice) == Outer(count=2, words=["a", "b"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [(message({"2": 0.7}), 0.7), (message({"2": 1e-7}), 1e-7), (b"\x11" + b"\x9a\x99\x99\x99\x99\x99\xb9\x3f", 0.1)],
)
def test_a_fraction_is_the_one_that_was_meant(data: bytes, expected: float) -> None:
    """A float of 32 bits has seven digits, one of 64 all of Python's."""
    assert read(Outer, data).share == expected


@pytest.mark.parametrize(
    "told",
    [{"1": "word"}, {"1": 1.5}, {"2": 1}, {"3": 1}, {"3": 1.5}, {"4": 7}, {"5": 7}, {"5": "\x00"}, {"7": b"\x80"}],
)
def test_a_misfit_costs_itself_alone(told: dict[str, object]) -> None:
    """A field of another kind than is asked for is left out, and the others are there."""
    assert read(Outer, message({**told, "200": ["here"]})) == Outer(words=["here"])


def test_text_that_is_none() -> None:
    """Bytes that are not UTF-8 are replaced."""
    assert read(Outer, message({"3": b"a\xff"})).text == "a\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("data", [b"\x00", b"\x01", b"{}", b"<html>", b"\x0b", b"\x0e", b"\x08" + b"\xff" * 11])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    """A field without a number, a group, an unknown wire type, a number without end."""
    with pytest.raises(msgspec.DecodeError, match="not protobuf"):
        read(Outer, data)


@given(st.binary(min_size=1, max_size=200))
def test_what_is_cut_short_is_told(data: bytes) -> None:
    """Law: a message without its last byte is truncated, and no other error."""
    whole = message({"1": 300, "4": data})
    for end in (1, 2, len(whole) - len(data) - 1, len(whole) - 1):
        with pytest.raises(msgspec.DecodeError, match="truncated"):
            read(Outer, whole[:end])


def test_a_message_of_too_many_fields() -> None:
    """It is refused, and within a message it is left out."""
    flood = b"\x08\x01" * (MOST + 1)
    with pytest.raises(msgspec.DecodeError, match="too many fields"):
        read(Outer, flood)
    assert read(Outer, message({"1": 7, "5": flood})) == Outer(count=7)
    assert read(Outer, flood[: 2 * MOST]) == Outer(count=1)


@given(odd_messages())
def test_whatever_the_bytes(data: bytes) -> None:
    """Nothing else is raised."""
    try:
        read(Outer, data)
    except msgspec.DecodeError:
        return
