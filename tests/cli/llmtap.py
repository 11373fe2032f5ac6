"""`llmtap` as a process of its own, in front of the simulated provider, with a home of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.cli.conftest import PACKAGES
from tests.end_to_end.proxy import CHECKOUT, PATIENCE
from tests.fakes.provider import FakeProvider

BODY = '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello there"}]}'
CALL = (
    f"curl -sS https://api.openai.com/v1/chat/completions -H 'Authorization: Bearer sk-0123456789abcdef' "
    f"-H 'Content-Type: application/json' -d '{BODY}'"
)
"""A shell command that makes one LLM call as an unmodified program would."""


def environment(home: Path, provider: FakeProvider | None = None, **more: str) -> dict[str, str]:
    """Return an environment in which everything of ours lies below `home`, and the provider stands for OpenAI."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name != "COLUMNS"}
    ours = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    detour = {"LLMTAP_DETOUR": f"api.openai.com={provider.port}"} if provider else {}
    return {**kept, **ours, **detour, "PYTHONPATH": PACKAGES, "PYTHONUNBUFFERED": "1", **more}


def to(provider: FakeProvider) -> tuple[str, ...]:
    """Return the mitmproxy options that send calls to the provider, and verify it."""
    return (
        "--set",
        f"scripts={CHECKOUT}/tests/fakes/detour.py",
        "--set",
        f"ssl_verify_upstream_trusted_ca={provider.ca_path}",
    )


def start(environ: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
    """Start `llmtap`; its output can be read, stderr and stdout apart."""
    return subprocess.Popen(
        [sys.executable, "-m", "llmtap", *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # away from the terminal of whoever runs the tests
    )


def finished(environ: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `llmtap` to its end."""
    with start(environ, *arguments) as process:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def awaited(process: "subprocess.Popen[str]", pattern: str) -> "re.Match[str]":
    """Return the first match in what the process writes to stdout, line by line; fail when it ends without one."""
    assert process.stdout is not None
    deadline = time.monotonic() + PATIENCE
    said = ""
    while time.monotonic() < deadline and (line := process.stdout.readline()):
        said += line
        if found := re.search(pattern, line):
            return found
    process.kill()
    raise AssertionError(f"it never said {pattern!r}:\n{said}\n{process.stderr.read() if process.stderr else ''}")
