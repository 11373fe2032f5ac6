"""The template is installed and told about, or printed."""

import json
from pathlib import Path

from llmtap.export.cluster import Cluster, ElasticsearchSettings
from tests.cli.conftest import Invoke
from tests.engines.elasticsearch import Engine


def _configured(home: Path, url: str) -> str:
    config = home / "llmtap.yaml"
    config.write_text(f"elasticsearch:\n  url: {url}\n")
    return str(config)


def test_its_help_is_whole(invoke: Invoke) -> None:
    """The list of what there is to set up is not cut short."""
    assert "Install the index template and print a key." in invoke("setup", "--help").stdout


def test_a_dry_run_prints_the_template(invoke: Invoke) -> None:
    """It is the JSON that would be sent; no Elasticsearch is needed."""
    template = json.loads(invoke("setup", "elasticsearch", "--dry-run").stdout)
    assert template["index_patterns"] == ["logs-llmtap.calls-*"]


def test_without_a_url_there_is_nothing_to_set_up(invoke: Invoke) -> None:
    """The setting is named."""
    shown = invoke("setup", "elasticsearch")
    assert shown.exit_code == 2
    assert "`elasticsearch.url`" in shown.stderr


def test_an_elasticsearch_that_is_away_is_told(invoke: Invoke, home: Path) -> None:
    """A sentence with what to look at."""
    shown = invoke("setup", "elasticsearch", "--config", _configured(home, "http://127.0.0.1:1"))
    assert (1, "") == (shown.exit_code, shown.stdout)
    assert "Look at `elasticsearch.url`" in shown.stderr


def test_the_template_is_installed(invoke: Invoke, home: Path, elasticsearch: Engine) -> None:
    """Afterwards it is there; the smallest key is printed as JSON."""
    cluster = Cluster(ElasticsearchSettings(url=elasticsearch.url))
    there = cluster.template("llmtap-calls") is not None
    shown = invoke("setup", "elasticsearch", "--config", _configured(home, elasticsearch.url))
    assert (0, "") == (shown.exit_code, shown.stderr)
    assert "the data stream logs-llmtap.calls-default" in shown.stdout
    body = shown.stdout[shown.stdout.index("{") : shown.stdout.rindex("}") + 1]
    rights = json.loads(body)["role_descriptors"]["llmtap"]["indices"]
    assert [{"names": ["logs-llmtap.calls-default"], "privileges": ["create_doc", "auto_configure"]}] == rights
    assert cluster.template("llmtap-calls")
    if not there:  # the engine is shared: leave it as it was
        cluster.request("DELETE", "/_index_template/llmtap-calls")
    cluster.close()
