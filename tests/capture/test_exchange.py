"""An exchange's small parts: header lookup, whole bodies, identifiers that sort by time."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, duplex, header, new_id


def test_a_header_is_found_in_any_case() -> None:
    """The first of repeated fields counts, without the blanks around its value."""
    headers = ((b"X-Team-ID", b" blue "), (b"x-team-id", b"red"))
    assert header(headers, "x-TEAM-id") == "blue"
    assert header(headers, "x-environment") is None


@given(st.binary())
def test_any_bytes_are_a_header_value(value: bytes) -> None:
    """Bytes that are not UTF-8 are replaced, never an error."""
    assert header(((b"a", value),), "a") == value.decode("utf-8", "replace").strip()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (b"application/grpc", True),
        (b"Application/gRPC+proto", True),
        (b"application/connect+proto", True),
        (b"application/proto", False),
        (b"application/json", False),
    ],
)
def test_whose_request_may_go_on(kind: bytes, *, expected: bool) -> None:
    """gRPC and Connect's streams are told by their content type; nothing else is."""
    assert duplex(((b"content-type", kind),)) is expected
    assert not duplex(())


def test_a_whole_body_is_one_piece() -> None:
    """A body that arrived at once is one chunk; an empty one is none."""
    assert Body.whole(b"abc", 1.5) == Body(((1.5, b"abc"),), 3)
    assert Body.whole(b"") == Body((), 0)


@given(st.floats(min_value=0, max_value=4e9), st.floats(min_value=0, max_value=4e9))
def test_identifiers_are_uuid7_and_sort_by_time(one: float, other: float) -> None:
    """An id carries the millisecond of its exchange, so ids of different milliseconds sort like their exchanges."""
    first, second = new_id(one), new_id(other)
    assert uuid.UUID(first).version == 7
    assert uuid.UUID(first).variant == uuid.RFC_4122
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)
    assert int(first.replace("-", "")[:12], 16) == int(one * 1000)
    if int(one * 1000) < int(other * 1000):
        assert first < second


@given(st.binary(), st.binary())
def test_an_identifier_of_a_recording_stays(one: bytes, other: bytes) -> None:
    """With a seed the id is always the same, and another seed's is another."""
    first = new_id(1.0, one)
    assert first == new_id(1.0, one)
    assert uuid.UUID(first).version == 7
    assert uuid.UUID(first).variant == uuid.RFC_4122
    assert (first == new_id(1.0, other)) is (one == other)


def test_identifiers_of_one_instant_differ() -> None:
    """Ten thousand ids of the same millisecond are ten thousand ids."""
    assert len({new_id(1.0) for _ in range(10_000)}) == 10_000
