"""What the addon changes: traffic that is redirected or asked for more, options, settings, and itself when reloaded."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest
from mitmproxy import exceptions, http
from mitmproxy.test import taddons, tutils

from llmtap import addon as door
from llmtap.tuning import OPTIONS
from tests.tap import RELAY, chat, config, context, documents, end, started, walk

__all__ = ["config", "context"]  # fixtures


def test_a_script_that_is_loaded_again(context: taddons.context, config: Path) -> None:
    """When the script is loaded again, a call under way goes on and is one document; nothing is closed or lost."""

    async def main() -> None:
        first = await started(context, config)
        flow = chat()
        first.requestheaders(flow)
        first.responseheaders(flow)
        context.master.addons.remove(first)
        second = await started(context, config)
        second.response(flow)
        end(second, context)

    asyncio.run(main())

    (document,) = documents(config)
    assert document["event"]["outcome"] == "success"


def test_a_script_that_is_gone(context: taddons.context, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no script follows, what is under way is written down after a while."""
    monkeypatch.setattr(door, "ADOPTION_SECONDS", 0.01)

    async def main() -> None:
        tap = await started(context, config)
        tap.requestheaders(chat())
        context.master.addons.remove(tap)
        for _ in range(500):
            if tap.pipeline is not None:
                await asyncio.sleep(0.01)
        for thread in threading.enumerate():
            if thread.name == "llmtap-end":
                await asyncio.to_thread(thread.join)

    asyncio.run(main())

    (document,) = documents(config)
    assert document["error"]["type"] == "proxy_shutdown"


def test_usage_is_asked_for(context: taddons.context, config: Path) -> None:
    """With `include_usage: inject` a stream is asked for its usage, of which the client sees nothing."""
    config.write_text(config.read_text() + "capture:\n  include_usage: inject\n")
    extra = b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
    rest = b'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'

    async def main() -> bytes:
        tap = await started(context, config)
        flow = chat()
        flow.request.content = b'{"model":"gpt-4o-mini","stream":true,"messages":[]}'
        tap.requestheaders(flow)
        tap.request(flow)
        assert b"include_usage" in (flow.request.raw_content or b"")
        assert flow.request.headers["content-length"] == str(len(flow.request.raw_content or b""))
        flow.response = tutils.tresp(headers=http.Headers(content_type="text/event-stream"))
        tap.responseheaders(flow)
        assert callable(flow.response.stream)
        sent = [flow.response.stream(piece) for piece in (rest, extra, b"data: [DONE]\n\n", b"")]
        flow.response.raw_content = None
        tap.response(flow)
        end(tap, context)
        return b"".join(piece if isinstance(piece, bytes) else b"".join(piece) for piece in sent)

    assert asyncio.run(main()) == rest + b"data: [DONE]\n\n"
    (document,) = documents(config)
    assert document["gen_ai"]["usage"] == {"input_tokens": 1, "output_tokens": 2}


def test_a_relay_is_asked_nothing(context: taddons.context, config: Path) -> None:
    """What goes to a relay keeps its body: nobody knows that a relay takes the question for usage."""
    config.write_text(config.read_text() + RELAY + "capture:\n  include_usage: inject\n")
    body = b'{"model":"gpt-4o-mini","stream":true,"messages":[]}'

    async def main() -> bytes | None:
        tap = await started(context, config)
        flow = chat()
        flow.request.content = body
        tap.requestheaders(flow)
        tap.request(flow)
        end(tap, context)
        return flow.request.raw_content

    assert asyncio.run(main()) == body


def test_redirect(context: taddons.context, config: Path) -> None:
    """With a share of 100 the request goes to the relay with its key; the document names both."""
    config.write_text(config.read_text() + RELAY)

    async def main() -> http.HTTPFlow:
        tap = await started(context, config)
        flow = chat()
        flow.request.headers["authorization"] = "Bearer sk-provider-123456"
        walk(tap, flow)
        end(tap, context)
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
        end(tap, context)

    asyncio.run(main())

    chosen = {name: getattr(context.options, name) for name in OPTIONS}
    assert chosen == {**OPTIONS, "tcp_timeout": 60}


def test_faulty_configuration_at_start_up(
    context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A faulty configuration is one error in the log, on which mitmproxy ends; no store is made, and nothing kept."""
    config.write_text("capture:\n  hots: []\n")

    async def main() -> int:
        tap = await started(context, config)
        walk(tap, chat())
        return len(tap._early)  # noqa: SLF001 -- what may not grow

    assert asyncio.run(main()) == 0
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
        end(tap, context)

    asyncio.run(main())


def test_an_asked_call_that_fails_is_forgotten(context: taddons.context, config: Path) -> None:
    """Nothing is remembered of a call that was asked for its usage and ended before any answer."""
    config.write_text(config.read_text() + "capture:\n  include_usage: inject\n")

    async def main() -> set[str]:
        tap = await started(context, config)
        flow = chat()
        flow.request.content = b'{"model":"gpt-4o-mini","stream":true,"messages":[]}'
        tap.requestheaders(flow)
        tap.request(flow)
        assert tap._asked == {flow.id}  # noqa: SLF001 -- what may not grow
        tap.error(flow)
        end(tap, context)
        return tap._asked  # noqa: SLF001 -- as above

    assert asyncio.run(main()) == set()
