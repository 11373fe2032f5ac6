"""The variables that send an unmodified program through the proxy and let it trust the proxy's CA; pure.

Which runtime reads which variable was measured (providers.md 5). All but NODE_EXTRA_CA_CERTS and DENO_CERT replace the
program's trust store, so every one names the bundle: the machine's roots and mitmproxy's CA.
"""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PROXY = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
TRUST = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "GIT_SSL_CAINFO",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
    "CARGO_HTTP_CAINFO",
    "PIP_CERT",
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHELLS = ("sh", "fish", "powershell", "docker")
DOCKER_BUNDLE = "/etc/llmtap-ca-bundle.pem"
DOCKER_HOST = "host.docker.internal"


def variables(proxy: str, bundle: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a proxy URL and a bundle; hosts that `inherited` exempts from proxying stay exempt."""
    exempt = ",".join(inherited.get(name, "") for name in ("NO_PROXY", "no_proxy")).split(",")
    hosts = dict.fromkeys([*LOOPBACK, *(host.strip() for host in exempt if host.strip() not in ("", "*"))])
    return {
        **dict.fromkeys(PROXY, proxy),
        "NO_PROXY": ",".join(hosts),
        "no_proxy": ",".join(hosts),
        "NODE_USE_ENV_PROXY": "1",
        **dict.fromkeys(TRUST, bundle),
    }


@dataclass(frozen=True, slots=True)
class Upstream:
    """A proxy that the machine needs to get out: mitmproxy's `upstream` mode and its `upstream_auth` option."""

    mode: str
    auth: str | None


def upstream(inherited: Mapping[str, str]) -> Upstream | None:
    """Return the proxy that `inherited` names for HTTPS, or None; raises ValueError when it is of another kind.

    Lower case comes first, as in curl (https://curl.se/docs/manpage.html, ENVIRONMENT).
    """
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        if value := inherited.get(name, "").strip():
            break
    else:
        return None
    try:
        url = urlsplit(value if "://" in value else f"http://{value}")
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        raise ValueError(f"{name} is no URL of a proxy") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError(f"{name} is not an HTTP proxy ({url.scheme}://{url.hostname or ''})")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    auth = f"{unquote(url.username)}:{unquote(url.password or '')}" if url.username else None
    return Upstream(f"upstream:{url.scheme}://{host}:{port}", auth)


def exports(values: Mapping[str, str], shell: str) -> str:
    """Return `values` as `shell` (one of SHELLS) reads them, one line each; for docker, one line of arguments."""
    match shell:
        case "fish":
            lines = [f"set -gx {name} {_fish(value)}" for name, value in values.items()]
        case "powershell":
            # A quote is doubled inside single quotes: about_Quoting_Rules
            lines = ["$env:{} = '{}'".format(name, value.replace("'", "''")) for name, value in values.items()]
        case "docker":
            lines = [" ".join(_docker(values))]
        case _:
            lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(lines)


def _docker(values: Mapping[str, str]) -> Iterable[str]:
    """Yield arguments: inside a container, this machine's loopback is `host.docker.internal`."""
    yield f"--add-host={DOCKER_HOST}:host-gateway"
    yield "--volume=" + shlex.quote(f"{values[TRUST[0]]}:{DOCKER_BUNDLE}:ro")
    for name, value in values.items():
        if name in TRUST:
            yield f"--env={name}={DOCKER_BUNDLE}"
        elif name in PROXY:
            url = urlsplit(value)
            named = url.netloc[: url.netloc.rfind("@") + 1]
            host = DOCKER_HOST if url.hostname in LOOPBACK else url.hostname
            yield "--env=" + shlex.quote(f"{name}={url.scheme}://{named}{host}:{url.port}")
        else:
            yield "--env=" + shlex.quote(f"{name}={value}")


def _fish(value: str) -> str:
    """Return a single-quoted word: https://fishshell.com/docs/current/language.html#quotes."""
    return "'{}'".format(value.replace("\\", "\\\\").replace("'", "\\'"))
