"""`llmtap proxy` is mitmdump with llmtap in it: quiet, on loopback, and with all of mitmdump's options."""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.llmtap import CALL, awaited, environment, finished, start, to
from tests.end_to_end.proxy import PATIENCE
from tests.fakes.provider import FakeProvider

LISTENING = r"listening at (127\.0\.0\.1:\d+)"


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_calls_through_the_service_are_stored(tmp_path: Path) -> None:
    """A shell with `llmtap env` calls through it; the report has the call, and no line was printed for it."""
    with FakeProvider() as provider:
        environ = environment(tmp_path, provider)
        address = _free()
        with start(environ, "proxy", "--listen", address, "--", *to(provider)) as process:
            assert address == awaited(process, LISTENING)[1]
            script = f"{finished(environ, 'env', '--proxy', address).stdout}\n{CALL}"
            answer = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, check=True)
            process.send_signal(signal.SIGTERM)
            said, errors = process.communicate(timeout=PATIENCE)
        assert answer.stdout == bytes(provider.requests[-1].sent)
    assert (0, "") == (process.returncode, errors)
    assert "api.openai.com" not in said
    assert "client connect" not in said
    assert "1 call ·" in finished(environ, "report").stdout


def test_mitmdumps_own_arguments_are_understood(tmp_path: Path) -> None:
    """What stands after `--` is parsed by mitmdump; its options list ours too."""
    shown = finished(environment(tmp_path), "proxy", "--listen", _free(), "--", "--options").stdout
    assert "llmtap_config" in shown


def test_flows_are_printed_when_asked_for(tmp_path: Path) -> None:
    """`flow_detail` and a filter are mitmdump's, and still work."""
    with FakeProvider() as provider:
        environ = environment(tmp_path, provider)
        address = _free()
        arguments = ("--set", "flow_detail=1", *to(provider), "~d api.openai.com")
        with start(environ, "proxy", "--listen", address, "--", *arguments) as process:
            awaited(process, LISTENING)
            script = f"{finished(environ, 'env', '--proxy', address).stdout}\n{CALL}"
            subprocess.run(["sh", "-c", script], env=environ, capture_output=True, check=True)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=PATIENCE)
    assert "POST https://api.openai.com/v1/chat/completions" in said


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """A sentence with the remedy, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        done = finished(environment(tmp_path), "proxy", "--listen", address)
    assert (1, "") == (done.returncode, done.stdout)
    assert f"llmtap: Cannot listen at {address}" in done.stderr
    assert "--listen" in done.stderr


@pytest.mark.parametrize("command", ["proxy", "web"])
def test_a_wrong_configuration_is_told(tmp_path: Path, command: str) -> None:
    """The file and the key are named before anything starts."""
    config = tmp_path / "llmtap.yaml"
    config.write_text("stroe: {}\n")
    done = finished(environment(tmp_path), command, "--config", str(config), "--listen", _free())
    assert (2, "") == (done.returncode, done.stdout)
    assert "stroe" in done.stderr


def test_a_program_is_not_for_the_proxy(tmp_path: Path) -> None:
    """What stands there without `--` is refused, with what was meant."""
    done = finished(environment(tmp_path), "proxy", "foo")
    assert (2, "") == (done.returncode, done.stdout)
    assert "'foo' is not understood; to run a program: `llmtap run -- foo`" in done.stderr
