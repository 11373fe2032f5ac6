"""WebSocket sessions through a real mitmdump: what arrives is what was said, and each response is one document."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.proxy import Proxy
from tests.end_to_end.socketclient import RefusedError, session
from tests.fakes.websocket import LONG, FakeSessions

OPENAI, GOOGLE, AZURE = "api.openai.com", "generativelanguage.googleapis.com", "res.openai.azure.com"
REALTIME = "/v1/realtime?model=gpt-realtime"
LIVE = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=AIza0123456789abcdef"
CREATE = {"type": "response.create"}

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeSessions]:
    """The simulated provider of sessions."""
    with FakeSessions((OPENAI, GOOGLE, AZURE)) as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, provider: FakeSessions) -> Iterator[Proxy]:
    """A running mitmdump with llmtap in front of it."""
    detour = dict.fromkeys(provider.hosts, provider.port)
    with Proxy(tmp_path_factory.mktemp("sessions"), detour=detour, provider_ca=Path(provider.ca_path)) as proxy:
        yield proxy
        assert "Addon error" not in proxy.log.read_text()


def new(proxy: Proxy, before: int, count: int = 1) -> list[dict[str, Any]]:
    """The documents that came since, which must be as many."""
    found = proxy.await_documents(before + count)[before:]
    assert len(found) == count
    return found


def test_two_responses_are_two_documents(proxy: Proxy) -> None:
    """A Realtime session of two responses leaves two documents, each as soon as its response is complete."""
    before = len(proxy.documents())
    with session(proxy, OPENAI, REALTIME, authorization="Bearer sk-test-0123456789abcdefghij") as client:
        assert client.hear_until("session.created")
        for count in (1, 2):
            client.say(CREATE)
            heard = client.hear_until("response.done")
            assert [message["type"] for message in heard] == [
                "response.created",
                "response.output_text.delta",
                "response.output_text.delta",
                "response.done",
            ]
            new(proxy, before, count)
        client.close()

    for document in new(proxy, before, 2):
        assert document["event"]["outcome"] == "success"
        assert document["gen_ai"]["operation"]["name"] == "realtime"
        assert document["gen_ai"]["provider"]["name"] == "openai"
        assert document["gen_ai"]["request"]["model"] == "gpt-realtime"
        assert document["gen_ai"]["usage"] == {"input_tokens": 7, "output_tokens": 5}
        assert document["llmtap"]["wire_format"] == "openai_realtime"
        assert document["llmtap"]["usage"]["source"] == "reported"
        assert document["llmtap"]["latency"]["first_token"] >= 0
        assert document["http"]["response"]["status_code"] == 101


def test_responses_over_a_session(proxy: Proxy) -> None:
    """The Responses API over a WebSocket is read as over HTTP."""
    before = len(proxy.documents())
    with session(proxy, OPENAI, "/v1/responses") as client:
        client.say({**CREATE, "model": "gpt-5", "input": "Where is Paris?", "max_output_tokens": 64})
        client.hear_until("response.completed")
        client.close()

    (document,) = new(proxy, before)
    assert document["llmtap"]["wire_format"] == "openai_responses"
    assert document["gen_ai"]["request"] == {"model": "gpt-5", "max_tokens": 64}
    assert document["gen_ai"]["response"]["model"] == "gpt-5-2025-08-07"
    assert document["gen_ai"]["usage"] == {"input_tokens": 7, "output_tokens": 5}
    assert document["llmtap"]["cost"]["status"] == "priced"


def test_a_live_session(proxy: Proxy) -> None:
    """Google's binary messages are read, and its key is in no document."""
    before = len(proxy.documents())
    with session(proxy, GOOGLE, LIVE) as client:
        client.say({"setup": {"model": "models/gemini-live-2.5-flash"}})
        client.hear_until("setupComplete")
        client.say({"clientContent": {"turns": [{"role": "user", "parts": [{"text": "Hi"}]}], "turnComplete": True}})
        client.hear_until("usageMetadata")
        client.close()

    (document,) = new(proxy, before)
    assert document["llmtap"]["wire_format"] == "gemini_live"
    assert document["gen_ai"]["request"]["model"] == "gemini-live-2.5-flash"
    assert document["gen_ai"]["usage"] == {"input_tokens": 7, "output_tokens": 5}
    assert "AIza" not in str(document)


