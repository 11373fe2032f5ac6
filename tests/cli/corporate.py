"""The proxy of a company, on loopback: HTTP CONNECT with credentials, every tunnel to one local port."""

import base64
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class CorporateProxy:
    """Listens at `port`; `tunnels` are the targets it was asked for with the credentials it was shown."""

    def __init__(self, target: int) -> None:
        """Lead every tunnel to the loopback port `target`."""
        self.tunnels: list[tuple[str, str | None]] = []
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]

    def __enter__(self) -> Self:
        """Begin to accept, in a thread."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop accepting; tunnels end with their peers."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := client.recv(4096)):
                    return
                head += piece
            first, *lines = head.decode().split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            self.tunnels.append((first.split()[1], fields.get("proxy-authorization")))
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def basic(user: str, password: str) -> str:
    """Return the value of a `Proxy-Authorization` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
