"""HAR files: every entry in its order, and of a broken file all that stands before the break."""

import json
from pathlib import Path

import pytest

from llmtap import config
from llmtap.capture.provider import Providers
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.cli.har import har_entries
from tests.cli.recorded import ASK, SESSION, entry, har, session, written

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)


def entries(folder: Path, data: bytes) -> tuple[list[Entry], UnreadableError | None]:
    """Return what is read of a file, and what stopped the reading."""
    found: list[Entry] = []
    try:
        with written(folder, data).open("rb") as file:
            found.extend(har_entries(file, PROVIDERS, 1 << 20))
    except UnreadableError as error:
        return found, error
    return found, None


def told(found: list[Entry]) -> list[str]:
    """Return each entry in a word."""
    return [one.why or ", ".join(call.endpoint.provider for call in one.exchanges) for one in found]


def test_entries_keep_their_order(tmp_path: Path) -> None:
    """A call, other traffic and a session of two responses, in the order of the file."""
    data = har(entry(), entry("https://example.com/", method="GET"), session(*SESSION, *SESSION), entry())
    found, error = entries(tmp_path, b"\xef\xbb\xbf\n" + data)
    assert (["openai", "", "openai, openai", "openai"], None) == (told(found), error)
    assert [1, 2, 3, 4] == [one.number for one in found]


def test_ids_are_the_recordings_own(tmp_path: Path) -> None:
    """Read twice, the ids are the same; equal entries are two calls all the same."""
    data = har(entry(), entry(), entry(started="2026-11-01T10:00:01Z"))
    first, again = (
        [call.id for one in entries(tmp_path, data)[0] for call in one.exchanges] for _ in range(2)
    )  # fmt: skip
    assert first == again
    assert 3 == len(set(first))
    assert first[0][:13] == first[1][:13] < first[2][:13]


@pytest.mark.parametrize("cut", [30, 700, 2000])
def test_a_file_cut_short(tmp_path: Path, cut: int) -> None:
    """Whole entries before the cut are read; the error names the first that is not."""
    found, error = entries(tmp_path, har(entry(), entry(), entry())[:-cut])
    assert error is not None
    if cut == 30:
        assert (2, 3, "it is damaged, or cut short") == (len(found), error.number, error.why)
    assert error.number == len(found) + 1


@pytest.mark.parametrize("data", [b"{}", b'{"log":{}}', b'{"entries"', b"{", b'{"log":{"entries":7}}'])
def test_json_that_is_no_har(tmp_path: Path, data: bytes) -> None:
    """Without a list of entries there is nothing to read."""
    _, error = entries(tmp_path, data)
    assert error is not None
    assert error.number is None


def test_an_entry_that_is_none(tmp_path: Path) -> None:
    """What is no object, or does not say where it went, is named with its number, and costs itself alone."""
    lost = entry() | {"request": {"method": "POST", "headers": []}}
    parts = (json.dumps(entry()), "7", "[1]", json.dumps(lost), '{"request": x}', "null", json.dumps(entry()))
    found, error = entries(tmp_path, b'{"log":{"entries":[' + ",".join(parts).encode() + b"]}}")
    assert error is None
    assert ["openai", *["it is no object"] * 2, "it has no `request.url`"] == told(found[:4])
    assert ["it is no object", "openai"] == told(found[5:])
    assert (found[4].why or "").startswith("it is no JSON (")


def test_characters_that_json_forbids(tmp_path: Path) -> None:
    """Half surrogates, bytes that are not UTF-8 and raw line breaks cost no entry."""
    ask = ASK.replace(b"Where?", b"MARK")
    for odd in (b"\\\\ud83d", b"\\ud83d", b"\xff\xfe", b"a\nb\x01"):
        found, error = entries(tmp_path, har(entry(ask=ask), entry()).replace(b"MARK", odd))
        assert (["openai", "openai"], None) == (told(found), error)
