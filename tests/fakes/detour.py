"""A mitmproxy script: connections to chosen hosts go to loopback ports instead; SNI, Host and verification stay.

`LLMTAP_DETOUR=api.openai.com=4001,api.anthropic.com=4002 mitmdump -s tests/fakes/detour.py`, with
`--set ssl_verify_upstream_trusted_ca=<FakeProvider.ca_path>`. A connection to any other host but loopback is refused,
so that a test never leaves the machine.
"""

import os

from mitmproxy.proxy.server_hooks import ServerConnectionHookData


def _ports() -> dict[str, int]:
    pairs = (pair.split("=") for pair in os.environ.get("LLMTAP_DETOUR", "").split(",") if pair)
    return {host: int(port) for host, port in pairs}


PORTS = _ports()


def server_connect(data: ServerConnectionHookData) -> None:
    """Point the connection at the loopback port that stands for its host."""
    if data.server.address is None:
        return
    host = data.server.address[0]
    if host in PORTS:
        if data.server.sni is None:
            data.server.sni = host
        data.server.address = ("127.0.0.1", PORTS[host])
    elif host not in ("127.0.0.1", "localhost", "::1"):
        data.server.error = f"{host} has no detour, and nothing else is let out"
