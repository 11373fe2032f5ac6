"""A WebSocket client through the proxy, as the SDKs are: a tunnel, TLS, an upgrade, JSON messages either way."""

import contextlib
import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto import events as ws
from wsproto.extensions import PerMessageDeflate

from tests.end_to_end.proxy import PATIENCE, Proxy


class RefusedError(Exception):
    """The upgrade was refused, with this status."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class SocketClient:
    """One session that is open."""

    def __init__(self, connection: ssl.SSLSocket, host: str, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        """Upgrade; raises RefusedError."""
        self._socket = connection
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._events: list[ws.Event] = []
        self._text = ""
        self._send(ws.Request(host=host, target=path, extensions=[PerMessageDeflate()], extra_headers=headers))
        event = self._next()
        if isinstance(event, ws.RejectConnection):
            body = self._next() if event.has_body else None
            raise RefusedError(event.status_code, bytes(body.data) if isinstance(body, ws.RejectData) else b"")
        assert isinstance(event, ws.AcceptConnection)

    def say(self, message: object) -> None:
        """Send a message."""
        self._send(ws.TextMessage(json.dumps(message)))

    def hear(self) -> dict[str, Any] | None:
        """Return the next message, or None when the session has ended."""
        while True:
            event = self._next()
            if isinstance(event, ws.Message):
                self._text += event.data if isinstance(event, ws.TextMessage) else bytes(event.data).decode()
                if event.message_finished:
                    text, self._text = self._text, ""
                    message: dict[str, Any] = json.loads(text)
                    return message
            elif event is None or isinstance(event, ws.CloseConnection):
                return None

    def hear_until(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages up to the first whose type is `kind`, or that has a member of that name."""
        heard: list[dict[str, Any]] = []
        while (message := self.hear()) is not None:
            heard.append(message)
            if kind in (message.get("type"), *message):
                break
        return heard

    def close(self) -> None:
        """Say goodbye, and wait for the answer."""
        self._send(ws.CloseConnection(code=1000))
        while self.hear() is not None:
            pass

    def _next(self) -> ws.Event | None:
        while not self._events:
            try:
                data = self._socket.recv(65536)
            except (ConnectionError, ssl.SSLError):
                data = b""
            self._protocol.receive_data(data or None)
            self._events = list(self._protocol.events())
            if not data and not self._events:
                return None
        return self._events.pop(0)

    def _send(self, event: ws.Event) -> None:
        self._socket.sendall(self._protocol.send(event))


@contextlib.contextmanager
def session(proxy: Proxy, host: str, path: str, **headers: str) -> Iterator[SocketClient]:
    """Open a session with `host` through the proxy; leaving the block hangs up without a word."""
    context = ssl.create_default_context(cafile=str(proxy.ca))
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as tunnel:
        tunnel.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += tunnel.recv(4096)
        assert b" 200 " in head.split(b"\r\n")[0]
        with context.wrap_socket(tunnel, server_hostname=host) as connection:
            named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
            yield SocketClient(connection, host, path, named)
