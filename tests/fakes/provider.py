"""A simulated api.openai.com and api.anthropic.com on loopback: HTTP/1.1 over TLS and plain, steered by model names.

Every request is recorded with what was sent back and when, so that a test can compare what a client received. The
words that steer it stand in `behaviour.py`. `python -m tests.fakes.provider` runs it alone.
"""

import asyncio
import hashlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes import answers
from tests.fakes.loopback import Loopback

HOSTS = ("api.openai.com", "api.anthropic.com", "localhost", "127.0.0.1")
KEPT_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)
class Received:
    """A request as it arrived, and what became of it.

    `sent` is the body that was written, content-encoded and without chunk framing (its first 4 MiB; `digest` is the
    SHA-256 of all of it), `sent_at` the monotonic instant of each piece. `end` is `answered`, `cut`, `reset` or
    `client_gone`, and None while the answer lasts.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float
    tls: bool
    sent: bytearray = field(default_factory=bytearray)
    sent_bytes: int = 0
    sent_at: list[float] = field(default_factory=list)
    digest: str | None = None
    end: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first header called `name` (any case), or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> dict[str, object]:
        """Return the body, which must be a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


class _ClientGoneError(Exception):
    pass


class FakeProvider(Loopback):
    """The simulated provider in a thread of its own: `port` speaks TLS for `hosts`, `plain_port` does not.

    `pace` is the seconds between two events of a stream whose words ask for no interval.
    """

    def __init__(self, hosts: Sequence[str] = HOSTS, *, port: int = 0, plain_port: int = 0, pace: float = 0.0) -> None:
        super().__init__("fake-provider", hosts)
        self.port = port
        self.plain_port = plain_port
        self.pace = pace
        self.requests: list[Received] = []

    async def _open(self) -> tuple[asyncio.Server, ...]:
        secure = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._context)
        plain = await asyncio.start_server(self._accept, "127.0.0.1", self.plain_port)
        self.port = secure.sockets[0].getsockname()[1]
        self.plain_port = plain.sockets[0].getsockname()[1]
        return secure, plain

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, _ClientGoneError):
            writer.transport.abort()
        finally:
            writer.close()
            if task is not None:
                self._tasks.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether another may follow on the connection."""
        received = await _received(reader, tls=writer.get_extra_info("ssl_object") is not None)
        self.requests.append(received)
        answer = answers.answer(
            received.path, received.header("host") or "", received.body, received.header("x-fake") or ""
        )
        try:
            await _send(received, answer, reader, writer, self.pace)
        except (ConnectionError, ssl.SSLError, _ClientGoneError):
            received.end = "client_gone"
            raise
        if received.end == "reset":
            await asyncio.sleep(0.02)
            _reset(writer)
        return received.end == "answered" and (received.header("connection") or "").lower() != "close"


async def _received(reader: asyncio.StreamReader, *, tls: bool) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in head[1:] if line)
    received = Received(method, path, tuple((key, value.strip()) for key, value in pairs), b"", time.monotonic(), tls)
    if (received.header("transfer-encoding") or "").lower() == "chunked":
        while size := int((await reader.readline()).split(b";")[0], 16):
            received.body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        received.body = await reader.readexactly(int(received.header("content-length") or 0))
    return received


async def _send(
    received: Received,
    answer: answers.Reply,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    pace: float,
) -> None:
    digest = hashlib.sha256()
    if answer.silent:
        await _until_gone(reader)
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    writer.write(f"HTTP/1.1 {answer.status} {answer.reason}\r\n{headers}\r\n".encode())
    await writer.drain()
    interval = answer.interval or (pace if answer.chunked else 0.0)
    for number, piece in enumerate(answer.pieces):
        if number and interval:
            await asyncio.sleep(interval)
        if reader.at_eof():
            raise _ClientGoneError
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if answer.chunked else piece)
        received.sent_at.append(time.monotonic())
        received.sent_bytes += len(piece)
        digest.update(piece)
        if received.sent_bytes <= KEPT_BYTES:
            received.sent += piece
        await writer.drain()
    received.digest = digest.hexdigest()
    if answer.end == "stall":
        await _until_gone(reader)
    if answer.end == "answered" and answer.chunked:
        writer.write(b"0\r\n\r\n")
        await writer.drain()
    received.end = answer.end


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass
    raise _ClientGoneError


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _main() -> None:
    with FakeProvider() as provider:
        print(f"TLS on 127.0.0.1:{provider.port}, plain on 127.0.0.1:{provider.plain_port}, CA {provider.ca_path}")  # noqa: T201 -- run by hand
        print(f"LLMTAP_DETOUR=api.openai.com={provider.port},api.anthropic.com={provider.port}", flush=True)  # noqa: T201 -- run by hand
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    _main()
