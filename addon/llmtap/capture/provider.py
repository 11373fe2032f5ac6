"""Whose API a host is, and which dialect a path speaks: provider = f(host), wire format = f(path).

Both come from tables (`config/providers.yaml`, the operator's own entries before it); nothing here names a provider.
A path that no row names is no LLM call, whoever serves it. A host that no row names can still speak a dialect: it is a
provider called by its registrable domain, `known` False. Nothing that a client sends makes this module raise.
"""

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple, Protocol
from urllib.parse import unquote

import msgspec
import publicsuffix2  # type: ignore[import-untyped]  # ships no types

from llmtap.capture.exchange import Endpoint, Headers, duplex, header
from llmtap.capture.gateway import Gateway, Regex, named, stated_host
from llmtap.capture.settings import CaptureSettings

REMEMBERED = 4096
"""How many hosts and paths keep their answer, so that a busy proxy searches the tables once for each."""
LONGEST_HOST = 253
"""Characters (RFC 1035, section 2.3.4); what is longer is no host."""
LONGEST_PATH = 4096
"""Characters without the query; longer paths are no LLM calls (an ARN, the longest name in one, has at most 2048)."""

_QUERIED = re.compile(r"(?:^|&)(?:model|model_id|deployment)=([^&]{1,256})")
_ACTIONS = ("x-tc-action", "x-amz-target")
"""Tencent Cloud's (https://cloud.tencent.com/document/api/1729/101843) and AWS's, of its JSON protocols
(https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html)."""
_LONGEST_ACTION = 128
_ROUTE = "x-goog-request-params"
"""Google's over gRPC, where a path names the method alone (https://google.aip.dev/client-libraries/4222)."""
_LONGEST_ROUTE = 1024
_LEGIBLE = ("multipart/form-data", "application/x-www-form-urlencoded", "text/plain")


class ProviderEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the host table.

    `name` is the `gen_ai.provider.name` of documents; without one it is the host's registrable domain. Each of `hosts`
    is a regular expression that must match the whole lower-case host; with `ports`, only these belong to the row.
    `needs_path` marks hosts with mostly other traffic: weak path patterns do not count there. `gateway` says where a
    gateway's request names the provider behind it, `aliases` are what gateways call this one. `source` says who knows.
    """

    id: str
    hosts: tuple[Regex, ...]
    name: str | None = None
    ports: tuple[int, ...] = ()
    needs_path: bool = False
    gateway: Gateway | None = None
    aliases: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for pattern in self.hosts:
            _compiled(pattern, "hosts")


class EndpointEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the path table; the first whose `path` is found in the path (query removed) and has the method wins.

    `path` may name a group `model`, and a group `stream` that takes part where the path asks for one. `wire_format`
    names a module of `decode.formats`, or a dialect that has none yet and is told but not read, or is None where the
    body must tell; `operation` is the `gen_ai.operation.name`.
    A `weak` pattern is too common to count on an unknown host. One with `providers` (ids of the host table) counts on
    their hosts only; a weak one elsewhere too, for the bodies to tell (a gateway's prefix, a tunnel). With `session`, a
    GET opens a WebSocket, and is no call on an unknown host unless it asks for one.
    `model_header` names the model where neither path, query nor body do.
    """

    id: str
    path: Regex
    wire_format: str | None = None
    operation: str | None = None
    methods: tuple[str, ...] = ("POST",)
    weak: bool = False
    providers: tuple[str, ...] = ()
    session: bool = False
    model_header: str | None = None

    def __post_init__(self) -> None:
        _compiled(self.path, "path")


class ProviderTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The two tables of a providers file; the first row that fits wins in either."""

    providers: tuple[ProviderEntry, ...] = ()
    endpoints: tuple[EndpointEntry, ...] = ()

    def before(self, other: "ProviderTable") -> "ProviderTable":
        """Return both tables, these rows first; a row of `other` whose id stands here is left out."""
        hosts = {entry.id for entry in self.providers}
        paths = {entry.id for entry in self.endpoints}
        return ProviderTable(
            (*self.providers, *(entry for entry in other.providers if entry.id not in hosts)),
            (*self.endpoints, *(entry for entry in other.endpoints if entry.id not in paths)),
        )


class _Found(NamedTuple):
    """The row that names a path, the model that the path names, and whether it asks for a stream."""

    entry: EndpointEntry
    model: str | None
    stream: bool | None

    def tells(self, host: ProviderEntry | None) -> bool:
        """Return whether the path tells by itself that it is an LLM's, on a host that a row names or not."""
        if not self.entry.weak:
            return True
        if self.entry.providers:
            return host is not None and host.id in self.entry.providers
        return host is not None and not host.needs_path


class Providers:
    """The tables, compiled once; each host and each path is searched for once while it is remembered."""

    def __init__(self, table: ProviderTable, capture: CaptureSettings | None = None) -> None:
        """Compile `table`; `capture` names further hosts to open and hosts to leave alone."""
        capture = capture or CaptureSettings()
        self._rows = [(_compiled(host, "hosts"), entry) for entry in table.providers for host in entry.hosts]
        self._paths = [(_compiled(entry.path, "path"), entry) for entry in table.endpoints]
        self._called = {
            word: entry for entry in table.providers for word in (entry.id, entry.name, *entry.aliases) if word
        }
        self._named = _globs(capture.hosts)
        self._ignored = _globs(capture.ignore_hosts)
        self._provider = lru_cache(REMEMBERED)(self._search_host)
        self._found = lru_cache(REMEMBERED)(self._search_path)
        _suffixes()  # read now: 0.1 s that no call has to wait for later

    def provider(self, host: str, port: int) -> ProviderEntry | None:
        """Return the row that names `host` at `port`, or None."""
        return self._provider(normal_host(host), port)

    def opened(self, host: str, port: int) -> bool:
        """Return whether TLS to `host` may be opened: a provider's or a named one, and not one to leave alone."""
        host = normal_host(host)
        if len(host) > LONGEST_HOST or self._ignored.fullmatch(host):
            return False
        return self._provider(host, port) is not None or self._named.fullmatch(host) is not None

    def endpoint(self, host: str, port: int, method: str, path: str, headers: Headers | None = None) -> Endpoint | None:
        """Return what is called by `method` and `path` (a query is ignored), or None when it is no LLM call.

        Unknown hosts arrive here only when they were named (`capture.hosts`) or when their traffic is plain HTTP. With
        the request's `headers`, whatever is asked, fetched or opened at a weak path is an endpoint that is not
        `certain`, and so is a POST to any other, if its content type is one that LLM APIs take; and a gateway's call
        is one of the provider that the request names.
        """
        host = normal_host(host)
        method, plain = method.upper(), path.partition("?")[0]
        if len(host) > LONGEST_HOST or len(plain) > LONGEST_PATH or self._ignored.fullmatch(host):
            return None
        entry = self._provider(host, port)
        found = self._found(method, plain + _action(headers or ()), entry.id if entry else None)
        certain = found is not None and found.tells(entry)
        if not certain and (headers is None or not _open(found, method, headers)):
            return None
        made = Endpoint(
            provider=(entry.name if entry else None) or registrable_domain(host),
            known=entry is not None,
            wire_format=found.entry.wire_format if found else None,
            operation=found.entry.operation if found else None,
            model=_asked(found, path, headers or ()) if found else None,
            certain=certain,
            stream=found.stream if found else None,
        )
        gateway = entry.gateway if entry else None
        return self._behind(made, gateway, host, path, headers) if gateway else made

    def _behind(self, made: Endpoint, gateway: Gateway, host: str, path: str, headers: Headers | None) -> Endpoint:
        """Return the endpoint behind a gateway, as far as the request names it."""
        word = named(gateway, host, path, headers or ())
        if word is None:
            return made
        if gateway.resells:
            return replace(made, served_by=word)
        behind = self._called.get(word) or self._provider(stated_host(word), 443)
        return made if behind is None else replace(made, provider=behind.name or behind.id, gateway=made.provider)

    def _search_host(self, host: str, port: int) -> ProviderEntry | None:
        for pattern, entry in self._rows:
            if (not entry.ports or port in entry.ports) and pattern.fullmatch(host):
                return entry
        return None

    def _search_path(self, method: str, path: str, provider: str | None) -> _Found | None:
        readings = (path, unquote(path)) if "%" in path else (path,)
        for reading in readings:  # some clients encode the colon of `model:verb`
            for pattern, entry in self._paths:
                if method not in entry.methods or not (
                    entry.weak or not entry.providers or provider in entry.providers
                ):
                    continue
                if match := pattern.search(reading):
                    groups = match.groupdict()
                    return _Found(entry, _model(groups.get("model")), True if groups.get("stream") else None)
        return None


