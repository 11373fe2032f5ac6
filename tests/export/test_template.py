"""The template an engine gets is ours less what it refuses, and its mapping fits what documents say."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from llmtap.export.cluster import Cluster, ClusterError, ElasticsearchSettings
from llmtap.export.template import Installed, build, destination, find, install
from tests.engines.elasticsearch import Engine
from tests.fakes.bulk_server import FakeElasticsearch

CONFIG = Path(__file__).parents[2] / "config" / "elasticsearch"
TEMPLATE: dict[str, Any] = json.loads((CONFIG / "index-template.json").read_text())


@pytest.fixture
def fake() -> Iterator[FakeElasticsearch]:
    """Return a fake Elasticsearch that runs."""
    with FakeElasticsearch() as fake:
        yield fake


def fields(properties: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, Any]]:
    """Return every field of a mapping by its full name."""
    found: dict[str, dict[str, Any]] = {}
    for name, field in properties.items():
        inner = field.get("properties")
        found |= fields(inner, f"{prefix}{name}.") if inner else {prefix + name: field}
    return found


MAPPED = fields(TEMPLATE["template"]["mappings"]["properties"])


def test_what_no_engine_refuses_is_installed_whole(fake: FakeElasticsearch) -> None:
    """A current Elasticsearch gets all of the template, with the retention of the settings, and no call is repeated."""
    settings = ElasticsearchSettings(url=fake.url, retention_days=7)
    assert install(Cluster(settings), settings, TEMPLATE) == Installed("data_stream", "llmtap-calls", 1)
    expected = {**TEMPLATE, "template": {**TEMPLATE["template"], "lifecycle": {"data_retention": "7d"}}}
    assert expected == fake.templates["llmtap-calls"]
    assert [method for method, _, _ in fake.requests] == ["PUT"]


def test_what_an_engine_refuses_is_left_out(fake: FakeElasticsearch) -> None:
    """Each refusal costs the part it names: an unknown type becomes a plainer one, settings and parts go."""
    fake.lacks = {
        "constant_keyword": "No handler for type [constant_keyword] declared on field [type]",
        "data_stream_options": "[1:206] [template] unknown field [data_stream_options]",
        '"mode"': "No enum constant org.elasticsearch.index.IndexMode.LOGSDB",
        "best_compression": "unknown value [best_compression] for [index.codec] must be one of [default]",
        "ignore_dynamic_beyond_limit": "unknown setting [index.mapping.total_fields.ignore_dynamic_beyond_limit] check",
    }
    settings = ElasticsearchSettings(url=fake.url)
    installed = install(Cluster(settings), settings, TEMPLATE)
    text = json.dumps(fake.templates["llmtap-calls"])
    assert len(installed.left_out) == 5
    assert [needle for needle in fake.lacks if needle in text] == []


def test_without_data_streams_there_are_daily_indices(fake: FakeElasticsearch) -> None:
    """An engine that does not know `data_stream` gets a template for plain indices, unless told otherwise."""
    fake.lacks = {'"data_stream":{}': "[1:90] [index_template] unknown field [data_stream]"}
    settings = ElasticsearchSettings(url=fake.url)
    installed = install(Cluster(settings), settings, TEMPLATE)
    assert installed == Installed("index", "llmtap-calls-daily", 1)
    assert fake.templates["llmtap-calls-daily"]["index_patterns"] == ["llmtap-calls-*"]
    assert installed == find(Cluster(settings), settings)
    demanding = ElasticsearchSettings(url=fake.url, target="data_stream")
    with pytest.raises(ClusterError, match="unknown field"):
        install(Cluster(demanding), demanding, TEMPLATE)


def test_a_refusal_we_cannot_help_is_told(fake: FakeElasticsearch) -> None:
    """What names no part of ours is an error with Elasticsearch's reason, after one request."""
    fake.lacks = {"llmtap": "index template [other] has the same priority"}
    settings = ElasticsearchSettings(url=fake.url)
    with pytest.raises(ClusterError, match="same priority"):
        install(Cluster(settings), settings, TEMPLATE)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("name", ["elasticsearch", "oldest_elasticsearch"])
@pytest.mark.parametrize("target", ["data_stream", "index"])
def test_real_engines_take_it(name: str, target: str, request: pytest.FixtureRequest) -> None:
    """The newest and the oldest Elasticsearch take the template, and keep every field of it."""
    engine: Engine = request.getfixturevalue(name)
    settings = ElasticsearchSettings(url=engine.url, target="index" if target == "index" else "data_stream")
    cluster = Cluster(settings)
    installed = install(cluster, settings, TEMPLATE)
    assert installed.kind == target
    assert find(cluster, settings) == Installed(installed.kind, installed.name, 1)
    stored: Any = cluster.template(installed.name)
    kept = fields(stored["template"]["mappings"]["properties"])
    assert kept.keys() == MAPPED.keys()
    changed = {field for field in MAPPED if kept[field]["type"] != MAPPED[field]["type"]}
    assert changed == {"error.message", *(f"data_stream.{part}" for part in ("type", "dataset", "namespace"))}
    cluster.close()


def test_spending_is_never_silently_missing() -> None:
    """Cost, token and duration fields refuse a wrong type, where the index as a whole would ignore it."""
    strict = [field for field in MAPPED if field.startswith(("llmtap.cost.", "gen_ai.usage.", "event.duration"))]
    numeric = [field for field in strict if MAPPED[field]["type"] in ("long", "double")]
    assert len(numeric) > 20
    assert [field for field in numeric if MAPPED[field].get("ignore_malformed") is not False] == []


def test_every_alias_leads_somewhere() -> None:
    """An alias points at a field that is mapped."""
    aliases = {field: mapping["path"] for field, mapping in MAPPED.items() if mapping["type"] == "alias"}
    assert set(aliases) == {"gen_ai.usage.cost", "gen_ai.usage.cache_creation.input_tokens"}
    assert set(aliases.values()) <= MAPPED.keys()


def test_only_labels_grow() -> None:
    """An unknown field stays in `_source` alone; labels become keywords of at most 256 characters."""
    mappings = TEMPLATE["template"]["mappings"]
    assert mappings["dynamic"] is False
    assert [field for field, mapping in MAPPED.items() if mapping.get("dynamic")] == ["labels"]
    assert mappings["dynamic_templates"][0]["labels"]["mapping"] == {"type": "keyword", "ignore_above": 256}


def test_the_names_match_the_pattern() -> None:
    """What the shipper writes to is what the template is for."""
    assert destination("data_stream", "default") == "logs-llmtap.calls-default"
    assert TEMPLATE["index_patterns"] == ["logs-llmtap.calls-*"]
    assert destination("index", "default") + "2026.11.24" == "llmtap-calls-default-2026.11.24"
    assert build(TEMPLATE, ElasticsearchSettings(), "index")["index_patterns"] == ["llmtap-calls-*"]
