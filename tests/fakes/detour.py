"""A mitmproxy script: connections to chosen hosts go to loopback ports instead; SNI, Host and verification stay.

Importing it is enough, so it need not be a script. `LLMTAP_DETOUR=api.openai.com=4001,api.anthropic.com=4002` in
the environment says where, and `--set ssl_verify_upstream_trusted_ca=<FakeProvider.ca_path>` whom to believe. A
connection to any other host but loopback is refused, so that a test never leaves the machine. It stands in for the
resolver, below mitmproxy: a server's address that is changed in a hook is never found again, so that each request of a
kept connection would open another one.
"""

import asyncio
import os

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _ports() -> dict[str, int]:
    pairs = (pair.split("=") for pair in os.environ.get("LLMTAP_DETOUR", "").split(",") if pair)
    return {host: int(port) for host, port in pairs}


PORTS = _ports()
_open_connection = asyncio.open_connection


async def _detoured(
    host: str, port: int, *, local_addr: tuple[str, int] | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Take the arguments with which mitmproxy calls `asyncio.open_connection`."""
    if host in PORTS:
        host, port = LOOPBACK[0], PORTS[host]
    elif host not in LOOPBACK:
        raise OSError(f"{host} has no detour, and nothing else is let out")
    return await _open_connection(host, port, local_addr=local_addr)


asyncio.open_connection = _detoured  # type: ignore[assignment]
