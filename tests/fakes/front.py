"""The front of providers that are really plain-HTTP servers on loopback: TLS in their names, and a place for each.

`port` is where a detour leads. `direct_port` is a proxy that looks at nothing: a client that is given it instead of
llmtap speaks to the same servers, which is what its answers are compared with. A host whose server keeps several
providers apart by path has a prefix, put before each path on the way in; answers pass untouched, however they end.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.loopback import Loopback


@dataclass(frozen=True, slots=True)
class Place:
    """Where a host's answers come from: a plain-HTTP port on loopback, and what its paths begin with there."""

    port: int
    prefix: str = ""


class Front(Loopback):
    """The front of `places`, in a thread of its own."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        super().__init__("front", places)
        self.places = dict(places)
        self.port = 0
        self.direct_port = 0

    @property
    def detour(self) -> dict[str, int]:
        """Where the proxy under test finds each host."""
        return dict.fromkeys(self.places, self.port)

    async def _open(self) -> tuple[asyncio.Server, ...]:
        secure = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        direct = await asyncio.start_server(self._accept_tunnel, "127.0.0.1", 0)
        self.port = secure.sockets[0].getsockname()[1]
        self.direct_port = direct.sockets[0].getsockname()[1]
        return secure, direct

    async def _accept_tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._context)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.transport.abort()
            return
        await self._accept(reader, writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ways: dict[str, tuple[asyncio.StreamWriter, asyncio.Task[None]]] = {}
        try:
            while True:
                host, request = await self._request(reader)
                if host not in ways:
                    there, way = await asyncio.open_connection("127.0.0.1", self.places[host].port)
                    ways[host] = way, asyncio.create_task(_carry(there, writer))
                ways[host][0].write(request)
                await ways[host][0].drain()
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.transport.abort()
        finally:
            for way, carrying in ways.values():
                carrying.cancel()
                way.close()
            self._tasks.discard(task)

    async def _request(self, reader: asyncio.StreamReader) -> tuple[str, bytes]:
        """Return the next request's host, and the request as its server is to see it."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        host = headers["host"].partition(":")[0]
        method, path, version = first.split(" ")
        changed = "\r\n".join((f"{method} {self.places[host].prefix}{path} {version}", *lines))
        return host, changed.encode("latin-1") + body


async def _carry(there: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    """Pass an answer's bytes on as they come; its end ends the client's connection."""
    try:
        while piece := await there.read(65536):
            back.write(piece)
            await back.drain()
        back.close()
    except (ConnectionError, ssl.SSLError):
        back.transport.abort()
