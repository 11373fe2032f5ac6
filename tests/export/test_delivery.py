"""Outbox, shipper and template against real Elasticsearch: what the fake is trusted for is true there."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmtap.export.cluster import Cluster, ElasticsearchSettings
from llmtap.export.outbox import Outbox
from llmtap.export.shipper import MAYBE_SENT, Shipper
from llmtap.export.template import Kind, destination
from tests.engines.elasticsearch import Engine

TEMPLATE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "config" / "elasticsearch" / "index-template.json").read_text()
)


class Wharf:
    """An outbox and a shipper for a namespace of their own on a real Elasticsearch."""

    def __init__(self, folder: Path, engine: Engine, **wanted: Any) -> None:  # noqa: ANN401 # settings of any type
        self.engine = engine
        self.outbox = Outbox(folder / f"{uuid.uuid4().hex}.sqlite", max_bytes=1 << 30, retention=86400.0)
        self.settings = ElasticsearchSettings(
            **{"url": engine.url, "namespace": uuid.uuid4().hex[:8], "request_timeout": 30.0, **wanted}
        )
        self.cluster = Cluster(self.settings)
        self.shipper = Shipper(self.outbox, self.cluster, self.settings, TEMPLATE)
        kind: Kind = "index" if self.settings.target == "index" else "data_stream"
        self.target = destination(kind, self.settings.namespace) + ("*" if kind == "index" else "")

    def put(self, *ids: str, cost: object = 0.25) -> None:
        """Put documents into the outbox."""
        document = {
            "@timestamp": "2026-11-24T01:02:03.004Z",
            "llmtap": {"cost": {"total": cost}},
            "gen_ai": {"response": {"finish_reasons": ["stop", "length"]}, "usage": {"input_tokens": 5}},
            "labels": {"team": "payments"},
            "unmapped": {"anything": 1},
        }
        self.outbox.put([(identity, json.dumps(document).encode()) for identity in ids])

    def found(self, aggregations: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer to a search over all documents."""
        self.cluster.request("POST", f"/{self.target}/_refresh")
        query = {"size": 100, "aggs": aggregations or {}}
        reply: Any = self.cluster.request("POST", f"/{self.target}/_search", query).body
        return dict(reply)

    def ids(self) -> list[str]:
        """Return every id there is, sorted, with repeats."""
        return sorted(hit["_id"] for hit in self.found()["hits"]["hits"])

    def settled(self) -> tuple[int, int, int]:
        """Return how many are delivered, pending and dead."""
        counts = self.outbox.counts()
        return counts.delivered, counts.pending, counts.dead

    def close(self) -> None:
        """End everything."""
        self.shipper.stop(0)
        self.cluster.close()
        self.outbox.close()


@pytest.fixture
def wharf(tmp_path: Path) -> Iterator[Callable[..., Wharf]]:
    """Return a maker of wharves."""
    made: list[Wharf] = []

    def make(engine: Engine, **wanted: object) -> Wharf:
        made.append(Wharf(tmp_path, engine, **wanted))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("name", ["elasticsearch", "oldest_elasticsearch"])
@pytest.mark.parametrize("target", ["auto", "index"])
def test_documents_arrive_once_and_wrong_ones_are_dead(
    name: str, target: str, wharf: Callable[..., Wharf], request: pytest.FixtureRequest
) -> None:
    """The first shipment makes the target, a second delivery of the same ids changes nothing, a wrong type is dead."""
    engine = request.getfixturevalue(name)
    first = wharf(engine, target=target)
    first.put("a", "b")
    first.put("wrong", cost="a lot")
    first.shipper.step()
    assert first.settled() == (2, 0, 1)
    [reason] = [row.reason for row in first.outbox.documents() if row.state == "dead"]
    assert "document_parsing_exception" in str(reason)
    assert "llmtap.cost.total" in str(reason)
    second = wharf(engine, target=target, namespace=first.settings.namespace)
    second.put("a", "b", "c")
    second.shipper.step()
    assert second.settled() == (3, 0, 0)
    assert second.ids() == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["elasticsearch", "oldest_elasticsearch"])
