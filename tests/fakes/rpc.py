"""A simulated provider that speaks HTTP/2 only, as gRPC services do: it sends the pieces of an answer, then trailers.

What it answers at which path is the test's. At `ECHO` it answers each piece of a request while the request goes on.
"""

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import h2.config
import h2.connection
import h2.events

from tests.fakes.authority import certify

ECHO = "/llm.Talk/Echo"
_HEADERS = [(":status", "200"), ("content-type", "application/grpc")]


@dataclass(frozen=True)
class Said:
    """An answer: its pieces, a DATA frame each, and its trailers; without pieces these are its headers as well."""

    pieces: tuple[bytes, ...] = ()
    trailers: Mapping[str, str] = field(default_factory=lambda: {"grpc-status": "0"})
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeRpc:
    """The provider in a thread of its own; `port` speaks TLS for `hosts`, and `requests` are the bodies that came."""

    def __init__(self, hosts: Sequence[str], answers: Mapping[str, Said]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.port = 0
        self._folder = tempfile.TemporaryDirectory(prefix="llmtap-rpc-")
        self.ca_path, self._chain_path = certify(hosts, Path(self._folder.name))
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-rpc", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the simulated provider does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        self._folder.cleanup()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._chain_path)
        context.set_alpn_protocols(["h2"])
        tasks: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await self._speak(reader, writer)
            except (asyncio.CancelledError, ConnectionError, ssl.SSLError):
                writer.transport.abort()
            finally:
                writer.close()
                tasks.discard(task)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
