"""The only decider of changed traffic: which call goes to a relay instead, as what; pure.

A caller always goes the same way while the settings stand, and a growing share only ever adds callers. A provider's
credential never leaves for the relay, and the relay's key appears in no repr. What is not certain to be understood by
the relay goes to the provider, unchanged. `target` is a chain of reasons to stay direct; more of them (a schedule, a
budget, an open circuit breaker) are more links of that chain.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlsplit

import msgspec

from llmtap.capture.exchange import Client, Endpoint, Headers, header
from llmtap.enrich.headers import by_name
from llmtap.enrich.secret import credential, credential_name

BUCKETS = 10_000
"""Callers are spread over this many buckets, so a share is exact to 0.01 %."""

RESOURCES: Mapping[str, str] = {
    "openai_chat": "/chat/completions",
    "openai_completions": "/completions",
    "openai_embeddings": "/embeddings",
    "openai_images": "/images/",
    "openai_audio": "/audio/",
    "openai_moderations": "/moderations",
    "openai_responses": "/responses",
}
"""The wire formats that an OpenAI-compatible API serves, and where the resource begins in their paths."""

ACCOUNTS = frozenset({"openai-organization", "openai-project", "x-goog-user-project"})
"""Headers that name an account with the provider; they never travel to a relay, nor does any `credential_name`."""

_VERSION = re.compile(r"|.*/v\d+[a-z]*\d*(?:/openai)?")
_URL = re.compile(r"https?://[^\s]+")


class RelaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay, and who goes there: `share` per cent of the callers of `providers`. The repr shows no key.

    `base_url` is what one would give an OpenAI SDK, `name` what documents call the relay.
    """

    base_url: str
    api_key: str
    name: str = "relay"
    share: float = 0.0
    providers: tuple[str, ...] = ("openai",)

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 100:  # noqa: PLR2004 -- per cent
            raise ValueError(f"`share` is {self.share:g}; it must be from 0 to 100 (per cent of the callers)")
        if not self.name.strip():
            raise ValueError("`name` is empty; documents need a word for the relay")
        if not self.api_key.strip() or not self.api_key.isascii() or not self.api_key.isprintable():
            raise ValueError("`api_key` must be one line of printable ASCII, for example ${RELAY_API_KEY}")
        if lacking := _unusable(self.base_url):
            raise ValueError(f"`base_url` {lacking}; it must look like https://api.relay.example/v1")

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in self.__struct_fields__} | {"api_key": "***"}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes instead: the address, the path with its query, and the headers to drop, then to set.

    Header names are lower-case; the values to set are not shown by the repr, since they hold the relay's key.
    """

    scheme: str
    host: str
    port: int
    path: str
    set_headers: tuple[tuple[str, str], ...] = field(repr=False)
    drop_headers: frozenset[str] = ACCOUNTS


def target(settings: RelaySettings, endpoint: Endpoint, path: str, headers: Headers, caller: str) -> Target | None:
    """Return where the call goes instead, or None when it goes to the provider; `path` includes the query."""
    if endpoint.provider not in settings.providers or not endpoint.certain:
        return None
    if (header(headers, "upgrade") or "").lower() == "websocket":  # what relays make of those differs
        return None
    if bucket(caller) >= settings.share * BUCKETS / 100:
        return None
    resource = _resource(endpoint.wire_format, path.partition("?")[0])
    if resource is None:
        return None
    base = urlsplit(settings.base_url)
    return Target(
        scheme=base.scheme,
        host=base.hostname or "",
        port=base.port or (443 if base.scheme == "https" else 80),
        path=base.path.rstrip("/") + resource + _query(path),
        set_headers=(("authorization", f"Bearer {settings.api_key}"),),
        drop_headers=ACCOUNTS.union(filter(credential_name, by_name(headers))),
    )


def caller_of(client: Client, headers: Headers, path: str = "", team_header: str = "x-team-id") -> str:
    """Return who calls, as a key that stays the same from call to call and shows no credential.

    In this order: the proxy user, the team that the request names, the credential's fingerprint, the address.
    """
    if client.proxy_user:
        return f"user:{client.proxy_user}"
    if team := header(headers, team_header):
        return f"team:{team}"
    if key := credential(by_name(headers), path):
        return f"credential:{_digest(key)}"
    return f"address:{client.ip}"


def bucket(caller: str) -> int:
    """Return the caller's bucket, from 0 to BUCKETS - 1: the same in every process and for ever."""
    return int.from_bytes(hashlib.sha256(caller.encode("utf-8", "surrogatepass")).digest()[:8]) % BUCKETS


def _resource(wire_format: str | None, path: str) -> str | None:
    """Return the part of `path` that an OpenAI-compatible API serves below its base URL, or None when it does not.

    What stands before the resource must be nothing or end in a version: a deployment of Azure or the back end of a
    ChatGPT subscription means something that no relay knows.
    """
    start = RESOURCES.get(wire_format or "")
    at = path.rfind(start) if start else -1
    return path[at:] if at >= 0 and _VERSION.fullmatch(path[:at]) else None


def _query(path: str) -> str:
    """Return the query as sent, its mark included, without the parameters that carry a credential."""
    pairs = path.partition("?")[2].split("&")
    kept = "&".join(pair for pair in pairs if pair and not credential_name(unquote_plus(pair.partition("=")[0])))
    return f"?{kept}" if kept else ""


def _digest(credential: str) -> str:
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _unusable(url: str) -> str | None:
    """Return what is wrong with a base URL (never its text, which may hold a credential), or None."""
    if not _URL.fullmatch(url):
        return "is no http:// or https:// URL"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "has a host or port that cannot be"
    if not parts.hostname or port == 0:
        return "has no host or port 0"
    if parts.username is not None or parts.password is not None:
        return "holds a user or a password; the key belongs in `api_key`"
    if parts.query or parts.fragment:
        return "has a query or fragment"
    return None
