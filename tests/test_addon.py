"""The addon inside mitmproxy's own test context: what each hook decides. Its whole is in end_to_end."""

import asyncio
import logging
import re
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.addons import view
from mitmproxy.test import taddons

from llmtap.addon import Tap
from tests.tap import chat, config, context, documents, end, started, walk

__all__ = ["config", "context"]  # fixtures


def test_calls_are_recorded_once(context: taddons.context, config: Path) -> None:
    """A call is one document whatever hooks fire for it; another host's or path's traffic is none."""

    async def main() -> None:
        tap = await started(context, config)
        others = [chat("example.com", "/"), chat(path="/v1/files")]
        for other in others:
            other.request.content = b'{"name":"x"}'
        for flow in (chat(), *others):
            walk(tap, flow)
        end(tap, context)

    asyncio.run(main())

    (document,) = documents(config)
    assert document["gen_ai"]["usage"] == {"input_tokens": 1, "output_tokens": 2}


def test_what_came_before_the_store_was_open(context: taddons.context, config: Path) -> None:
    """A call that ends between mitmproxy's first connection and its `running` is a document."""

    async def main() -> None:
        tap = Tap()
        context.master.addons.add(tap)
        context.configure(tap, llmtap_config=str(config))
        walk(tap, chat())
        tap.running()
        end(tap, context)

    asyncio.run(main())

    assert len(documents(config)) == 1


def test_what_is_under_way_at_the_end(context: taddons.context, config: Path) -> None:
    """A call that is under way when mitmproxy ends is a document."""

    async def main() -> None:
        tap = await started(context, config)
        tap.requestheaders(chat())
        end(tap, context)

    asyncio.run(main())

    (document,) = documents(config)
    assert document["error"]["type"] == "proxy_shutdown"


def test_a_request_that_goes_on_is_not_held(context: taddons.context, config: Path) -> None:
    """gRPC's requests pass as they arrive, recorded or not; others are handed on whole."""

    async def main() -> list[object]:
        tap = await started(context, config)
        flows = [chat(), chat("api.x.ai", "/xai_api.Chat/GetCompletion"), chat("api.x.ai", "/llm.Talk/Echo")]
        for number, flow in enumerate(flows):
            flow.response = None
            flow.request.headers["content-type"] = "application/grpc+proto" if number else "application/json"
            tap.requestheaders(flow)
        end(tap, context)
        return [bool(flow.request.stream) for flow in flows]

    assert asyncio.run(main()) == [False, True, True]


def test_streaming_is_no_news(context: taddons.context, config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """mitmproxy's line about each streamed response is left out while the addon runs; its other lines stay."""
    caplog.set_level(logging.INFO)
    proxy = logging.getLogger("mitmproxy.proxy.server")

    async def main() -> None:
        tap = await started(context, config)
        proxy.info("Streaming response from api.openai.com.")
        proxy.info("client connect")
        end(tap, context)
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
        end(tap, context)
        return flow

    flow = asyncio.run(main())

    assert re.fullmatch(r"1→2 · \$0\.00000135( · [\d.]+ m?s)? · gpt-4o-mini", flow.comment)
    assert flow.response is not None
    assert b"usage" in (flow.response.raw_content or b"")
