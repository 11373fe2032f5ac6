"""A share of the traffic goes to a relay: sticky by caller, with a swapped key, and back by editing the file."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import RELAY
from tests.end_to_end.proxy import PATIENCE, Proxy
from tests.fakes.provider import FakeProvider

RELAY_KEY = "relay-key-0123456789abcdef"
CALLS = """
import sys, openai
for key in sys.argv[1:]:
    client = openai.OpenAI(api_key=key, max_retries=0)
    ask = [{"role": "user", "content": "Where is Paris?"}]
    client.chat.completions.create(model="gpt-4o-mini", messages=ask)
    for _ in client.chat.completions.create(model="gpt-4o-mini", messages=ask, stream=True):
        pass
"""
CALLERS = [f"sk-caller-{number:04}-0123456789abcdef" for number in range(16)]


def settings(share: int) -> str:
    """Return a configuration with that share for the relay."""
    return f"relay:\n  name: test-relay\n  base_url: https://{RELAY}/v9/v1\n  api_key: {RELAY_KEY}\n  share: {share}\n"


@pytest.fixture(scope="module")
def relayed(
    tmp_path_factory: pytest.TempPathFactory, provider: FakeProvider, detour: dict[str, int]
) -> Iterator[Proxy]:
    """A proxy that sends half of the callers to the relay."""
    folder = tmp_path_factory.mktemp("relayed")
    proxy = Proxy(folder, detour=detour, provider_ca=Path(provider.ca_path), config=settings(50))
    with proxy:
        yield proxy


def routes(proxy: Proxy, callers: list[str] = CALLERS) -> list[tuple[str, str]]:
    """Let each caller call twice with the official SDK; return the routes of both calls."""
    before = len(proxy.documents())
    command = [sys.executable, "-c", CALLS, *callers]
    subprocess.run(command, env=proxy.environment(), timeout=PATIENCE * 2, check=True, capture_output=True)
    documents = proxy.await_documents(before + 2 * len(callers))[before:]
    found = [document["llmtap"]["route"] for document in documents]
    return list(zip(found[::2], found[1::2], strict=True))


def apply(proxy: Proxy, share: int) -> None:
    """Edit the configuration of the running proxy and wait until it is applied."""
    said = proxy.log.read_bytes().count(b"configuration applied")
    proxy.configure(settings(share))
    deadline = time.monotonic() + PATIENCE
    while proxy.log.read_bytes().count(b"configuration applied") == said:
        assert time.monotonic() < deadline, proxy.log.read_text()
        time.sleep(0.05)


def test_share_stickiness_and_rollback(relayed: Proxy) -> None:
    """Half of the callers go to the relay, each always the same way; more with a larger share; none at 0."""
    half = routes(relayed)
    assert set(half) == {("direct", "direct"), ("relay", "relay")}
    assert 3 <= half.count(("relay", "relay")) <= 13
    assert routes(relayed) == half

    apply(relayed, 75)
    most = routes(relayed)
    assert [pair for pair, before in zip(most, half, strict=True) if before[0] == "relay" and pair[0] != "relay"] == []
    assert most.count(("relay", "relay")) >= half.count(("relay", "relay"))

    apply(relayed, 0)
    some = [caller for caller, route in zip(CALLERS, half, strict=True) if route[0] == "relay"][:3]
    assert set(routes(relayed, some)) == {("direct", "direct")}

    apply(relayed, 100)
    others = [caller for caller, route in zip(CALLERS, half, strict=True) if route[0] == "direct"][:3]
    assert set(routes(relayed, some + others)) == {("relay", "relay")}


def test_keys_are_swapped(relayed: Proxy, provider: FakeProvider) -> None:
    """The relay gets its own key and path and never the provider's; the document names both hosts and no key."""
    apply(relayed, 100)
    first = len(provider.requests)
    routes(relayed, CALLERS[:1])

    seen = provider.requests[first:]
    assert {request.header("host") for request in seen} == {RELAY}
    assert {request.path for request in seen} == {"/v9/v1/chat/completions"}
    assert {request.header("authorization") for request in seen} == {f"Bearer {RELAY_KEY}"}
    document = relayed.documents()[-1]
    assert document["url"]["domain"] == "api.openai.com"
    assert document["server"]["address"] == document["llmtap"]["relay"]["host"] == RELAY
    assert document["llmtap"]["relay"]["name"] == "test-relay"
    assert document["gen_ai"]["provider"]["name"] == "openai"
    written = b"".join(path.read_bytes() for path in relayed.store.parent.iterdir()) + relayed.log.read_bytes()
    assert RELAY_KEY.encode() not in written
    assert CALLERS[0].encode() not in written
