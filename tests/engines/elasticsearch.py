"""A real Elasticsearch, wherever one can be had: `ELASTICSEARCH_URL`, Docker, or Maven Central, in this order.

`python -m tests.engines.elasticsearch` starts one and runs it until Ctrl-C; the fixtures in `conftest.py` do the same
for the tests. The distribution on Maven Central is the product without most of its modules: no `GET /`, no
`_data_stream` API, no `_source` endpoint, no ILM, no ingest.
"""

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from elastic_transport import TransportError, Urllib3HttpNode
from elastic_transport.client_utils import url_to_node_config

from tests.engines import container, distribution
from tests.engines.distribution import EngineError

DEFAULT = "8.19.21"
OLDEST = "8.11.0"
USUAL_PORT = 9200
UP_SECONDS = 100
HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


class Body(Protocol):
    """What an engine of ours runs in: a container or a process."""

    def start(self) -> None:
        """Begin to run."""

    def stop(self) -> None:
        """End in order, data kept."""

    def remove(self) -> None:
        """End and leave nothing behind."""

    def failure(self) -> str | None:
        """Why it does not run, or None while it does."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An Elasticsearch that answers at `url`; `body` is None when it is not ours to stop."""

    url: str
    version: str
    body: Body | None

    def stop(self) -> None:
        """Make it go away in order, data and port kept. Raises EngineError when it is not ours."""
        self._ours().stop()

    def start(self) -> None:
        """Bring it back, same data, same port; returns when it answers. Raises EngineError when it does not."""
        body = self._ours()
        body.start()
        _await_answer(self.url, body)

    def _ours(self) -> Body:
        if self.body is None:
            raise EngineError(f"{self.url} is not ours to start or stop")
        return self.body


def available(version: str = DEFAULT) -> str | None:
    """None when an engine of `version` can be had here, or one sentence that says what to provide."""
    if _foreign(version) or container.available():
        return None
    lacking = distribution.missing(version)
    if lacking is None:
        return None
    url = "ELASTICSEARCH_URL, " if version == DEFAULT else ""
    return f"Elasticsearch {version} is not to be had: provide {url}a Docker daemon, or {lacking}."


@contextmanager
def running(version: str = DEFAULT, port: int | None = None) -> Iterator[Engine]:
    """Hold an engine of `version` that answers, at `port` or one that is free, and leave nothing of it behind.

    Raises EngineError when none can be had or it does not come up.
    """
    if url := _foreign(version):
        _await_answer(url, None)
        yield Engine(url, version, None)
        return
    if lacking := available(version):
        raise EngineError(lacking)
    port = port or _free_port()
    body = _body(version, port)
    engine = Engine(f"http://127.0.0.1:{port}", version, body)
    try:
        engine.start()
        yield engine
    finally:
        body.remove()


def answering(url: str) -> bool:
    """Whether the cluster at `url` answers and can hold data."""
    node = url_to_node_config(url, use_default_ports_for_scheme=True)
    client = Urllib3HttpNode(node)
    with closing(client), suppress(TransportError):
        return client.perform_request("GET", HEALTH, request_timeout=5).meta.status == 200
    return False


def _foreign(version: str) -> str | None:
    return os.environ.get("ELASTICSEARCH_URL") or None if version == DEFAULT else None


def _body(version: str, port: int) -> Body:
    if container.available() and container.pulled(version):
        return container.Container(version, port)
    return distribution.Process(version, port)


def _await_answer(url: str, body: Body | None) -> None:
    """Return once `url` answers; raise EngineError when its body ends or `UP_SECONDS` are over."""
    end = time.monotonic() + UP_SECONDS
    while not answering(url):
        if failure := body.failure() if body else None:
            raise EngineError(failure)
        if time.monotonic() > end:
            raise EngineError(f"nothing answers at {url} after {UP_SECONDS} s")
        time.sleep(0.2)


def usual_port() -> int | None:
    """Return the port at which an Elasticsearch is looked for, None when somebody listens at it."""
    with socket.socket() as listener, suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", USUAL_PORT))
        return USUAL_PORT
    return None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def main() -> None:
    """Start an engine, print what llmtap.yaml needs of it, and run it until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines.elasticsearch", description=main.__doc__)
    parser.add_argument("--version", default=DEFAULT, choices=sorted(distribution.SHA256))
    version: str = parser.parse_args().version
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    out = sys.stdout
    out.write(f"starting Elasticsearch {version} ...\n")
    out.flush()
    with suppress(KeyboardInterrupt), running(version, usual_port()) as engine:
        out.write(f"{engine.url}  (Ctrl-C stops it). In llmtap.yaml:\n\nelasticsearch:\n  url: {engine.url}\n")
        out.flush()
        while True:
            signal.pause()


if __name__ == "__main__":
    try:
        main()
    except EngineError as error:
        sys.exit(str(error))
