"""`llmtap web` is mitmweb with llmtap in it."""

import signal
import socket
from pathlib import Path

from tests.cli.llmtap import awaited, environment, finished, start
from tests.end_to_end.proxy import PATIENCE


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_the_address_of_the_interface_is_printed_with_its_token(tmp_path: Path) -> None:
    """No browser is opened without a terminal; whoever started it can open one."""
    proxy, interface = _free(), _free()
    with start(environment(tmp_path), "web", "--listen", proxy, "--ui", interface) as process:
        found = awaited(process, r"Web server listening at (http://\S+)")[1]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert found.startswith(f"http://{interface}/?token=")


def test_an_interface_port_in_use_is_told(tmp_path: Path) -> None:
    """A sentence with the remedy, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        done = finished(environment(tmp_path), "web", "--listen", _free(), "--ui", address)
    assert done.returncode == 1
    assert "--ui" in done.stderr
