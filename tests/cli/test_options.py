"""What is typed becomes an address, an instant, settings or a store; or a sentence about what is wrong with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address, AddressType, SinceType, Way, WayType, settings_of, store_of


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8080", Address("127.0.0.1", 8080)),
        (":8080", Address("127.0.0.1", 8080)),
        ("0.0.0.0:9000", Address("0.0.0.0", 9000)),
        ("[::1]:9000", Address("::1", 9000)),
    ],
)
def test_an_address_is_host_and_port(typed: str, expected: Address) -> None:
    """The host may be left out, and then is loopback."""
    assert expected == AddressType().convert(typed, None, None)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "localhost:x",
        "localhost:0",
        "localhost:65536",
        "localhost:²",
        "a/b:80",
        "u@h:80",
        "h:80:80",
        "[h]:80",
    ],
)
def test_what_is_no_address_is_told(typed: str) -> None:
    """The mistake shows how an address looks."""
    with pytest.raises(click.BadParameter, match=r"127\.0\.0\.1:8080"):
        AddressType().convert(typed, None, None)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 1), "http://127.0.0.1:1"),
        (Address("0.0.0.0", 1), "http://127.0.0.1:1"),
        (Address("::1", 1), "http://[::1]:1"),
    ],
)
def test_a_client_reaches_any_address_by_loopback(address: Address, url: str) -> None:
    """0.0.0.0 is where one listens, not where one connects to."""
    assert url == address.url()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8080", Way(Address("127.0.0.1", 8080))),
        ("http://proxy:8080/", Way(Address("proxy", 8080))),
        ("payments:pro%40d@[::1]:1", Way(Address("::1", 1), "payments", "pro@d")),
        ("http://payments@proxy:1", Way(Address("proxy", 1), "payments")),
    ],
)
def test_a_way_may_say_who_comes(typed: str, expected: Way) -> None:
    """A URL is understood as well, and user and password are what they stand for."""
    assert expected == WayType().convert(typed, None, None)


@pytest.mark.parametrize(
    "typed", ["https://h:1", "socks5://h:1", "http://u:secret@h/x:1", "u:secret@a/b:1", "u:secret@"]
)
def test_what_is_no_way_is_told_without_its_password(typed: str) -> None:
    """Another kind of proxy, a path, nothing at all."""
    with pytest.raises(click.BadParameter, match=r"127\.0\.0\.1:8080") as raised:
        WayType().convert(typed, None, None)
    assert "secret" not in str(raised.value)


def test_who_comes_is_in_the_url() -> None:
    """What a URL gives another meaning is escaped."""
    assert Address("h", 1).url("a b", "c/d@e") == "http://a%20b:c%2Fd%40e@h:1"


@pytest.mark.parametrize(("typed", "hours"), [("90m", 1.5), ("24h", 24), ("7d", 168), ("1.5 h", 1.5), ("1w", 168)])
def test_a_span_counts_back_from_now(typed: str, hours: float) -> None:
    """Minutes, hours, days and weeks, fractions too."""
    found = SinceType().convert(typed, None, None)
    assert found is not None
    assert timedelta(hours=hours).total_seconds() == pytest.approx((datetime.now(UTC) - found).total_seconds(), abs=60)


def test_a_date_is_an_instant_and_all_is_none() -> None:
    """ISO 8601 is understood, with or without a time; `all` sets no limit."""
    found = SinceType().convert("2026-11-24T06:00:00+00:00", None, None)
    assert datetime(2026, 11, 24, 6, tzinfo=UTC) == found
    assert SinceType().convert("all", None, None) is None


@pytest.mark.parametrize("typed", ["", "soon", "24", "2026-13-01", "99999999999999d"])
def test_what_is_no_span_is_told(typed: str) -> None:
    """The mistake shows how a span looks."""
    with pytest.raises(click.BadParameter, match="24h or 7d"):
        SinceType().convert(typed, None, None)


def test_a_wrong_configuration_is_a_mistake(home: Path) -> None:
    """The file and the key are named, and the exit code is 2."""
    config = home / "llmtap.yaml"
    config.write_text("store:\n  pth: /tmp/x\n")
    with pytest.raises(Mistake, match="pth") as raised:
        settings_of(config)
    assert raised.value.exit_code == 2


def test_a_missing_store_is_a_mistake(home: Path, store_path: Path) -> None:
    """Looking never makes one."""
    assert home.is_dir()
    with pytest.raises(Mistake, match="Nothing is recorded yet"):
        store_of(settings_of(None))
    assert not store_path.exists()
