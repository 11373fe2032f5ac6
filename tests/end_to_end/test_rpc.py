"""Clients that speak HTTP/2 only: left alone by default, seen and not harmed where the operator says `http2=true`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.proxy import Proxy
from tests.end_to_end.rpcclient import rpc
from tests.fakes.rpc import ECHO, FakeRpc, Said

HOST = "api.x.ai"
STREAM, REFUSED = "/xai_api.Chat/GetCompletionChunk", "/xai_api.Chat/GetCompletion"
ANSWERS = {
    STREAM: Said(tuple(b"\x00\x00\x00\x01\x00" + bytes(range(256)) for _ in range(40))),
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
            reply = channel.call(STREAM, b"\x00\x00\x00\x00\x00")
        proxy.stop()
        documents = proxy.documents()
    assert (b"".join(ANSWERS[STREAM].pieces), {"grpc-status": "0"}) == (reply.body, reply.trailers)
    assert documents == []


def test_seen(tmp_path: Path, provider: FakeRpc) -> None:
    """With `http2=true` it gets the same bytes and trailers, and each call is a document."""
    with proxied(tmp_path, provider, "--set", "http2=true") as proxy:
        with rpc(proxy, HOST, proxy.ca) as channel:
            streamed = channel.call(STREAM, b"\x00\x00\x00\x00\x00")
            refused = channel.call(REFUSED, b"\x00\x00\x00\x00\x00")
        first, second = proxy.await_documents(2)
    assert (b"".join(ANSWERS[STREAM].pieces), {"grpc-status": "0"}) == (streamed.body, streamed.trailers)
    assert ("8", "slow down") == (refused.headers["grpc-status"], refused.headers["grpc-message"])
    assert first["url"]["path"] == STREAM
    assert first["http"]["version"] == "HTTP/2.0"
    assert second["url"]["path"] == REFUSED


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
