"""A service begins with our defaults, and mitmproxy's own arguments say otherwise."""

import argparse
import socket
from pathlib import Path

import pytest

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address
from llmtap.cli.service import defaults_of, filters, trusted


def test_the_defaults_say_where_and_whom_to_trust(home: Path) -> None:
    """Loopback, the configuration, and the roots of this machine."""
    config = home / "llmtap.yaml"
    config.write_text("")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    expected = {
        "listen_host": "127.0.0.1",
        "listen_port": port,
        "llmtap_config": str(config),
        "ssl_verify_upstream_trusted_ca": str(home / "data/llmtap/roots.pem"),
    }
    assert expected == defaults_of(config, Address("127.0.0.1", port), ())


def test_an_address_in_use_is_told_unless_mitmproxy_is_given_another(home: Path) -> None:
    """With `-p`, ours is never bound."""
    assert home.is_dir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = Address("127.0.0.1", server.getsockname()[1])
        with pytest.raises(Mistake, match="--listen"):
            defaults_of(None, taken, ())
        assert defaults_of(None, taken, ("-p", "1"))


def test_without_a_place_for_roots_mitmproxy_keeps_its_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and the proxy starts all the same."""
    (home / "file").write_text("")
    assert trusted(home / "file") == {}
    assert "cannot be written" in capsys.readouterr().err


def test_a_filter_is_mitmdumps() -> None:
    """The words of a filter are one expression, for what is saved, read and shown."""
    found = filters(argparse.Namespace(filter_args=["~d", "x"]))
    assert {"save_stream_filter": "~d x", "readfile_filter": "~d x", "dumper_filter": "~d x"} == found
    assert filters(argparse.Namespace(filter_args=[])) == {}
