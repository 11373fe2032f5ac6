"""Every way in which a call can end gives exactly one document, with the right outcome."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.client import CHAT, MESSAGES, call, calling
from tests.end_to_end.conftest import REFUSING
from tests.end_to_end.proxy import PATIENCE, Proxy
from tests.fakes.provider import FakeProvider

ENDINGS = {
    "ok": ("api.openai.com", CHAT, "gpt-4o-mini", False, "success", None, 200),
    "ok, streamed": ("api.openai.com", CHAT, "gpt-4o-mini", True, "success", None, 200),
    "400": ("api.openai.com", CHAT, "gpt-4o-mini-400", False, "failure", "context_length_exceeded", 400),
    "429": ("api.openai.com", CHAT, "gpt-4o-mini-429", True, "failure", "rate_limit_exceeded", 429),
    "500": ("api.openai.com", CHAT, "gpt-4o-mini-500", False, "failure", "server_error", 500),
    "529": ("api.anthropic.com", MESSAGES, "claude-haiku-4-5-529", True, "failure", "overloaded_error", 529),
    "error in a 200 stream": (
        "api.openai.com",
        CHAT,
        "gpt-4o-mini-error-in-stream",
        True,
        "failure",
        "server_error",
        200,
    ),
    "overloaded in a 200 stream": (
        "api.anthropic.com",
        MESSAGES,
        "claude-haiku-4-5-error-in-stream",
        True,
        "failure",
        "overloaded_error",
        200,
    ),
    "reset mid-stream": (
        "api.openai.com",
        CHAT,
        "gpt-4o-mini-reset-mid-stream",
        True,
        "failure",
        "stream_interrupted",
        200,
    ),
    "cut mid-stream": (
        "api.anthropic.com",
        MESSAGES,
        "claude-haiku-4-5-cut",
        True,
        "failure",
        "stream_interrupted",
        200,
    ),
    "upstream refused": (REFUSING, CHAT, "mistral-small", False, "failure", "connection_refused", None),
}


FOLLOWING = "gpt-4o-mini-following"


def new_document(proxy: Proxy, before: int) -> dict[str, Any]:
    """Return the one document that came after the first `before`; the next is that of a call that follows."""
    document: dict[str, Any] = proxy.await_documents(before + 1)[before]
    call(proxy, FOLLOWING)
    followed = proxy.await_documents(before + 2)
    assert [one["gen_ai"]["request"]["model"] for one in followed[before + 1 :]] == [FOLLOWING]
    return document


@pytest.mark.parametrize("story", ENDINGS)
def test_each_ending_is_one_document(proxy: Proxy, story: str) -> None:
    """A call that the provider ends, in whatever way, is one document with its outcome, error type and status."""
    host, path, model, stream, outcome, error_type, status = ENDINGS[story]
    before = len(proxy.documents())

    call(proxy, model, host=host, path=path, stream=stream)

    document = new_document(proxy, before)
    assert document["event"]["outcome"] == outcome
    assert document.get("http", {}).get("response", {}).get("status_code") == status
    assert document.get("error", {}).get("type") == error_type


def test_client_gone_before_the_answer(proxy: Proxy, provider: FakeProvider) -> None:
    """A client that hangs up before any answer is one document: client_disconnected, no status."""
    before, asked = len(proxy.documents()), len(provider.requests)

    with calling(proxy, "gpt-4o-mini-no-headers"):
        deadline = time.monotonic() + PATIENCE
        while len(provider.requests) == asked:
            assert time.monotonic() < deadline, proxy.log.read_text()
            time.sleep(0.01)

    document = new_document(proxy, before)
    assert document["error"]["type"] == "client_disconnected"
    assert "status_code" not in document["http"].get("response", {})


def test_client_gone_mid_stream(proxy: Proxy) -> None:
    """A client that hangs up during a stream is one document: client_disconnected, and what it got is estimated."""
    before = len(proxy.documents())

    with calling(proxy, "gpt-4o-mini-stream-200x20ms", stream=True) as connection:
        connection.getresponse().read(200)

    document = new_document(proxy, before)
    assert document["error"]["type"] == "client_disconnected"
    assert document["llmtap"]["usage"]["source"] == "estimated"
    assert document["llmtap"]["usage"]["estimated"]["input_tokens"] > 0
    assert "usage" not in document["gen_ai"]


def test_shutdown_mid_stream(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> None:
    """A proxy that is shut down during a stream writes the call down before it ends: proxy_shutdown."""
    proxy = Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path))
    proxy.start()

    with calling(proxy, "gpt-4o-mini-stream-500x20ms", stream=True) as connection:
        connection.getresponse().read(200)
        proxy.stop()

    (document,) = proxy.documents()
    assert document["error"]["type"] == "proxy_shutdown"
    assert document["event"]["outcome"] == "failure"


def test_other_paths_are_no_calls(proxy: Proxy) -> None:
    """A request to an LLM host that is no inference leaves no document."""
    before = len(proxy.documents())

    with calling(proxy, "gpt-4o-mini") as connection:
        connection.getresponse().read()
        connection.request("GET", "/v1/models")
        connection.getresponse().read()

    new_document(proxy, before)
