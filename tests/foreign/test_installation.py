"""The environment of the foreign programs is whole, and what keeps it from being had is said."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engines.distribution import EngineError
from tests.foreign import installation
from tests.foreign.installation import HERE, LOCKS, Installation


def test_node_reads_the_proxy_variables(foreign_programs: Installation) -> None:
    """Node is one that honours NODE_USE_ENV_PROXY: 24 or newer (providers.md 5)."""
    done = subprocess.run([foreign_programs.node, "--version"], capture_output=True, text=True, check=True, timeout=30)
    assert int(done.stdout.removeprefix("v").split(".")[0]) >= 24


def test_the_whole_tree_is_pinned() -> None:
    """Every line of requirements.txt is one version, and no lock says where a package comes from."""
    lines = (HERE / LOCKS[0]).read_text().splitlines()
    pins = [line.split("==")[0] for line in lines if not line.startswith("#")]
    wanted = [line.split("#")[0].strip() for line in (HERE / "requirements.in").read_text().splitlines()]
    assert {name for name in wanted if name} <= set(pins)
    assert all(line.count("==") == 1 for line in lines if not line.startswith("#"))
    assert "://" not in "".join(pins)
    assert '"resolved"' not in (HERE / LOCKS[2]).read_text()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((sys.executable, "-c", "raise SystemExit('no route')"), " needs its package registry.\nno route"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), "timed out"),
        (("/nowhere/npm",), "No such file"),
    ],
)
def test_lack_is_said(tmp_path: Path, command: tuple[str, ...], words: str) -> None:
    """A registry out of reach, one that never answers and a tool that is not there each end in a sentence."""
    with pytest.raises(EngineError, match=f"^The foreign clients are not to be had: npm.*{words}"):
        installation._fetch("npm", command, tmp_path, time.monotonic())  # noqa: SLF001 -- the border to what is fetched
