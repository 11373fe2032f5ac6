"""Bundles hold what the machine trusts and our CA, whole and without doubles; the key stays where it is."""

import os
import ssl
from pathlib import Path

import certifi
import pytest

from llmtap.cli.mistake import Mistake
from llmtap.cli.trust import bundle, ca_certificate, require_ca, roots
from tests.fakes.authority import certify


def _certificates(path: Path) -> set[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    return set(context.get_ca_certs(binary_form=True))


def test_the_ca_is_made_once(tmp_path: Path) -> None:
    """A missing CA is made, its key for the owner alone; one that is there is kept."""
    first = ca_certificate(tmp_path / "ca").read_bytes()
    assert first == ca_certificate(tmp_path / "ca").read_bytes()
    assert (tmp_path / "ca/mitmproxy-ca.pem").stat().st_mode & 0o077 == 0


def test_a_ca_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A CA without key or certificate is named with the remedy, before mitmproxy stumbles over it."""
    require_ca(tmp_path)
    ca_certificate(tmp_path)
    require_ca(tmp_path)
    key = tmp_path / "mitmproxy-ca.pem"
    for text in ("broken", key.read_text().partition("-----BEGIN CERTIFICATE-----")[0]):
        key.write_text(text)
        with pytest.raises(Mistake, match=r"mitmproxy-ca\.pem holds no key and certificate; remove"):
            require_ca(tmp_path)
        with pytest.raises(Mistake, match="a new CA is made"):
            ca_certificate(tmp_path)


def test_a_bundle_has_the_roots_and_the_ca(tmp_path: Path) -> None:
    """Hosts that are not opened are verified as before."""
    made = bundle(tmp_path / "data", {}, tmp_path / "ca")
    ours = _certificates(ca_certificate(tmp_path / "ca"))
    assert ours
    assert _certificates(Path(certifi.where())) | ours <= _certificates(made)
    assert b"PRIVATE KEY" not in made.read_bytes()


def test_roots_lack_the_ca(tmp_path: Path) -> None:
    """The proxy does not trust certificates that it could have made itself."""
    made = roots(tmp_path / "data", {})
    assert not _certificates(ca_certificate(tmp_path / "ca")) & _certificates(made)


def test_a_root_the_user_named_is_taken_in(tmp_path: Path) -> None:
    """A company's CA, named by a variable, is trusted by proxy and program alike."""
    named, _ = certify(["x.example.com"], tmp_path)
    assert _certificates(named) <= _certificates(roots(tmp_path / "data", {"SSL_CERT_FILE": str(named)}))


def test_a_bundle_of_ours_is_no_source(tmp_path: Path) -> None:
    """In a shell that has `llmtap env`, a CA that was replaced does not live on."""
    old = bundle(tmp_path / "data", {}, tmp_path / "old")
    new = bundle(tmp_path / "data", {"SSL_CERT_FILE": str(old)}, tmp_path / "new")
    assert not _certificates(ca_certificate(tmp_path / "old")) & _certificates(new)


def test_a_bundle_is_written_only_when_its_inputs_change(tmp_path: Path) -> None:
    """The same inputs leave the file alone, others replace it."""
    first = bundle(tmp_path / "data", {}, tmp_path / "ca").stat().st_ino
    assert first == bundle(tmp_path / "data", {}, tmp_path / "ca").stat().st_ino
    assert first != bundle(tmp_path / "data", {}, tmp_path / "other").stat().st_ino


def test_a_bundle_has_no_doubles(tmp_path: Path) -> None:
    """A file named twice costs nothing."""
    named = {"SSL_CERT_FILE": certifi.where(), "CURL_CA_BUNDLE": certifi.where()}
    text = roots(tmp_path / "data", named).read_text()
    blocks = text.split("-----BEGIN CERTIFICATE-----")[1:]
    assert len(blocks) == len(set(blocks))


def test_a_file_that_is_missing_or_damaged_is_passed_over(tmp_path: Path) -> None:
    """What cannot be read is trusted by nobody, and the rest still is."""
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n")
    named = {"SSL_CERT_FILE": str(damaged), "CURL_CA_BUNDLE": str(tmp_path / "missing.pem")}
    assert _certificates(roots(tmp_path / "plain", {})) == _certificates(roots(tmp_path / "data", named))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The mistake names the file and the remedy."""
    tmp_path.chmod(0o500)
    with pytest.raises(Mistake, match="cannot be written"):
        roots(tmp_path, {})


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """The mistake names the file and the remedy."""
    (tmp_path / "data").write_text("")
    with pytest.raises(Mistake, match="cannot be written"):
        roots(tmp_path / "data", {})
    with pytest.raises(Mistake, match="cannot be read or made"):
        ca_certificate(tmp_path / "data")
