"""Clients that speak HTTP/2 only: left alone by default, seen and not harmed where the operator says `http2=true`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.proxy import Proxy
from tests.end_to_end.rpcclient import rpc
from tests.exchanges.rpc import frame, message
from tests.fakes.rpc import ECHO, FakeRpc, Said

HOST = "api.x.ai"
STREAM, REFUSED = "/xai_api.Chat/GetCompletionChunk", "/xai_api.Chat/GetCompletion"
ASKED = frame(message({"1": [{"1": [{"1": "Where is Paris?"}], "2": 1}], "2": "grok-4"}))
CHUNKS = tuple(
    frame(message({"1": "r", "2": [{"1": {"1": "In France. "}}], "4": "grok-4-0709"}), compressed=number % 2 == 0)
    for number in range(40)
)
END = frame(message({"2": [{"3": 3}], "6": {"1": 120, "2": 9, "3": 129, "11": 4200}}))
ANSWERS = {
    STREAM: Said((*CHUNKS, END), headers={"grpc-encoding": "gzip"}),
    REFUSED: Said(trailers={"grpc-status": "8", "grpc-message": "slow down"}),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeRpc]:
    """A provider without any HTTP/1.1."""
    with FakeRpc((HOST,), ANSWERS) as provider:
        yield provider


def proxied(folder: Path, provider: FakeRpc, *options: str) -> Proxy:
    """Return a proxy in front of it."""
    return Proxy(folder, detour={HOST: provider.port}, provider_ca=provider.ca_path, options=options)


def test_left_alone(tmp_path: Path, provider: FakeRpc) -> None:
    """By default the client speaks with the provider itself, whose certificate it sees; nothing is recorded."""
    with proxied(tmp_path, provider) as proxy:
        with rpc(proxy, HOST, provider.ca_path) as channel:
            reply = channel.call(STREAM, ASKED)
        proxy.stop()
        documents = proxy.documents()
    assert (b"".join(ANSWERS[STREAM].pieces), {"grpc-status": "0"}) == (reply.body, reply.trailers)
    assert documents == []


def test_seen(tmp_path: Path, provider: FakeRpc) -> None:
    """With `http2=true` it gets the same bytes and trailers, and each call is one document that says what it was."""
    with proxied(tmp_path, provider, "--set", "http2=true") as proxy:
        with rpc(proxy, HOST, proxy.ca) as channel:
            streamed = channel.call(STREAM, ASKED)
            refused = channel.call(REFUSED, ASKED)
        first, second = proxy.await_documents(2)
    assert (b"".join(ANSWERS[STREAM].pieces), {"grpc-status": "0"}) == (streamed.body, streamed.trailers)
    assert ("8", "slow down") == (refused.headers["grpc-status"], refused.headers["grpc-message"])
    assert (first["http"]["version"], first["llmtap"]["wire_format"]) == ("HTTP/2.0", "xai_chat")
    assert (first["event"]["outcome"], first["llmtap"]["stream"]) == ("success", {"chunks": 41, "completed": True})
    assert first["gen_ai"]["request"] == {"model": "grok-4", "stream": True}
    assert first["gen_ai"]["usage"] == {"input_tokens": 9, "output_tokens": 120}
    assert first["llmtap"]["cost"]["reported"] == 4.2e-07
    assert first["llmtap"]["latency"]["first_token"] > 0
    assert (second["http"]["response"]["status_code"], second["event"]["outcome"]) == (200, "failure")
    assert second["error"] == {"type": "RESOURCE_EXHAUSTED", "code": "RESOURCE_EXHAUSTED", "message": "slow down"}


def test_both_sides_talk_in_turns(tmp_path: Path, provider: FakeRpc) -> None:
    """A request that goes on while its answer comes is never waited for, whether it is an LLM call or not."""
    with proxied(tmp_path, provider, "--set", "http2=true") as proxy, rpc(proxy, HOST, proxy.ca) as channel:
        reply = channel.begin(ECHO)
        for said in (b"one", b"two", b"three"):
            channel.say(said)
            channel.hear(reply, least=len(reply.body) + len(said))
        channel.say(b"", last=True)
        channel.hear(reply)
    assert (b"onetwothree", {"grpc-status": "0"}) == (reply.body, reply.trailers)