def test_azure_speaks_realtime(proxy: Proxy) -> None:
    """Azure's path names the deployment in its query, and voice-live is the same dialect."""
    before = len(proxy.documents())
    for path in ("/openai/realtime?api-version=1&deployment=mine", "/voice-live/realtime?api-version=1&model=m"):
        with session(proxy, AZURE, path) as client:
            client.say(CREATE)
            client.hear_until("response.done")
            client.close()

    for document in new(proxy, before, 2):
        assert document["gen_ai"]["provider"]["name"] == "azure.ai.openai"
        assert document["llmtap"]["wire_format"] == "openai_realtime"


def test_a_browsers_key_is_kept_nowhere(proxy: Proxy) -> None:
    """A key among the offered subprotocols is hashed like any other, and in no byte of the store."""
    before, key = len(proxy.documents()), "sk-ek_0a1b2c3d4e5f6g7h8i9j"
    named = f"realtime, openai-insecure-api-key.{key}"
    with session(proxy, OPENAI, REALTIME, sec_websocket_protocol=named) as client:
        client.say({**CREATE, "event_id": f"about {key}"})
        client.hear_until("response.done")
        client.close()

    (document,) = new(proxy, before)
    assert document["llmtap"]["caller"]["key_hash"]
    assert not [file for file in proxy.store.parent.iterdir() if key[:12].encode() in file.read_bytes()]
    assert key not in proxy.log.read_text()


@pytest.mark.parametrize(
    ("word", "error"), [("cut", "stream_interrupted"), ("leave", "stream_interrupted"), ("", "client_disconnected")]
)
def test_a_session_that_ends_within_a_response(proxy: Proxy, word: str, error: str) -> None:
    """Whoever ends the session, the response under way is a document with that failure."""
    before = len(proxy.documents())
    with session(proxy, OPENAI, REALTIME) as client:
        client.say({**CREATE, "response": {"instructions": word or "long"}})
        client.hear_until("response.output_text.delta")
        if word:
            client.hear_until("never")

    (document,) = new(proxy, before)
    assert document["error"]["type"] == error
    assert document["llmtap"]["usage"]["source"] != "reported"


def test_a_refused_upgrade_is_one_document(proxy: Proxy) -> None:
    """An upgrade that the provider refuses is a call that failed, with the provider's error."""
    before = len(proxy.documents())
    with pytest.raises(RefusedError) as refused, session(proxy, OPENAI, REALTIME, x_fake="401"):
        pass

    assert refused.value.status == 401
    assert b"invalid_api_key" in refused.value.body
    (document,) = new(proxy, before)
    assert (document["http"]["response"]["status_code"], document["error"]["type"]) == (401, "invalid_api_key")


def test_a_session_without_a_response_is_one_document(proxy: Proxy) -> None:
    """Nothing was asked for, and that the session was there is known."""
    before = len(proxy.documents())
    with session(proxy, OPENAI, REALTIME) as client:
        client.hear_until("session.created")
        client.close()

    (document,) = new(proxy, before)
    assert document["event"]["outcome"] == "success"
    assert document["llmtap"]["usage"]["source"] == "absent"


def test_shutdown_within_a_response(tmp_path: Path, provider: FakeSessions) -> None:
    """A proxy that is shut down during a response writes it down: proxy_shutdown."""
    detour = dict.fromkeys(provider.hosts, provider.port)
    proxy = Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path))
    proxy.start()
    with session(proxy, OPENAI, REALTIME) as client:
        client.hear_until("session.created")
        client.say({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": []}})
        client.say(CREATE)
        client.hear_until("response.done")
        client.say({**CREATE, "response": {"instructions": "long"}})
        client.hear_until("response.output_text.delta")
        proxy.stop()

    first, second = proxy.documents()
    assert first["event"]["outcome"] == "success"
    assert second["error"]["type"] == "proxy_shutdown"


def test_memory_stays_bounded(proxy: Proxy) -> None:
    """What has passed is let go of: a session of 100 MB makes the proxy grow by a part of it only."""
    before = len(proxy.documents())
    count = 40
    with session(proxy, OPENAI, REALTIME) as client:
        client.hear_until("session.created")
        for number in range(count):
            client.say({**CREATE, "response": {"instructions": "long"}})
            client.hear_until("response.done")
            if number == 4:
                settled = resident(proxy)
        grown = resident(proxy) - settled
        client.close()

    new(proxy, before, count)
    passed = (count - 5) * LONG * LONG * 1024
    logger.info("%d MB passed, the proxy grew by %.1f MB", passed >> 20, grown / 2**20)
    assert grown < passed / 2


def resident(proxy: Proxy) -> int:
    """The bytes of memory that the proxy has now."""
    assert proxy.process is not None
    fields = Path(f"/proc/{proxy.process.pid}/statm").read_text().split()
    return int(fields[1]) * 4096
