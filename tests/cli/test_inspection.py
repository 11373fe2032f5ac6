"""Each fault is found and comes with its remedy."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from llmtap.cli import inspection
from llmtap.config import StoreSettings
from llmtap.export.cluster import ElasticsearchSettings
from llmtap.export.outbox import Outbox
from llmtap.relay import RelaySettings
from tests.engines.elasticsearch import Engine


def _ca(folder: Path, *, days: int, mode: int = 0o600) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    ends = datetime.now(UTC) + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, ends - timedelta(days=400), ends)
    path = folder / "mitmproxy-ca.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("days", "mode", "state", "words"),
    [
        (365, 0o600, "ok", "valid until"),
        (20, 0o600, "note", "valid until"),
        (-1, 0o600, "mend", "expired on"),
        (365, 0o644, "mend", "chmod 600"),
    ],
)
def test_the_ca_is_judged(tmp_path: Path, days: int, mode: int, state: str, words: str) -> None:
    """In force, running out, expired, or with a key that others may read."""
    _ca(tmp_path, days=days, mode=mode)
    found = inspection.authority(tmp_path)
    assert state == found.state
    assert words in found.text


def test_a_ca_that_is_none_must_be_mended(tmp_path: Path) -> None:
    """A damaged file is told; a missing one is only a note."""
    assert inspection.authority(tmp_path).state == "note"
    (tmp_path / "mitmproxy-ca.pem").write_text("nothing")
    assert inspection.authority(tmp_path).state == "mend"


def test_a_ca_of_elasticsearch_that_is_not_there_must_be_mended(tmp_path: Path) -> None:
    """The file that `ca_certs` names is looked at before Elasticsearch is asked."""
    settings = ElasticsearchSettings(url="https://127.0.0.1:9", ca_certs=str(tmp_path / "ca.pem"))
    first, _ = inspection.elasticsearch(settings)
    assert ("mend", True) == (first.state, first.text.endswith("see to `elasticsearch.ca_certs`"))


@pytest.mark.parametrize(
    ("ahead", "state"), [(timedelta(0), "ok"), (timedelta(minutes=2), "mend"), (timedelta(minutes=-2), "mend")]
)
def test_clocks_are_compared(ahead: timedelta, state: str) -> None:
    """A difference of minutes must be mended, whoever is ahead."""
    assert state == inspection.clock(datetime.now(UTC) + ahead).state


def test_a_store_with_losses_is_noted(tmp_path: Path) -> None:
    """Dead and dropped documents are told, with where to look."""
    path = tmp_path / "llmtap.db"
    outbox = Outbox(path, max_bytes=1 << 30, retention=1e9)
    outbox.put([("a", b"{}")])
    outbox.settle(bury=[("a", "refused")])
    outbox.close()
    found = inspection.store(StoreSettings(path=path), shipping=True)
    assert found.state == "note"
    assert "1 dead" in found.text


def test_a_store_that_is_something_else_must_be_mended(tmp_path: Path) -> None:
    """A file of another kind is told, and left as it is."""
    path = tmp_path / "llmtap.db"
    path.write_bytes(b"no database at all" * 100)
    assert inspection.store(StoreSettings(path=path), shipping=False).state == "mend"
    assert path.read_bytes() == b"no database at all" * 100


def test_a_store_below_a_file_must_be_mended(tmp_path: Path) -> None:
    """Where no folder can be made, none is promised."""
    (tmp_path / "file").write_text("")
    assert inspection.store(StoreSettings(path=tmp_path / "file/llmtap.db"), shipping=False).state == "mend"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_store_where_no_file_can_be_made_must_be_mended() -> None:
    """Nobody may make files in /proc, root neither; permissions would not have told."""
    found = inspection.store(StoreSettings(path=Path("/proc/llmtap/llmtap.db")), shipping=False)
    assert found.state == "mend"
    assert "/proc/llmtap/llmtap.db cannot be made" in found.text


def test_looking_at_a_folder_leaves_it_as_it_was(tmp_path: Path) -> None:
    """Whether it can be written is found out without a trace."""
    assert inspection.store(StoreSettings(path=tmp_path / "x/llmtap.db"), shipping=False).state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_relay_is_told_without_its_key() -> None:
    """Name, share and host; a share of nothing is a note."""
    settings = RelaySettings(base_url="https://relay.example/v1", api_key="sk-secret", name="cheap", share=10)
    found = inspection.relay(settings)
    expected = inspection.Finding("ok", "relay", "cheap at relay.example for 10 % of the callers of openai")
    assert expected == found
    assert inspection.relay(msgspec.structs.replace(settings, share=0)).state == "note"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_in_a_closed_folder_must_be_mended(tmp_path: Path) -> None:
    """A folder of somebody else is told."""
    tmp_path.chmod(0o500)
    assert inspection.store(StoreSettings(path=tmp_path / "x/llmtap.db"), shipping=False).state == "mend"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look anywhere")
def test_a_store_that_may_not_be_looked_at_must_be_mended(tmp_path: Path) -> None:
    """A folder that may not be entered is told, and no error escapes."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    found = inspection.store(StoreSettings(path=closed / "llmtap.db"), shipping=False)
    closed.chmod(0o700)
    assert found.state == "mend"
    assert "Permission denied" in found.text


def test_prices_say_their_version_and_age() -> None:
    """The installed data is new enough for the dependency's lower bound to make sense."""
    found = inspection.prices()
    assert found.state in ("ok", "note")
    assert "genai-prices" in found.text


def test_without_elasticsearch_nothing_is_asked() -> None:
    """The embedded store is a choice, not a fault."""
    assert ["ok", "note"] == [found.state for found in inspection.elasticsearch(ElasticsearchSettings())]


def test_a_real_elasticsearch_is_in_order(elasticsearch: Engine) -> None:
    """It answers, its clock is ours, and whether the template is there is told."""
    settings = ElasticsearchSettings(url=elasticsearch.url)
    cluster, clock = inspection.elasticsearch(settings)
    assert cluster.state in ("ok", "note")
    assert "index template" in cluster.text
    assert (clock.state, clock.text) == ("ok", "within 5 s of Elasticsearch's")
