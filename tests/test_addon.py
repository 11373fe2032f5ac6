"""The addon inside mitmproxy's own test context: what each hook decides. Its whole is in end_to_end."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from mitmproxy import exceptions, http, tls
from mitmproxy.addons import view
from mitmproxy.test import taddons, tflow, tutils

from llmtap.addon import OPTIONS, PINNED_SECONDS, Tap
from llmtap.export.outbox import Outbox

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
    peer = SimpleNamespace(peername=(ip, 5000))
    server = SimpleNamespace(address=("203.0.113.7", 443))
    said = SimpleNamespace(sni=host, alpn_protocols=alpn or [b"h2", b"http/1.1"])
    return tls.ClientHelloData(SimpleNamespace(client=peer, server=server), said)  # type: ignore[arg-type]


def test_calls_are_recorded_once(context: taddons.context, config: Path) -> None:
    """A call is one document whatever hooks fire for it; another host's or path's traffic is none."""

    async def main() -> None:
        tap = await started(context, config)
        others = [chat("example.com", "/"), chat(path="/v1/files")]
        for other in others:
            other.request.content = b'{"name":"x"}'
        for flow in (chat(), *others):
            walk(tap, flow)
        tap.done()

    asyncio.run(main())

    (document,) = documents(config)
    assert document["gen_ai"]["usage"] == {"input_tokens": 1, "output_tokens": 2}


def test_what_is_under_way_at_the_end(context: taddons.context, config: Path) -> None:
    """A call that is under way when mitmproxy ends is a document."""

    async def main() -> None:
        tap = await started(context, config)
        tap.requestheaders(chat())
        tap.done()

    asyncio.run(main())

    (document,) = documents(config)
    assert document["error"]["type"] == "proxy_shutdown"


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
        tap.tls_clienthello(data)
        tap.done()
        return data

    assert asyncio.run(main()).ignore_connection is ignored


def test_a_client_that_refuses_is_left_alone(
    context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a client refused our certificate, it alone is tunnelled to that host, which is said once."""

    async def main() -> list[bool]:
        tap = await started(context, config)
        failed = SimpleNamespace(
            context=hello("api.openai.com").context,
            conn=SimpleNamespace(sni="api.openai.com", error="The client does not trust the proxy's certificate for …"),
        )
        for _ in range(2):
            tap.tls_failed_client(failed)  # type: ignore[arg-type]
        seen = [hello("api.openai.com"), hello("api.anthropic.com"), hello("api.openai.com", ip="10.0.0.2")]
        for data in seen:
            tap.tls_clienthello(data)
        tap.done()
        return [data.ignore_connection for data in seen]

    assert asyncio.run(main()) == [True, False, False]
    assert caplog.text.count(f"unseen for {PINNED_SECONDS} s") == 1


def test_redirect(context: taddons.context, config: Path) -> None:
    """With a share of 100 the request goes to the relay with its key; the document names both."""
    config.write_text(config.read_text() + RELAY)

    async def main() -> http.HTTPFlow:
        tap = await started(context, config)
        flow = chat()
        flow.request.headers["authorization"] = "Bearer sk-provider-123456"
        walk(tap, flow)
        tap.done()
        return flow

    flow = asyncio.run(main())

    assert flow.request.url == "https://relay.example/v1/chat/completions"
    assert flow.request.headers["authorization"] == "Bearer relay-key-123456"
    (document,) = documents(config)
    assert document["llmtap"]["route"] == "relay"
    assert document["url"]["domain"] == "api.openai.com"


def test_options(context: taddons.context, config: Path) -> None:
    """mitmproxy's options become ours where the operator left them alone, and stay where not."""

    async def main() -> None:
        context.options.update(tcp_timeout=60)
        tap = await started(context, config)
        tap.done()

    asyncio.run(main())

    chosen = {name: getattr(context.options, name) for name in OPTIONS}
    assert chosen == {**OPTIONS, "tcp_timeout": 60}


def test_streaming_is_no_news(context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """mitmproxy's line about each streamed response is left out while the addon runs; its other lines stay."""
    caplog.set_level(logging.INFO)
    proxy = logging.getLogger("mitmproxy.proxy.server")

    async def main() -> None:
        tap = await started(context, config)
        proxy.info("Streaming response from api.openai.com.")
        proxy.info("client connect")
        tap.done()
        proxy.info("Streaming response from example.com.")

    asyncio.run(main())

    said = [record.message for record in caplog.records if record.name == proxy.name]
    assert said == ["client connect", "Streaming response from example.com."]


def test_flow_comments(context: taddons.context, config: Path) -> None:
    """In a user interface a call's flow says what it came to, and has its body back."""
    context.master.addons.add(view.View())

    async def main() -> http.HTTPFlow:
        tap = await started(context, config)
        flow = chat()
        walk(tap, flow)
        for _ in range(500):
            if not flow.comment:
                await asyncio.sleep(0.01)
        tap.done()
        return flow

    flow = asyncio.run(main())

    assert flow.comment == "gpt-4o-mini · 1 in → 2 out · $0.00000135"
    assert flow.response is not None
    assert b"usage" in (flow.response.raw_content or b"")


def test_faulty_configuration_at_start_up(
    context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A faulty configuration is one error in the log, on which mitmproxy ends; no store is made."""
    config.write_text("capture:\n  hots: []\n")

    asyncio.run(started(context, config))

    errors = {record.message for record in caplog.records if record.levelno == logging.ERROR}
    assert len(errors) == 1
    assert "`capture.hots`" in errors.pop()
    assert not config.with_name("llmtap.db").exists()


def test_faulty_configuration_later(context: taddons.context, config: Path) -> None:
    """Naming a faulty file later is refused as an option, and the settings stay."""

    async def main() -> None:
        tap = await started(context, config)
        before = tap.settings
        with pytest.raises(exceptions.OptionsError, match="cannot be read"):
            context.configure(tap, llmtap_config="/nowhere/llmtap.yaml")
        assert before is not None
        assert tap.settings is not None
        assert tap.settings.source == before.source
        tap.done()

    asyncio.run(main())
