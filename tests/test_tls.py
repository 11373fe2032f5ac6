"""The door for TLS inside mitmproxy's own test context: which connections are opened, and which left alone."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from mitmproxy import tls
from mitmproxy.test import taddons

from llmtap.tls import http2_only
from tests.tap import config, context, end, hello, started

__all__ = ["config", "context"]  # fixtures


@pytest.mark.parametrize(
    ("host", "alpn", "ignored"),
    [
        ("api.openai.com", None, False),
        ("API.Anthropic.com", [b"http/1.1"], False),
        ("api.openai.com", [b"h2"], True),
        ("example.com", None, True),
        (None, None, True),
    ],
)
def test_only_llm_hosts_are_opened(
    context: taddons.context, config: Path, host: str | None, alpn: list[bytes] | None, *, ignored: bool
) -> None:
    """TLS is opened for LLM hosts, and left alone for others and for clients that speak HTTP/2 only."""

    async def main() -> tls.ClientHelloData:
        tap = await started(context, config)
        data = hello(host, alpn)
        tap.handshakes.tls_clienthello(data)
        end(tap, context)
        return data

    assert asyncio.run(main()).ignore_connection is ignored


def test_http2_where_the_operator_wants_it(context: taddons.context, config: Path) -> None:
    """With `http2=true`, mitmproxy's own default, an LLM host is opened to clients that speak nothing else."""
    context.options.update(http2=True)

    async def main() -> list[bool]:
        tap = await started(context, config)
        seen = [hello("api.x.ai", [b"h2"]), hello("example.com", [b"h2"])]
        for data in seen:
            tap.handshakes.tls_clienthello(data)
        end(tap, context)
        return [data.ignore_connection for data in seen]

    assert asyncio.run(main()) == [False, True]


def test_tls_to_the_proxy_itself(context: taddons.context, config: Path) -> None:
    """A handshake with the proxy itself, before any CONNECT and in reverse mode, is none to leave alone."""

    async def main() -> list[bool]:
        tap = await started(context, config)
        outer, reverse = hello("proxy.internal"), hello("localhost")
        outer.context.server.address = None
        reverse.context.client.proxy_mode = SimpleNamespace(type_name="reverse")  # type: ignore[assignment]
        for data in (outer, reverse):
            tap.handshakes.tls_clienthello(data)
        end(tap, context)
        return [outer.ignore_connection, reverse.ignore_connection]

    assert asyncio.run(main()) == [False, False]


def test_a_client_that_refuses_is_left_alone(
    context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a client refused our certificate twice in a row, it alone is tunnelled to that host."""

    async def main() -> list[bool]:
        tap = await started(context, config)
        failed = SimpleNamespace(
            context=hello("api.openai.com").context,
            conn=SimpleNamespace(sni="api.openai.com", error="The client does not trust the proxy's certificate for …"),
        )
        seen = [hello("api.openai.com"), hello("api.anthropic.com"), hello("api.openai.com", ip="10.0.0.2")]
        tap.handshakes.tls_failed_client(failed)  # type: ignore[arg-type]
        tap.handshakes.tls_established_client(failed)  # type: ignore[arg-type]
        for _ in range(2):
            tap.handshakes.tls_failed_client(failed)  # type: ignore[arg-type]
        for data in seen:
            tap.handshakes.tls_clienthello(data)
        end(tap, context)
        return [data.ignore_connection for data in seen]

    assert asyncio.run(main()) == [True, False, False]
    assert caplog.text.count("does not trust the proxy's certificate") == 3


def test_what_cannot_be_decided_is_left_alone(context: taddons.context, config: Path) -> None:
    """A fault of ours opens no connection, and what another addon left alone stays so."""

    async def main() -> list[bool]:
        tap = await started(context, config)
        nameless, taken = hello("api.openai.com"), hello("api.openai.com")
        nameless.context.client.peername = None  # type: ignore[assignment]
        taken.ignore_connection = True
        with pytest.raises(TypeError):
            tap.handshakes.tls_clienthello(nameless)
        tap.handshakes.tls_clienthello(taken)
        end(tap, context)
        return [nameless.ignore_connection, taken.ignore_connection]

    assert asyncio.run(main()) == [True, True]


@pytest.mark.parametrize(
    ("protocols", "expected"),
    [([b"h2"], True), ([b"grpc-exp", b"h2"], True), ([b"h2", b"http/1.1"], False), ([b"http/1.1"], False), ([], False)],
)
def test_who_speaks_http2_only(protocols: list[bytes], *, expected: bool) -> None:
    """Who offers HTTP/2 and no HTTP/1.1; who offers nothing speaks HTTP/1.1."""
    assert http2_only(protocols) is expected
