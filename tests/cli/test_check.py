"""`llmtap check` says one line a subject, and its exit code whether something must be mended."""

from pathlib import Path

from llmtap.export.outbox import Outbox
from tests.cli.conftest import Invoke


def test_a_fresh_machine_is_in_order(invoke: Invoke, home: Path) -> None:
    """Nothing is there yet and nothing is wrong; looking has made nothing."""
    shown = invoke("check")
    states = {line.split()[1]: line.split()[0] for line in shown.stdout.splitlines()}
    assert shown.exit_code == 0
    assert {"configuration", "CA", "Elasticsearch", "clock", "store", "prices"} == set(states)
    assert states["CA"] == "note"
    assert list(home.iterdir()) == []


def test_what_is_there_is_shown(invoke: Invoke, store: Outbox) -> None:
    """The store's counts are told, and that there is no Elasticsearch."""
    assert invoke("env").exit_code == 0
    shown = invoke("check")
    assert shown.exit_code == 0
    assert f"{store.path}, " in shown.stdout
    assert "4 accepted" in shown.stdout
    assert "not configured: documents stay in the embedded store" in shown.stdout


def test_a_wrong_configuration_must_be_mended(invoke: Invoke, home: Path) -> None:
    """The key is named, what does not depend on it is checked all the same, and the exit code is 1."""
    config = home / "llmtap.yaml"
    config.write_text("stroe: {}\n")
    shown = invoke("check", "--config", str(config))
    assert shown.exit_code == 1
    assert shown.stdout.startswith("mend  configuration  ")
    assert "stroe" in shown.stdout
    assert "prices" in shown.stdout


def test_an_elasticsearch_that_is_away_must_be_mended(invoke: Invoke, home: Path) -> None:
    """Nobody listens there; the setting to look at is named."""
    config = home / "llmtap.yaml"
    config.write_text("elasticsearch:\n  url: http://127.0.0.1:1\n")
    shown = invoke("check", "--config", str(config))
    assert shown.exit_code == 1
    assert "mend  Elasticsearch  http://127.0.0.1:1 cannot be reached" in shown.stdout
    assert "`elasticsearch.url`" in shown.stdout