def test_what_arrived_can_be_asked(name: str, wharf: Callable[..., Wharf], request: pytest.FixtureRequest) -> None:
    """Costs sum up by label and by each finish reason, and the older names of fields lead to the same numbers."""
    there = wharf(request.getfixturevalue(name))
    there.put("a", "b")
    there.shipper.step()
    costs = {"sum": {"field": "gen_ai.usage.cost"}}
    answer = there.found({
        "team": {"terms": {"field": "labels.team"}, "aggs": {"cost": costs}},
        "reasons": {"terms": {"field": "gen_ai.response.finish_reasons"}},
    })["aggregations"]  # fmt: skip
    assert [(bucket["key"], bucket["cost"]["value"]) for bucket in answer["team"]["buckets"]] == [("payments", 0.5)]
    assert {bucket["key"]: bucket["doc_count"] for bucket in answer["reasons"]["buckets"]} == {"stop": 2, "length": 2}


def test_a_rollover_makes_no_second_copy(elasticsearch: Engine, wharf: Callable[..., Wharf]) -> None:
    """Documents that arrived without our knowing are found past a rollover, where `create` would store them again."""
    first = wharf(elasticsearch)
    first.put("a", "b")
    first.shipper.step()
    first.cluster.request("POST", f"/{first.target}/_rollover")
    unsure = wharf(elasticsearch, namespace=first.settings.namespace)
    unsure.put("a", "b", "c")
    unsure.outbox.settle(retry=[(identity, 0.0, f"{MAYBE_SENT}timeout") for identity in ("a", "b", "c")])
    unsure.shipper.step()
    assert unsure.settled() == (3, 0, 0)
    assert unsure.ids() == ["a", "b", "c"]


def test_without_automatic_creation_documents_wait(elasticsearch: Engine, wharf: Callable[..., Wharf]) -> None:
    """A target that may not be made holds everything, and nothing dies of it."""
    there = wharf(elasticsearch, target="index")
    setting = "action.auto_create_index"
    there.shipper.step()
    there.cluster.request("PUT", "/_cluster/settings", {"persistent": {setting: "-llmtap-*"}})
    try:
        # The template itself allows the creation; without that the setting decides.
        there.cluster.put_template("llmtap-calls-daily", {"index_patterns": ["llmtap-calls-*"], "version": 99})
        there.put("a")
        there.shipper.step()
        assert (there.settled(), there.shipper.state) == ((0, 1, 0), "held")
    finally:
        there.cluster.request("PUT", "/_cluster/settings", {"persistent": {setting: None}})
        there.cluster.request("DELETE", "/_index_template/llmtap-calls-daily")
    there.shipper.step()
    assert there.settled() == (1, 0, 0)


@pytest.mark.timeout(300)  # an engine is started in it
def test_away_and_back(elasticsearch: Engine, wharf: Callable[..., Wharf], caplog: pytest.LogCaptureFixture) -> None:
    """While Elasticsearch is stopped documents wait, and once it is back they arrive with no more said than once."""
    if elasticsearch.body is None:
        pytest.skip("this Elasticsearch is not ours to stop")
    there = wharf(elasticsearch)
    there.put("before")
    there.shipper.step()
    elasticsearch.stop()
    try:
        there.put("during")
        for _ in range(3):
            there.shipper.step()
        assert (there.settled(), there.shipper.state) == ((1, 1, 0), "unreachable")
    finally:
        elasticsearch.start()
    there.shipper.step()
    assert there.settled() == (2, 0, 0)
    assert there.ids() == ["before", "during"]
    assert [record.levelname for record in caplog.records if record.name.startswith("llmtap")] == ["WARNING"]