def _open(found: _Found | None, method: str, headers: Headers) -> bool:
    """Return whether bodies may tell where the path does not by itself: whatever is asked or fetched at a weak path.

    A POST elsewhere must be of a content type that tells of LLM APIs, a session be one that is opened (RFC 6455).
    """
    if method == "POST":
        return found is not None or legible(headers)
    if found is None or not found.entry.session:
        return found is not None
    return (header(headers, "upgrade") or "").lower() == "websocket"


def legible(headers: Headers) -> bool:
    """Return whether a request's content type is one of those in which LLM APIs are asked, or is not said at all.

    curl calls any data a form unless it is told otherwise.
    """
    kind = (header(headers, "content-type") or "").lower()
    return "json" in kind or kind.startswith(_LEGIBLE) or "/" not in kind


def normal_host(host: str) -> str:
    """Return a host name as the tables spell it: lower case, no trailing dot, no brackets around IPv6."""
    return host.lower().rstrip(".").strip("[]")


def registrable_domain(host: str) -> str:
    """Return the part of a host name that was registered (`relay.co.uk` of `api.relay.co.uk`).

    An address stays as it is, and so does a name that nobody can register (`vllm.team.svc`, `llm.corp.internal`).
    """
    if ":" in host or host.replace(".", "").isdecimal():
        return host
    return _suffixes().get_sld(host, strict=True) or host


class _Suffixes(Protocol):
    """What we use of publicsuffix2, which ships no types."""

    def get_sld(self, domain: str, *, strict: bool) -> str | None: ...


@cache
def _suffixes() -> _Suffixes:
    # The list is read here, not by publicsuffix2, whose codecs.open warns on Python 3.14.
    with open(publicsuffix2.PSL_FILE, encoding="utf-8") as lines:  # noqa: PTH123 -- the library names it as a str
        suffixes: _Suffixes = publicsuffix2.PublicSuffixList(lines)
    return suffixes


def _model(quoted: str | None) -> str | None:
    """Return the model that a path names; of an ARN only what follows the last slash (providers.md 1.2)."""
    if not quoted:
        return None
    model = unquote(quoted)
    return model.rpartition("/")[2] if model.startswith("arn:") else model


def _asked(found: _Found, path: str, headers: Headers) -> str | None:
    """Return the model that a path, a query (of a WebSocket, of sound) or a header names, where bodies name none."""
    queried = _QUERIED.search(path.partition("?")[2].partition("#")[0])
    stated = unquote(queried[1]) if queried else None
    return found.model or stated or (header(headers, found.entry.model_header) if found.entry.model_header else None)


def _action(headers: Headers) -> str:
    """Return what a header names beside a path that is always the same, an action or a model, as its fragment."""
    for name in _ACTIONS:
        if action := header(headers, name):
            return f"#{action}" if len(action) <= _LONGEST_ACTION else ""
    route = header(headers, _ROUTE) if duplex(headers) else None
    return f"#{unquote(route)}" if route and len(route) <= _LONGEST_ROUTE else ""


def _compiled(pattern: str, key: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"`{key}`: '{pattern}' is no regular expression ({error})") from error


def _globs(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(normal_host(name)) for name in names) or r"(?!)")
