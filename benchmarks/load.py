"""A load generator that speaks HTTP/1.1 through a CONNECT proxy by hand, so that its own cost stays out of the way.

One connection is one client: it connects, opens TLS, and sends its requests one after the other on the same connection.
"""

import asyncio
import json
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path

HOST = "api.openai.com"


@dataclass(slots=True)
class Answers:
    """What the clients saw: how many answers were whole, and for each the seconds to its first content event."""

    whole: int = 0
    broken: int = 0
    first: list[float] = field(default_factory=list)


async def run(
    proxy: int | None, server: int, ca: Path, *, clients: int, requests: int, model: str, stream: bool
) -> Answers:
    """Let `clients` connections send `requests` chat requests each, through the proxy or straight to the server."""
    answers = Answers()
    context = ssl.create_default_context(cafile=str(ca))
    body = json.dumps(
        {
            "model": model,
            "stream": stream,
            "messages": [{"role": "user", "content": "How long is a piece of string? " * 20}],
        }
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer sk-bench-0123456789abcdef\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\nuser-agent: bench\r\n\r\n"
    ).encode()
    tasks = [_client(proxy, server, context, head + body, requests, answers) for _ in range(clients)]
    await asyncio.gather(*tasks)
    return answers


async def _client(
    proxy: int | None, server: int, context: ssl.SSLContext, request: bytes, requests: int, answers: Answers
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy or server)
    if proxy:
        writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nhost: {HOST}:443\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname=HOST)
    for _ in range(requests):
        started = time.perf_counter()
        writer.write(request)
        first = await _answer(reader, started)
        if first is None:
            answers.broken += 1
            break
        answers.whole += 1
        answers.first.append(first)
    writer.close()


async def _answer(reader: asyncio.StreamReader, started: float) -> float | None:
    """Read one whole answer; return the seconds from its request to its first content, or None when it is cut off."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length:" in head:
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            return time.perf_counter() - started
        first = None
        while size := int(await reader.readuntil(b"\r\n"), 16):
            piece = await reader.readexactly(size + 2)
            if first is None and b'"content":"' in piece and b'"content":""' not in piece:
                first = time.perf_counter() - started
        await reader.readexactly(2)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None
    return first if first is not None else time.perf_counter() - started
