"""The parts that the demo starts, on loopback and in a temporary folder, and ends by the handle it holds.

Whatever does not come up raises DemoError with a sentence and the last words of the part.
"""

import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
PATIENCE = 30.0
"""Seconds that a part may take to come up or to end."""
FOREIGN = ("_PROXY", "_CERT_FILE", "_CERT_DIR", "_CA_BUNDLE")
"""How the names of variables end that would lead a client past the demo."""


class DemoError(Exception):
    """A part of the demo failed; the message is a sentence for whoever ran it."""


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def program(name: str) -> str:
    """Return the path of a program installed beside the running Python, or else its name, to be found on PATH."""
    return shutil.which(name, path=sysconfig.get_path("scripts")) or name


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's variables without proxies, trust and provider settings, and with `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith(FOREIGN) and not name.startswith(("OPENAI_", "ANTHROPIC_", "LLMTAP_"))
    }
    return {**kept, **extra}


@contextmanager
def proxy(folder: Path, port: int, detour: Mapping[str, int], provider_ca: Path) -> Iterator[None]:
    """A mitmdump with llmtap on `port` while the block lasts; it stores in `folder` and drains at the end."""
    config, store, log = folder / "llmtap.yaml", folder / "llmtap.db", folder / "mitmdump.log"
    config.write_text(f"store:\n  path: {store}\n")
    command = [
        program("mitmdump"),
        *("--listen-host", "127.0.0.1", "--listen-port", str(port)),
        *("-s", str(CHECKOUT / "addon/tap.py"), "--set", f"llmtap_config={config}"),
        *("-s", str(CHECKOUT / "tests/fakes/detour.py")),
        *("--set", f"confdir={folder}", "--set", f"ssl_verify_upstream_trusted_ca={provider_ca}"),
    ]
    pairs = ",".join(f"{host}={number}" for host, number in detour.items())
    environment = clean_environment({"LLMTAP_DETOUR": pairs})
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    except OSError as error:
        raise DemoError(f"{command[0]} cannot be started ({error.strerror}): run `make install`.") from error
    try:
        until_ready(process, port, store, log)
        yield
        ended(process, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until_ready(process: subprocess.Popen[bytes], port: int, store: Path, log: Path) -> None:
    """Wait until the proxy listens and its store is open; raise DemoError when it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoError(f"The proxy ended at once, with exit code {process.returncode}. {last_words(log)}")
        with socket.socket() as attempt:
            if store.is_file() and attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise DemoError(f"The proxy does not listen on 127.0.0.1:{port} after {PATIENCE:.0f} s. {last_words(log)}")


def ended(process: subprocess.Popen[bytes], log: Path) -> None:
    """End the proxy as a service manager would, and wait until it has stored what it holds."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"The proxy does not end within {PATIENCE:.0f} s. {last_words(log)}") from error
    if process.returncode:
        raise DemoError(f"The proxy ended with exit code {process.returncode}. {last_words(log)}")


def output_of(command: Sequence[str], what: str, environment: Mapping[str, str]) -> str:
    """Return what a program prints; raise DemoError, calling it `what`, when it fails or does not end."""
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE * 2,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"{what} does not end within {PATIENCE * 2:.0f} s.") from error
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise DemoError(f"{what} failed with exit code {done.returncode}:\n{text[-2000:]}")
    return text


def last_words(log: Path) -> str:
    """Return the end of a log, introduced, or nothing when it is empty."""
    text = log.read_text("utf-8", "replace").strip() if log.exists() else ""
    return f"Its last words:\n{text[-2000:]}" if text else "It said nothing."
