"""Accepted means on disk, and what is on disk reaches a real Elasticsearch exactly once, whatever dies meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from elastic_transport import Urllib3HttpNode
from elastic_transport.client_utils import url_to_node_config

from llmtap.export.outbox import Outbox
from tests.end_to_end.client import call
from tests.end_to_end.proxy import PATIENCE, Proxy
from tests.engines.elasticsearch import Engine, answering
from tests.fakes.provider import FakeProvider


def settings(engine: Engine, namespace: str) -> str:
    """Return the configuration that delivers to `engine`."""
    return f"elasticsearch:\n  url: {engine.url}\n  namespace: {namespace}\n  flush_interval: 0.1\n"


def delivered(engine: Engine, namespace: str) -> list[str]:
    """Return the ids of all documents in the data stream, twice when a document is there twice."""
    node = Urllib3HttpNode(url_to_node_config(engine.url, use_default_ports_for_scheme=True))
    stream = f"/logs-llmtap.calls-{namespace}"
    node.perform_request("POST", f"{stream}/_refresh")
    _, body = node.perform_request("GET", f"{stream}/_search?size=10000&filter_path=hits.hits._source.event.id")
    node.close()
    hits = msgspec.json.decode(body).get("hits", {}).get("hits", [])
    return sorted(hit["_source"]["event"]["id"] for hit in hits)


def await_some(engine: Engine, namespace: str) -> list[str]:
    """Wait until an engine holds documents; return their ids."""
    for _ in range(600):
        if ids := delivered(engine, namespace):
            return ids
        threading.Event().wait(0.1)
    raise AssertionError("nothing was delivered")


class Load:
    """Clients that call until they are ended, one call after the other or with a `pause` (seconds) between them."""

    def __init__(self) -> None:
        """Begin without a pause."""
        self.ended = threading.Event()
        self.pause = 0.0


@contextmanager
def load(proxy: Proxy) -> Iterator[Load]:
    """Let four clients call through the proxy until the block ends."""
    clients = Load()

    def client() -> None:
        while not clients.ended.wait(clients.pause):
            try:
                call(proxy, "gpt-4o-mini-stream-5x2ms", stream=True)
            except OSError:
                clients.ended.wait(0.1)

    threads = [threading.Thread(target=client, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        clients.ended.set()
        for thread in threads:
            thread.join(PATIENCE)


def await_delivery(proxy: Proxy) -> list[str]:
    """Wait until nothing is pending; return the ids of all documents that were accepted."""
    outbox = Outbox.existing(proxy.store)
    for _ in range(600):
        counts = outbox.counts()
        if counts.pending == 0:
            break
        threading.Event().wait(0.1)
    ids = sorted(row.id for row in outbox.documents())
    outbox.close()
    assert counts.accepted == counts.delivered == len(ids), (counts, proxy.log.read_text())
    return ids


def accepted(proxy: Proxy) -> set[str]:
    """Return the ids on disk right now."""
    return {document["event"]["id"] for document in proxy.documents()}


@pytest.fixture
def make_proxy(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> Iterator[Callable[[str], Proxy]]:
    """Start a proxy with a configuration; it is stopped at the end of the test."""
    started: list[Proxy] = []

    def make(config: str) -> Proxy:
        proxy = Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path), config=config)
        started.append(proxy.start())
        return proxy

    yield make
    for proxy in started:
        proxy.stop()


def test_calls_reach_elasticsearch(elasticsearch: Engine, make_proxy: Callable[[str], Proxy]) -> None:
    """Each call becomes one document in the data stream, which the shipper sets up by itself."""
    proxy = make_proxy(settings(elasticsearch, "first"))
    for _ in range(3):
        call(proxy, "gpt-4o-mini", stream=True)
    proxy.await_documents(3)

    ids = await_delivery(proxy)

    assert delivered(elasticsearch, "first") == ids
    assert len(ids) == 3


def test_calls_reach_the_oldest_elasticsearch(oldest_elasticsearch: Engine, make_proxy: Callable[[str], Proxy]) -> None:
    """The oldest supported version takes the same documents."""
    proxy = make_proxy(settings(oldest_elasticsearch, "first"))
    call(proxy, "gpt-4o-mini")
    proxy.await_documents(1)

    ids = await_delivery(proxy)

    assert delivered(oldest_elasticsearch, "first") == ids


def test_killed_under_load(elasticsearch: Engine, make_proxy: Callable[[str], Proxy]) -> None:
    """After `kill -9` under load and a restart, every call that was accepted is in Elasticsearch exactly once."""
    proxy = make_proxy(settings(elasticsearch, "killed"))
    survived: set[str] = set()

    for count in (40, 80):
        with load(proxy):
            proxy.await_documents(count)
            proxy.kill()
        survived |= accepted(proxy)
        proxy.start()
    call(proxy, "gpt-4o-mini")
    proxy.await_documents(len(survived) + 1)

    ids = await_delivery(proxy)
    assert survived < set(ids)
    assert delivered(elasticsearch, "killed") == ids


@pytest.mark.timeout(300)  # an engine is started in it
def test_elasticsearch_away_and_back(elasticsearch: Engine, make_proxy: Callable[[str], Proxy]) -> None:
    """While Elasticsearch is away and comes back, calls go on; then it has each of them exactly once, also the old."""
    if elasticsearch.body is None:
        pytest.skip("this Elasticsearch is not ours to stop; unset ELASTICSEARCH_URL")
    proxy = make_proxy(settings(elasticsearch, "away"))

    with load(proxy) as clients:
        proxy.await_documents(40)
        held = await_some(elasticsearch, "away")
        elasticsearch.stop()
        try:
            assert not answering(elasticsearch.url)
            proxy.await_documents(len(proxy.documents()) + 60)
            clients.pause = 0.5  # an engine that starts needs the processors
        finally:
            elasticsearch.start()

    ids = await_delivery(proxy)
    assert delivered(elasticsearch, "away") == ids
    assert set(held) <= set(ids)
    assert len(ids) >= 100
