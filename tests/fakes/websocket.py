"""A simulated provider of WebSocket sessions on loopback, over TLS: Realtime, Responses and Live, by the path.

It answers everything that asks for a response with a short one. Words in what is asked steer it: `cut` ends the
connection within the response, `leave` closes the session with code 1011, `long` makes many large events. A request
with `x-fake: 401` is refused.
"""

import asyncio
import json
import ssl
from collections.abc import Sequence
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto import events as ws
from wsproto.extensions import PerMessageDeflate

from tests.fakes.loopback import Loopback

LONG = 50
"""How many events a long response has, and how many KB each."""
USAGE = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}


class FakeSessions(Loopback):
    """The simulated provider in a thread of its own: `port` speaks TLS for `hosts`."""

    def __init__(self, hosts: Sequence[str]) -> None:
        super().__init__("fake-sessions", hosts)
        self.port = 0
        self.received = 0

    async def _open(self) -> tuple[asyncio.Server, ...]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        return (server,)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await _Server(reader, writer, self).run()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)


class _Server:
    """One session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, provider: FakeSessions) -> None:
        self._reader, self._writer, self._provider = reader, writer, provider
        self._connection = WSConnection(ConnectionType.SERVER)
        self._path = ""
        self._count = 0

    async def run(self) -> None:
        text = ""
        while data := await self._reader.read(65536):
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, ws.Request):
                    await self._open(event)
                elif isinstance(event, ws.Message):
                    text += event.data if isinstance(event, ws.TextMessage) else bytes(event.data).decode()
                    if event.message_finished:
                        self._provider.received += 1
                        message, text = json.loads(text), ""
                        await self._answer(message)
                elif isinstance(event, ws.CloseConnection):
                    await self._send(event.response())
                    return

    async def _open(self, request: ws.Request) -> None:
        self._path = request.target
        if any(name.lower() == b"x-fake" for name, _ in request.extra_headers):
            headers = [(b"content-type", b"application/json")]
            await self._send(ws.RejectConnection(status_code=401, headers=headers, has_body=True))
            body = {"error": {"type": "invalid_request_error", "code": "invalid_api_key", "message": "No."}}
            await self._send(ws.RejectData(data=json.dumps(body).encode()))
            return
        await self._send(ws.AcceptConnection(extensions=[PerMessageDeflate()]))
        if "/realtime" in self._path:
            await self._say({"type": "session.created", "session": {"type": "realtime", "model": "gpt-realtime"}})

    async def _answer(self, message: dict[str, Any]) -> None:
        asked = json.dumps(message)
        if "setup" in message:
            await self._say({"setupComplete": {}})
        elif "clientContent" in message:
            await self._turn()
        elif message.get("type") == "response.create":
            await self._respond(asked)

    async def _respond(self, asked: str) -> None:
        self._count += 1
        name = f"resp_{self._count}"
        realtime = "/realtime" in self._path
        whole: dict[str, Any] = {"id": name, "object": "realtime.response" if realtime else "response"}
        whole |= {} if realtime else {"model": "gpt-5-2025-08-07"}
        await self._say({"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}})
        words = ["x" * 1024 * LONG] * LONG if "long" in asked else ["Paris is ", "in France."]
        for word in words:
            delta = {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0}
            await self._say({**delta, "delta": word} | ({"response_id": name} if realtime else {}))
        if "cut" in asked:
            self._writer.transport.abort()
            return
        if "leave" in asked:
            await self._send(ws.CloseConnection(code=1011, reason="overloaded"))
            return
        text = "Paris is in France."
        item = {"id": "i", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        done = {**whole, "status": "completed", "output": [item], "usage": USAGE}
        await self._say({"type": "response.done" if realtime else "response.completed", "response": done})

    async def _turn(self) -> None:
        await self._say({"serverContent": {"modelTurn": {"parts": [{"text": "Paris is in France."}]}}})
        usage = {"promptTokenCount": 7, "responseTokenCount": 5, "totalTokenCount": 12}
        await self._say({"serverContent": {"turnComplete": True}, "usageMetadata": usage})

    async def _say(self, message: object) -> None:
        """Google says it in binary messages and over several lines."""
        if "Bidi" in self._path:
            await self._send(ws.BytesMessage(json.dumps(message, indent=2).encode() + b"\n"))
        else:
            await self._send(ws.TextMessage(json.dumps(message)))

    async def _send(self, event: ws.Event) -> None:
        self._writer.write(self._connection.send(event))
        await self._writer.drain()
