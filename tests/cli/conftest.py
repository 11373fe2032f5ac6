"""A home of its own for every test of a command, and the command line as an operator has it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from llmtap.cli import main
from llmtap.export.outbox import Outbox
from tests.cli.documents import DOCUMENTS

PACKAGES = str(Path(__file__).parents[2] / "addon")
"""What PYTHONPATH must name for `python -m llmtap` in a bare checkout."""

type Invoke = Callable[..., Result]


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in a process of its own, with our package in its path."""
    environ = {**os.environ, "PYTHONPATH": PACKAGES}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=environ)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory that everything of ours goes to, and no proxy in the environment."""
    for name in ("LLMTAP_CONFIG", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def invoke(home: Path) -> Invoke:
    """`llmtap` with these arguments, in this process."""
    assert home.is_dir()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, prog_name="llmtap")

    return run


@pytest.fixture
def store_path(home: Path) -> Path:
    """Where the store is when nothing is configured."""
    return home / "data/llmtap/llmtap.db"


@pytest.fixture
def store(store_path: Path) -> Iterator[Outbox]:
    """The store with a few documents in it."""
    with closing(Outbox(store_path, max_bytes=1 << 30, retention=1e9)) as outbox:
        outbox.put(DOCUMENTS)
        yield outbox
