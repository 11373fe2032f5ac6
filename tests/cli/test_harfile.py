"""The entries of a HAR file are found whatever stands around and in them, and however small the pieces are."""

import gzip
import io
import json
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.cli import harfile
from llmtap.cli.entry import UnreadableError
from llmtap.cli.harfile import is_har, raw_entries
from tests.cli.recorded import entry, har

TEXT = st.text(st.sampled_from('a"\\[]{},:é\n '), max_size=12)
VALUE = st.recursive(
    TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
ENTRY = st.dictionaries(TEXT, VALUE, max_size=4)


class Trickle(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read three bytes at most."""
        return super().read(min(size or 3, 3))


@given(st.lists(ENTRY, max_size=4), TEXT, st.sampled_from([None, 1]))
def test_entries_are_found(entries: list[object], odd: str, indent: int | None) -> None:
    """What stands between the brackets of an entry comes out whole, as does the next."""
    log = {"pages": [{odd: [odd, {"entries": odd}]}], "entries": entries, "comment": odd}
    data = json.dumps({"log": log}, indent=indent, ensure_ascii=False).encode()
    for file in (io.BytesIO(data), Trickle(data)):
        assert entries == [json.loads(raw) for raw in raw_entries(file)]


@given(st.lists(ENTRY, min_size=1, max_size=3), st.integers(1, 200))
def test_a_cut_costs_what_it_cuts(entries: list[object], cut: int) -> None:
    """Whole entries before a cut come out; then the cut is told, but where only what follows the list is lost."""
    data = json.dumps({"log": {"entries": entries}}).encode()
    found: list[object] = []
    number = None
    try:
        found.extend(json.loads(raw) for raw in raw_entries(io.BytesIO(data[:-cut])))
    except UnreadableError as error:
        number = error.number or 1
    assert number in (None if found == entries else 0, len(found) + 1)
    assert found == entries[: len(found)]


@pytest.mark.parametrize(
    "packed", [gzip.compress, zlib.compress, lambda data: data.decode().encode("utf-16"), lambda data: b"\n" + data]
)
def test_files_come_in_many_wrappings(packed: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressed, or in two bytes a character, the entries are the same."""
    monkeypatch.setattr(harfile, "PIECE", 100)
    data = packed(har(entry(), entry()))
    assert is_har(data[: harfile.START])
    assert [entry(), entry()] == [json.loads(raw) for raw in raw_entries(io.BytesIO(data))]


@pytest.mark.parametrize("data", [b"{}", b'{"log":{}}', b'{"entries"', b"{", b'{"log":{"entries":7}}', b"\x1f\x8bno"])
def test_what_is_no_har(data: bytes) -> None:
    """Without a list of entries there is nothing to read."""
    with pytest.raises(UnreadableError) as told:
        list(raw_entries(io.BytesIO(data)))
    assert told.value.number is None


@pytest.mark.parametrize(
    ("start", "expected"),
    [(b'{"log"', True), (b'\xef\xbb\xbf {"log"', True), (b"1234:7:version;", False), (b"", False), (b"[1]", False)],
)
def test_files_are_told_apart(start: bytes, expected: bool) -> None:  # noqa: FBT001 -- the expected value of a case
    """A HAR file begins as JSON does."""
    assert is_har(start) is expected
