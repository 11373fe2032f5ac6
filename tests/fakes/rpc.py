"""A simulated provider that speaks HTTP/2 only, as gRPC services do: it sends the pieces of an answer, then trailers.

What it answers at which path is the test's. At `ECHO` it answers each piece of a request while the request goes on.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events

from tests.fakes.loopback import Loopback

ECHO = "/llm.Talk/Echo"
_HEADERS = [(":status", "200"), ("content-type", "application/grpc")]


@dataclass(frozen=True)
class Said:
    """An answer: its pieces, a DATA frame each, and its trailers; without pieces these are its headers as well."""

    pieces: tuple[bytes, ...] = ()
    trailers: Mapping[str, str] = field(default_factory=lambda: {"grpc-status": "0"})
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeRpc(Loopback):
    """The provider in a thread of its own; `port` speaks TLS for `hosts`, and `requests` are the bodies that came."""

    def __init__(self, hosts: Sequence[str], answers: Mapping[str, Said]) -> None:
        super().__init__("fake-rpc", hosts, "h2")
        self.answers = answers
        self.requests: list[bytes] = []
        self.port = 0

    async def _open(self) -> tuple[asyncio.Server, ...]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        return (server,)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._speak(reader, writer)
        except (asyncio.CancelledError, ConnectionError, ssl.SSLError):
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        speaker = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        speaker.initiate_connection()
        paths: dict[int, str] = {}
        bodies: dict[int, bytes] = {}
        writer.write(speaker.data_to_send())
        while data := await reader.read(65536):
            for event in speaker.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    paths[event.stream_id], bodies[event.stream_id] = dict(event.headers)[b":path"].decode(), b""
                    if paths[event.stream_id] == ECHO:
                        speaker.send_headers(event.stream_id, _HEADERS)
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    speaker.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    if paths[event.stream_id] == ECHO and event.data:
                        speaker.send_data(event.stream_id, event.data)
                elif isinstance(event, h2.events.StreamEnded):
                    self.requests.append(bodies[event.stream_id])
                    if paths[event.stream_id] == ECHO:
                        speaker.send_headers(event.stream_id, [("grpc-status", "0")], end_stream=True)
                    else:
                        await self._answer(speaker, writer, event.stream_id, self.answers[paths[event.stream_id]])
            writer.write(speaker.data_to_send())
            await writer.drain()

    async def _answer(
        self, speaker: h2.connection.H2Connection, writer: asyncio.StreamWriter, stream: int, said: Said
    ) -> None:
        headers = [*_HEADERS, *said.headers.items()]
        if not said.pieces:
            speaker.send_headers(stream, [*headers, *said.trailers.items()], end_stream=True)
            return
        speaker.send_headers(stream, headers)
        for piece in said.pieces:
            speaker.send_data(stream, piece)
            writer.write(speaker.data_to_send())
            await writer.drain()
        speaker.send_headers(stream, list(said.trailers.items()), end_stream=True)
