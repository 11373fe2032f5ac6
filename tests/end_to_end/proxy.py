"""A real mitmdump with `-s addon/tap.py` as a subprocess on a free loopback port, with a folder of its own.

It is ended by its own process id, whatever happens in the test.
"""

import contextlib
import fcntl
import os
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import msgspec

CHECKOUT = Path(__file__).resolve().parents[2]
TAP = CHECKOUT / "addon" / "tap.py"
LISTENING = re.compile(r"listening at (?:http://)?(?:[\w.\[\]:*]*?):(\d+)")
READY = "LLM calls are recorded in"
PATIENCE = 30.0
"""Seconds after which a part that says nothing is taken for dead."""


class Proxy:
    """One mitmproxy process and what a client needs to know of it."""

    def __init__(
        self,
        folder: Path,
        *,
        detour: Mapping[str, int] | None = None,
        provider_ca: Path | None = None,
        config: str = "",
        scripts: tuple[Path, ...] = (TAP,),
        tool: str = "mitmdump",
        options: tuple[str, ...] = (),
        port: int = 0,
    ) -> None:
        """Prepare a proxy that keeps everything under `folder`; `config` is YAML below the store's own section."""
        self.folder = folder
        self.store = folder / "store" / "llmtap.db"
        self.config = folder / "llmtap.yaml"
        self.log = folder / "proxy.log"
        self.port = port
        self._detour = dict(detour or {})
        self._provider_ca = provider_ca
        self._scripts = scripts
        self._tool = tool
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.configure(config)

    def configure(self, config: str) -> None:
        """Write the configuration file; a running proxy reads it again by itself."""
        whole = f"store:\n  path: {self.store}\n{config}"
        fresh = self.config.with_suffix(".new")
        fresh.write_text(whole)
        fresh.replace(self.config)

    def start(self) -> Self:
        """Start the process and wait until it listens."""
        detoured = "import tests.fakes.detour; " if self._detour else ""
        command = [sys.executable, "-c", f"{detoured}from mitmproxy.tools.main import {self._tool}; {self._tool}()"]
        for script in self._scripts:
            command += ["-s", str(script)]
        command += ["--listen-host", "127.0.0.1", "--listen-port", str(self.port)]
        command += ["--set", f"confdir={self.folder / 'ca'}", *self._options]
        if TAP in self._scripts:
            command += ["--set", f"llmtap_config={self.config}"]
        if self._provider_ca is not None:
            command += ["--set", f"ssl_verify_upstream_trusted_ca={self._provider_ca}"]
        detour = ",".join(f"{host}={port}" for host, port in self._detour.items())
        environment = {**os.environ, "LLMTAP_DETOUR": detour, "PYTHONPATH": str(CHECKOUT)}
        with self.log.open("ab") as log:
            start = log.tell()
            if self._tool == "mitmproxy":
                self._start_on_terminal(command, environment)
            else:
                self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
                self._await_listening(start)
        return self

    def _start_on_terminal(self, command: list[str], environment: dict[str, str]) -> None:
        """Start the console on a terminal of its own; it says nowhere where it listens, so the port must be given."""
        ours, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=its, stdout=its, stderr=its, env={**environment, "TERM": "xterm"}
        )
        os.close(its)
        threading.Thread(target=_drain, args=(ours,), daemon=True).start()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the console does not listen")

    def _await_listening(self, start: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            said = self.log.read_bytes()[start:].decode("utf-8", "replace")
            found = LISTENING.search(said)
            if found and (TAP not in self._scripts or READY in said):
                self.port = int(found[1])
                return
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the proxy ended at once:\n{said}")
            time.sleep(0.05)
        raise AssertionError(f"the proxy does not listen:\n{self.log.read_text()}")

    @property
    def url(self) -> str:
        """The proxy's address as a client's `HTTPS_PROXY`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """The certificate that clients must trust."""
        return self.folder / "ca" / "mitmproxy-ca-cert.pem"

    def environment(self, user: str = "") -> dict[str, str]:
        """Return what an unmodified application is given: the proxy's address and the CA, nothing else."""
        address = f"http://{user}@127.0.0.1:{self.port}" if user else self.url
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        return {
            **kept,
            "HTTPS_PROXY": address,
            "https_proxy": address,
            "SSL_CERT_FILE": str(self.ca),
            "CURL_CA_BUNDLE": str(self.ca),
            "OPENAI_API_KEY": "sk-test-0123456789abcdefghijklmnop",
            "ANTHROPIC_API_KEY": "sk-ant-api03-test-0123456789abcdefghijklmnop",
        }

    def documents(self) -> list[dict[str, Any]]:
        """Return every document of the store, oldest first."""
        if not self.store.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM document ORDER BY seq").fetchall()
        return [msgspec.json.decode(body) for (body,) in rows]

    def await_documents(self, count: int) -> list[dict[str, Any]]:
        """Return the documents as soon as there are `count` of them; fail when they do not come."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len(found := self.documents()) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(
            f"{len(self.documents())} of {count} documents came; the proxy said:\n{self.log.read_text()}"
        )

    def stop(self) -> None:
        """End the proxy as an operator would, and wait for its end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the proxy without any warning."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the proxy did not end:\n{self.log.read_text()}") from None
        self.process = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self.stop()


def free_port() -> int:
    """Return a loopback port at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _drain(terminal: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass
    os.close(terminal)
