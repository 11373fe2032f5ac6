"""What clients and the proxy trust: mitmproxy's CA, and bundles of root certificates written beside the store.

`roots.pem` holds what the machine trusts already; `ca-bundle.pem` holds that and mitmproxy's CA. Both are written again
when their inputs changed, whole and at once, so a program that is reading them never sees half a file. The key of the
CA is never copied.
"""

import base64
import binascii
import os
import re
import ssl
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import certifi
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from mitmproxy.certs import CertStore
from mitmproxy.options import CONF_BASENAME, CONF_DIR, KEY_SIZE

from llmtap.cli.mistake import Mistake

CONFDIR = Path(CONF_DIR)
BUNDLE = "ca-bundle.pem"
SYSTEM_ROOTS = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Alpine, Arch
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, RHEL
    Path("/etc/ssl/ca-bundle.pem"),  # openSUSE
    Path("/etc/ssl/cert.pem"),  # macOS, BSD
)
"""Where systems keep their roots, as Go looks for them (https://go.dev/src/crypto/x509/root_linux.go)."""
INHERITED = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables by which a user may already have named further roots (providers.md 5)."""

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----\s*(.+?)\s*-----END CERTIFICATE-----", re.DOTALL)


def require_ca(confdir: Path = CONFDIR) -> None:
    """Raise Mistake for a CA that mitmproxy could not use; a missing one is fine, since it is made."""
    path = confdir.expanduser() / f"{CONF_BASENAME}-ca.pem"
    try:
        text = path.read_bytes()
        load_pem_x509_certificate(text)
        load_pem_private_key(text, None)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Mistake(
            f"The CA {path} cannot be read ({error.strerror}); give it to the user who runs llmtap."
        ) from error
    except ValueError as error:
        raise Mistake(
            f"{path} holds no key and certificate; remove the {CONF_BASENAME}-ca* files there, and a new CA is made."
        ) from error
    except TypeError:
        return  # the key has a passphrase: mitmproxy's option cert_passphrase


def ca_certificate(confdir: Path = CONFDIR) -> Path:
    """Return the file with mitmproxy's CA certificate, making the CA when there is none; raises Mistake."""
    folder = confdir.expanduser()
    path = folder / f"{CONF_BASENAME}-ca-cert.pem"
    require_ca(confdir)
    try:
        if not (folder / f"{CONF_BASENAME}-ca.pem").exists():
            CertStore.create_store(folder, CONF_BASENAME, KEY_SIZE)
        path.read_bytes()
    except OSError as error:
        raise Mistake(
            f"The CA certificate {path} cannot be read or made ({error.strerror}); "
            f"give {folder} to the user who runs llmtap."
        ) from error
    return path


def roots(folder: Path, environ: Mapping[str, str]) -> Path:
    """Write what the machine and `environ` trust to `roots.pem` in `folder`; return its path. Raises Mistake."""
    return _written(folder / "roots.pem", _certificates(_sources(folder, environ)))


def bundle(folder: Path, environ: Mapping[str, str], confdir: Path = CONFDIR) -> Path:
    """Write `roots` and mitmproxy's CA to `ca-bundle.pem` in `folder`; return its path. Raises Mistake."""
    sources = [ca_certificate(confdir), *_sources(folder, environ)]
    return _written(folder / BUNDLE, _certificates(sources))


def _sources(folder: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files to read, what the user named first; bundles of ours (from `llmtap env`) are none."""
    named = [Path(environ[name]) for name in INHERITED if environ.get(name)]
    system = [Path(ssl.get_default_verify_paths().openssl_cafile), *SYSTEM_ROOTS]
    ours = folder.resolve()
    yield from (path for path in named if path.resolve().parent != ours)
    yield from (path for path in system if path.resolve().parent != ours)
    yield Path(certifi.where())


def _certificates(paths: Iterable[Path]) -> list[bytes]:
    """Return the distinct certificates (DER) of the files that can be read, in their order."""
    found: dict[bytes, None] = {}
    for path in dict.fromkeys(paths):
        try:
            text = path.read_bytes()
        except OSError:
            continue
        for match in _CERTIFICATE.finditer(text):
            try:
                found[base64.b64decode(match[1])] = None
            except binascii.Error:
                continue
    return list(found)


def _written(path: Path, certificates: Iterable[bytes]) -> Path:
    text = "".join(ssl.DER_cert_to_PEM_cert(certificate) for certificate in certificates).encode()
    try:
        if path.is_file() and path.read_bytes() == text:
            return path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise Mistake(
            f"{path} cannot be written ({error.strerror}); give {path.parent} to the user who runs llmtap, "
            "or set another store path in the configuration."
        ) from error
    return path
