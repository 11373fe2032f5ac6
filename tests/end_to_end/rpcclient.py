"""A client that speaks HTTP/2 only, through the proxy: what an SDK would hide are the frames and the trailers."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h2.connection
import h2.events

from tests.end_to_end.proxy import PATIENCE, Proxy


@dataclass
class Reply:
    """What came back; `body` as its frames made it up."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    trailers: dict[str, str] | None = None
    ended: bool = False


class Rpc:
    """One HTTP/2 connection, with one call at a time."""

    def __init__(self, sock: ssl.SSLSocket, host: str) -> None:
        self._sock = sock
        self._host = host
        self._speaker = h2.connection.H2Connection()
        self._speaker.initiate_connection()
        self._stream = 0

    def begin(self, path: str, *more: tuple[str, str]) -> Reply:
        """Send the headers of a call, and `more` of them."""
        self._stream = self._speaker.get_next_available_stream_id()
        named = [(":method", "POST"), (":scheme", "https"), (":authority", self._host), (":path", path)]
        self._speaker.send_headers(
            self._stream, [*named, ("content-type", "application/grpc"), ("te", "trailers"), *more]
        )
        return Reply()

    def say(self, message: bytes, *, last: bool = False) -> None:
        """Send a piece of the request."""
        self._speaker.send_data(self._stream, message, end_stream=last)
        self._sock.sendall(self._speaker.data_to_send())

    def hear(self, reply: Reply, *, least: int | None = None) -> Reply:
        """Read into `reply` until it has ended, or has `least` bytes."""
        while not reply.ended and (least is None or len(reply.body) < least):
            data = self._sock.recv(65536)
            assert data, "the connection was closed"
            for event in self._speaker.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    reply.headers = {name.decode(): value.decode() for name, value in event.headers}
                elif isinstance(event, h2.events.DataReceived):
                    reply.body += event.data
                    self._speaker.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.TrailersReceived):
                    reply.trailers = {name.decode(): value.decode() for name, value in event.headers}
                elif isinstance(event, h2.events.StreamEnded):
                    reply.ended = True
                assert not isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated))
            self._sock.sendall(self._speaker.data_to_send())
        return reply

    def call(self, path: str, message: bytes, *more: tuple[str, str]) -> Reply:
        """Ask with one message and return the whole answer."""
        reply = self.begin(path, *more)
        self.say(message, last=True)
        return self.hear(reply)


@contextlib.contextmanager
def rpc(proxy: Proxy, host: str, ca: Path) -> Iterator[Rpc]:
    """Connect to `host` through the proxy and offer HTTP/2 alone; only `ca` is trusted."""
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as plain:
        plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += plain.recv(1)
        assert b" 200 " in head
        context = ssl.create_default_context(cafile=str(ca))
        context.set_alpn_protocols(["h2"])
        with context.wrap_socket(plain, server_hostname=host) as sock:
            assert sock.selected_alpn_protocol() == "h2"
            yield Rpc(sock, host)
