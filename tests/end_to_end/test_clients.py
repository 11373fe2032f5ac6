"""Unmodified clients, given environment variables only: the official SDKs and curl."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.end_to_end.proxy import PATIENCE, Proxy

OPENAI = """
import openai
client = openai.OpenAI(max_retries=0)
ask = [{"role": "user", "content": "Where is Paris?"}]
client.chat.completions.create(model="gpt-4o-mini", messages=ask)
for _ in client.chat.completions.create(
    model="gpt-4o-mini", messages=ask, stream=True, stream_options={"include_usage": True}
):
    pass
client.responses.create(model="gpt-4o-mini", input="Where is Paris?")
for _ in client.responses.create(model="gpt-4o-mini", input="Where is Paris?", stream=True):
    pass
client.embeddings.create(model="text-embedding-3-small", input=["Paris", "France"])
"""
ANTHROPIC = """
import anthropic
client = anthropic.Anthropic(max_retries=0)
ask = [{"role": "user", "content": "Where is Paris?"}]
client.messages.create(model="claude-haiku-4-5", max_tokens=64, messages=ask)
with client.messages.stream(model="claude-haiku-4-5-cached", max_tokens=64, messages=ask) as stream:
    stream.get_final_message()
"""


def run(proxy: Proxy, command: list[str], user: str = "") -> None:
    """Run an application to its end behind the proxy; it must succeed."""
    done = subprocess.run(
        command, env=proxy.environment(user), capture_output=True, timeout=PATIENCE * 2, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


def test_openai_sdk(proxy: Proxy) -> None:
    """The OpenAI SDK's chat, responses and embeddings, streamed and not, are documents with tokens, cost and timing."""
    before = len(proxy.documents())

    run(proxy, [sys.executable, "-c", OPENAI])

    documents = proxy.await_documents(before + 5)[before:]
    formats = [document["llmtap"]["wire_format"] for document in documents]
    assert formats == ["openai_chat", "openai_chat", "openai_responses", "openai_responses", "openai_embeddings"]
    for document in documents:
        assert document["event"]["outcome"] == "success"
        assert document["gen_ai"]["provider"]["name"] == "openai"
        assert document["gen_ai"]["usage"]["input_tokens"] > 0
        assert document["llmtap"]["cost"]["status"] == "priced"
        assert document["llmtap"]["cost"]["total"] > 0
        assert document["user_agent"]["original"].startswith("OpenAI/Python")
    streamed = [document for document in documents if document["gen_ai"]["request"].get("stream")]
    assert [document["llmtap"]["stream"]["completed"] for document in streamed] == [True, True]
    for document in streamed:
        latency = document["llmtap"]["latency"]
        assert 0 < latency["headers"] <= latency["first_byte"] <= latency["first_token"] <= latency["last_token"]
        assert latency["last_token"] * 1e9 <= document["event"]["duration"]
        assert document["gen_ai"]["response"]["time_to_first_chunk"] == latency["first_token"]


def test_anthropic_sdk(proxy: Proxy) -> None:
    """The Anthropic SDK's messages, streamed and not, are documents; cached input is inside the total."""
    before = len(proxy.documents())

    run(proxy, [sys.executable, "-c", ANTHROPIC])

    plain, cached = proxy.await_documents(before + 2)[before:]
    assert plain["gen_ai"]["provider"]["name"] == cached["gen_ai"]["provider"]["name"] == "anthropic"
    assert plain["gen_ai"]["usage"]["output_tokens"] == cached["gen_ai"]["usage"]["output_tokens"] > 0
    usage = cached["gen_ai"]["usage"]
    parts = usage["cache_read"]["input_tokens"] + usage["cache_write"]["input_tokens"]
    assert usage["input_tokens"] >= parts > 0
    assert cached["llmtap"]["stream"]["completed"] is True


def test_curl(proxy: Proxy) -> None:
    """curl is seen as well, with the request id, team and environment that its headers name."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on PATH")
    before = len(proxy.documents())
    body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Where is Paris?"}]})
    headers = ["X-Request-ID: req-42", "X-Team-ID: search", "X-Environment: staging", "Content-Type: application/json"]

    run(
        proxy,
        ["curl", "-sS", "-f", "https://api.openai.com/v1/chat/completions", "-d", body]
        + [part for header in headers for part in ("-H", header)],
    )

    (document,) = proxy.await_documents(before + 1)[before:]
    assert document["http"]["request"]["id"] == "req-42"
    assert document["organization"]["name"] == "search"
    assert document["service"]["environment"] == "staging"
    assert document["user_agent"]["original"].startswith("curl/")


def test_proxy_user_attributes(proxy: Proxy) -> None:
    """`HTTPS_PROXY=http://team:environment@…` says who calls, and reaches no provider."""
    before = len(proxy.documents())

    run(proxy, [sys.executable, "-c", OPENAI], user="payments:production")

    documents = proxy.await_documents(before + 5)[before:]
    assert {document["organization"]["name"] for document in documents} == {"payments"}
    assert {document["service"]["environment"] for document in documents} == {"production"}


def test_no_secret_on_disk(proxy: Proxy) -> None:
    """No credential of any client stands in the store, its journal or the log; passwords are no environments."""
    run(proxy, [sys.executable, "-c", ANTHROPIC], user="payments:hunter2-canary")

    written = b"".join(path.read_bytes() for path in proxy.store.parent.iterdir()) + proxy.log.read_bytes()
    for secret in ("sk-test-0123456789", "sk-ant-api03-test", "hunter2-canary", "Where is Paris?"):
        assert secret.encode() not in written
