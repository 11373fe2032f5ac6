"""The two mock servers, as processes of ours on free loopback ports.

Two programs have the name llmock. The one on PyPI (https://github.com/JulienRabault/LLMock) keeps its providers apart
by path and breaks answers on demand. The other was renamed to aimock (https://github.com/CopilotKit/aimock, on npm),
knows more providers, and says what `answers.json` tells it to.
"""

import contextlib
import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.proxy import PATIENCE, free_port
from tests.foreign.installation import Installation

ANSWERS = Path(__file__).with_name("answers.json")


@dataclass(frozen=True, slots=True)
class Mock:
    """A running mock server at loopback `port`."""

    port: int

    def script(self, **behaviour: object) -> None:
        """Let the next request that fits meet a behaviour; llmock alone can do that."""
        body = json.dumps({"behaviors": [behaviour]})
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("POST", "/_llmock/scenario", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            assert answer.status < 300, answer.read()


@contextmanager
def llmock(installation: Installation, folder: Path) -> Iterator[Mock]:
    """The llmock of Julien Rabault, from PyPI."""
    port = free_port()
    command = [str(installation.python), "-m", "llmock.cli", "serve", "--port", str(port), "--log-level", "warning"]
    with _running(command, port, folder / "llmock.log") as mock:
        yield mock


@contextmanager
def aimock(installation: Installation, folder: Path) -> Iterator[Mock]:
    """The aimock of CopilotKit, from npm."""
    port = free_port()
    program = installation.folder / "node_modules/@copilotkit/aimock/dist/cli.js"
    options = ["--port", str(port), "--fixtures", str(ANSWERS), "--log-level", "warn"]
    with _running([str(installation.node), str(program), *options], port, folder / "aimock.log") as mock:
        yield mock


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[Mock]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _await_health(process, port, log)
        yield Mock(port)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            with contextlib.closing(connection):
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
        time.sleep(0.05)
    raise AssertionError(f"the mock server does not answer:\n{log.read_text(errors='replace')}")
