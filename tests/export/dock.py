"""Where a shipper is tried: between an outbox of its own and a fake Elasticsearch, on a clock that stands still."""

import json
from pathlib import Path
from typing import Any

import msgspec

from llmtap.export.cluster import Cluster, ElasticsearchSettings
from llmtap.export.outbox import Outbox
from llmtap.export.shipper import Shipper
from tests.fakes.bulk_server import FakeElasticsearch

TEMPLATE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "config" / "elasticsearch" / "index-template.json").read_text()
)


class Dock:
    """A shipper between an outbox and a fake Elasticsearch, on a clock that goes only as far as it is told."""

    def __init__(self, folder: Path, **wanted: object) -> None:
        self.fake = FakeElasticsearch().start()
        self.now = 1000.0
        self.outbox = Outbox(folder / "outbox.sqlite", max_bytes=1 << 30, retention=86400.0, clock=lambda: self.now)
        values = {"url": self.fake.url, "request_timeout": 5.0, "batch_documents": 8, **wanted}
        self.settings = msgspec.convert(values, ElasticsearchSettings)
        self.cluster = Cluster(self.settings)
        self.shipper = self.another()

    def another(self) -> Shipper:
        """Return a further shipper for the same outbox."""
        return Shipper(self.outbox, self.cluster, self.settings, TEMPLATE, clock=lambda: self.now, jitter=lambda: 1.0)

    def put(self, *ids: str, **fields: object) -> None:
        """Put documents into the outbox."""
        body = json.dumps({"@timestamp": "2026-11-24T01:02:03.004Z", **fields}).encode()
        self.outbox.put([(identity, body) for identity in ids])

    def carry(self, steps: int = 200) -> list[float]:
        """Step until nothing is pending; return the pauses."""
        pauses: list[float] = []
        while self.outbox.counts().pending and len(pauses) < steps:
            pauses.append(self.shipper.step())
            self.now += pauses[-1]
        return pauses

    def dead(self) -> dict[str, str | None]:
        """Return the reasons of the dead."""
        return {row.id: row.reason for row in self.outbox.documents() if row.state == "dead"}

    def close(self) -> None:
        """End everything."""
        self.shipper.stop(10)
        self.cluster.close()
        self.outbox.close()
        self.fake.stop()
