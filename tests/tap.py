"""An addon inside mitmproxy's own test context, and a call to send through its hooks."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from mitmproxy import http, tls
from mitmproxy.test import taddons, tflow, tutils

from llmtap.addon import Tap
from llmtap.export.outbox import Outbox
from llmtap.tuning import OPTIONS

RELAY = "relay:\n  base_url: https://relay.example/v1\n  api_key: relay-key-123456\n  share: 100\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file whose store is in the test's folder."""
    file = tmp_path / "llmtap.yaml"
    file.write_text(f"store:\n  path: {tmp_path / 'llmtap.db'}\n")
    return file


@pytest.fixture
def context() -> Iterator[taddons.context]:
    """mitmproxy with nothing but the options that an addon may meet."""
    with taddons.context() as context:
        for name, value in OPTIONS.items():
            if name not in context.options:
                context.options.add_option(name, type(value), type(value)(), "")
        yield context


async def started(context: taddons.context, config: Path) -> Tap:
    """Return a running addon."""
    tap = Tap()
    context.master.addons.add(tap)
    context.configure(tap, llmtap_config=str(config))
    tap.running()
    return tap


def end(tap: Tap, context: taddons.context) -> None:
    """End as mitmproxy does when it is shut down."""
    context.master.should_exit.set()
    tap.done()


def chat(host: str = "api.openai.com", path: str = "/v1/chat/completions") -> http.HTTPFlow:
    """Return a chat request to `host` with an answer."""
    body = b'{"model":"gpt-4o-mini","messages":[]}'
    answer = b'{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}'
    flow = tflow.tflow(
        req=tutils.treq(method=b"POST", host=host, port=443, path=path.encode(), content=body),
        resp=tutils.tresp(content=answer, headers=http.Headers(content_type="application/json")),
    )
    flow.request.headers["host"] = host
    return flow


def walk(tap: Tap, flow: http.HTTPFlow) -> None:
    """Let a flow pass all its hooks, its body the tap."""
    tap.requestheaders(flow)
    tap.responseheaders(flow)
    assert flow.response is not None
    if callable(flow.response.stream):
        flow.response.stream(flow.response.raw_content or b"")
        flow.response.raw_content = None
    tap.response(flow)
    tap.error(flow)


def documents(config: Path) -> list[dict[str, dict[str, object]]]:
    """Return what the store holds."""
    with closing(Outbox.existing(config.with_name("llmtap.db"))) as outbox:
        return [msgspec.json.decode(row.body) for row in outbox.documents()]


def hello(host: str | None, alpn: list[bytes] | None = None, ip: str = "10.0.0.1") -> tls.ClientHelloData:
    """Return what mitmproxy tells of a TLS handshake that begins."""
    peer = SimpleNamespace(peername=(ip, 5000), proxy_mode=SimpleNamespace(type_name="regular"))
    server = SimpleNamespace(address=("203.0.113.7", 443))
    said = SimpleNamespace(sni=host, alpn_protocols=alpn or [b"h2", b"http/1.1"])
    return tls.ClientHelloData(SimpleNamespace(client=peer, server=server), said)  # type: ignore[arg-type]
