"""The program in our care gets its environment, its signals and its limits, and gives its exit code."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from llmtap.cli.environment import variables
from tests.cli.llmtap import awaited, environment, finished, start
from tests.end_to_end.proxy import PATIENCE

COUNTING = """
import signal, sys, time
got = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: got.append(number))
print("ready", flush=True)
while not got:
    time.sleep(0.01)
time.sleep(0.3)
print("got", [int(number) for number in got], flush=True)
sys.exit(9)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_program_once(tmp_path: Path, number: signal.Signals) -> None:
    """What is sent to us the program gets, and its own exit code is ours."""
    with start(environment(tmp_path), "run", "-q", sys.executable, "-c", COUNTING) as process:
        awaited(process, "ready")
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (9, f"got [{int(number)}]\n") == (process.returncode, said)


def test_ctrl_c_at_a_terminal_reaches_the_program_once(tmp_path: Path) -> None:
    """The terminal tells the program itself; it is not told a second time."""
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "llmtap", "run", "-q", sys.executable, "-c", COUNTING]
        os.execve(sys.executable, command, environment(tmp_path))
    said = _read(terminal, b"ready")
    os.write(terminal, b"\x03")
    said += _read(terminal, b"]")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert b"got [2]" in said
    assert os.waitstatus_to_exitcode(status) == 9


def _read(terminal: int, until: bytes) -> bytes:
    deadline, said = time.monotonic() + PATIENCE, b""
    while until not in said and time.monotonic() < deadline:
        said += os.read(terminal, 4096)
    return said


def test_death_by_a_signal_is_128_and_its_number(tmp_path: Path) -> None:
    """As a shell tells it."""
    done = finished(environment(tmp_path), "run", "-q", "sh", "-c", "kill -KILL $$")
    assert done.returncode == 128 + signal.SIGKILL


def test_the_environment_is_visible_in_the_program(tmp_path: Path) -> None:
    """Every variable is there, and those that were there are kept."""
    done = finished(environment(tmp_path, MINE="kept"), "run", "-q", "env")
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    expected = variables(found["HTTPS_PROXY"], str(tmp_path / "data/llmtap/ca-bundle.pem"), {})
    assert expected == {name: found[name] for name in expected}
    assert found["MINE"] == "kept"


def test_the_program_keeps_its_own_limit_of_files(tmp_path: Path) -> None:
    """What the proxy raises for itself is not passed on."""
    script = f"ulimit -Sn 256; '{sys.executable}' -m llmtap run -q sh -c 'ulimit -Sn'"
    assert _shell(script, environment(tmp_path)) == "256\n"


def test_stdin_is_the_programs(tmp_path: Path) -> None:
    """What is piped in arrives, whole."""
    script = f"printf 'one\\ntwo' | '{sys.executable}' -m llmtap run -q cat"
    assert _shell(script, environment(tmp_path)) == "one\ntwo"


def _shell(script: str, environ: Mapping[str, str]) -> str:
    return subprocess.run(
        ["sh", "-c", script], env=environ, capture_output=True, text=True, timeout=PATIENCE, check=True
    ).stdout
