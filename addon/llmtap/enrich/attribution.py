"""Who called: team, environment, service, user, and the fingerprints that tell callers apart.

Witnesses, from strongest to weakest: the proxy's user (`HTTPS_PROXY=http://team:environment@host`, which needs no
change to the application), request headers, the operator's rules. A credential or an end user's id leaves this file
only as a keyed hash. Nothing that a client sends makes this module raise.
"""

import fnmatch
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference
from llmtap.enrich.headers import by_name, value_of
from llmtap.enrich.secret import credential, printable

LONGEST = 256
"""Characters; longer values are cut (Elasticsearch would not index them: `ignore_above` is 256)."""

ENVIRONMENTS = (
    "production", "prod", "live", "preprod", "preproduction", "staging", "stage", "uat", "test", "testing", "qa", "ci",
    "integration", "development", "develop", "dev", "local", "sandbox", "demo", "preview", "canary",
)  # fmt: skip

_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_HASH_HEX = 16


class HeaderNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request header says what; None where no header is to be believed."""

    request_id: str | None = "X-Request-ID"
    conversation_id: str | None = "X-Conversation-ID"
    team: str | None = "X-Team-ID"
    environment: str | None = "X-Environment"
    service: str | None = "X-Service-Name"
    user: str | None = "X-User-ID"


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conditions of a rule, all of which must hold: a CIDR, a prefix of the key hash, globs for the rest."""

    client: str | None = None
    user_agent: str | None = None
    key_hash: str | None = None
    host: str | None = None
    proxy_user: str | None = None

    def __post_init__(self) -> None:
        if self.client is not None:
            _network(self.client)


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says about the calls that it matches."""

    team: str | None = None
    environment: str | None = None
    service: str | None = None
    user: str | None = None
    labels: dict[str, str] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: calls that match get what is still unknown about them from `set`; earlier rules win."""

    match: Match = Match()
    assignment: Assignment = msgspec.field(default=Assignment(), name="set")


class AttributionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How callers are told apart.

    The proxy's password field counts as an environment only when it is one of `environments` (any case): anything else
    there is a secret. `key_salt` keys every hash; without one, keys are still hashed (they are long and random), but
    end users and passwords (Basic) are not, since the hash of a word without a secret salt is easily undone.
    """

    environments: tuple[str, ...] = ENVIRONMENTS
    headers: HeaderNames = HeaderNames()
    rules: tuple[Rule, ...] = ()
    key_salt: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is responsible for a call; every text at most `LONGEST` printable characters.

    `key_hash` tells credentials apart, `organization` and `project` the provider's accounts and `end_user_hash` the
    application's own users, each as 16 hexadecimal digits of an HMAC-SHA256. `trace_id` and `span_id` are W3C's.
    """

    team: str | None = None
    environment: str | None = None
    service: str | None = None
    user: str | None = None
    organization: str | None = None
    project: str | None = None
    request_id: str | None = None
    conversation_id: str | None = None
    client_ip: str | None = None
    client_port: int | None = None
    key_hash: str | None = None
    user_agent: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    end_user_hash: str | None = None


def attribute(exchange: Exchange, inference: Inference, settings: AttributionSettings) -> Attribution:
    """Return who made the call, as far as its proxy user, headers and the operator's rules tell."""
    headers, names, client = by_name(exchange.request.headers), settings.headers, exchange.client
    answered = by_name(exchange.response.headers) if exchange.response else {}
    request, response = inference.request, inference.response
    secret = None if not settings.key_salt and _password(headers) else credential(headers, exchange.request.path)
    key_hash = fingerprint(secret, settings.key_salt)
    user_agent = text(value_of(headers, "user-agent"))
    matching = [
        rule.assignment for rule in settings.rules if _matches(rule.match, exchange, key_hash, user_agent or "")
    ]
    trace_id, span_id = _trace(value_of(headers, "traceparent"))

    def known(name: str | None, stronger: str | None, ruled: Sequence[str | None] = ()) -> str | None:
        for value in (stronger, value_of(headers, name.lower()) if name else None, *ruled):
            if value and (kept := text(value)):
                return kept
        return None

    return Attribution(
        team=known(names.team, client.proxy_user, [rule.team for rule in matching]),
        environment=known(
            names.environment,
            environment(client.proxy_password, settings.environments),
            [rule.environment for rule in matching],
        ),
        service=known(names.service, None, [rule.service for rule in matching]),
        user=known(names.user, None, [rule.user for rule in matching]),
        organization=fingerprint(_account(headers, answered, _ORGANIZATION_HEADERS), settings.key_salt),
        project=fingerprint(_account(headers, answered, _PROJECT_HEADERS), settings.key_salt),
        request_id=known(names.request_id, None),
        conversation_id=known(names.conversation_id, None, [request.conversation_id, response.conversation_id]),
        client_ip=text(client.ip),
        client_port=client.port,
        key_hash=key_hash,
        user_agent=user_agent,
        trace_id=trace_id,
        span_id=span_id,
        labels=_labels(matching),
        end_user_hash=fingerprint(request.user, settings.key_salt) if settings.key_salt else None,
    )


def text(value: str | None) -> str | None:
    """Return a value from outside, printable and bounded; None when nothing is left of it."""
    return (printable(value)[:LONGEST] or None) if value else None


def environment(password: str | None, environments: tuple[str, ...]) -> str | None:
    """Return the environment that the proxy's password field names, in lower case; None when it is a secret."""
    name = password.strip().lower() if password else None
    return name if name in environments else None


@lru_cache(maxsize=1024)
def fingerprint(secret: str | None, salt: str) -> str | None:
    """Return 16 hexadecimal digits of the HMAC-SHA256 of `secret` under `salt`."""
    if not secret:
        return None
    return hmac.digest(salt.encode("utf-8", "replace"), secret.encode("utf-8", "replace"), "sha256").hex()[:_HASH_HEX]


def _password(headers: Mapping[str, bytes]) -> bool:
    """Whether a call was made with a name and a password (RFC 7617)."""
    return (value_of(headers, "authorization") or "")[:6].lower() == "basic "


_ORGANIZATION_HEADERS = ("openai-organization", "anthropic-organization-id")
_PROJECT_HEADERS = ("openai-project", "anthropic-workspace-id")


def _account(headers: Mapping[str, bytes], answered: Mapping[str, bytes], names: tuple[str, ...]) -> str | None:
    """Return the account as the provider names it in its answer, else as the application asked for it."""
    for source in (answered, headers):
        for name in names:
            if name in source:
                return value_of(source, name)
    return None


def _trace(traceparent: str | None) -> tuple[str | None, str | None]:
    """Return the ids of a valid traceparent (https://www.w3.org/TR/trace-context/, section 3.2)."""
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if found is None or (found[1] == "00" and found[4]):
        return None, None
    return found[2], found[3]


def _labels(matching: list[Assignment]) -> tuple[tuple[str, str], ...]:
    labels: dict[str, str] = {}
    for rule in matching:
        labels = {**rule.labels, **labels}
    return tuple((name, value) for name, raw in sorted(labels.items()) if (value := text(raw)))


def _matches(match: Match, exchange: Exchange, key_hash: str | None, user_agent: str) -> bool:
    return (
        (match.key_hash is None or (key_hash is not None and key_hash.startswith(match.key_hash.lower())))
        and (match.host is None or _glob(match.host).match(exchange.request.host) is not None)
        and (match.proxy_user is None or _glob(match.proxy_user).match(exchange.client.proxy_user or "") is not None)
        and (match.user_agent is None or _glob(match.user_agent).match(user_agent) is not None)
        and (match.client is None or _within(exchange.client.ip, match.client))
    )


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern), re.IGNORECASE)


@lru_cache(maxsize=1024)
def _network(cidr: str) -> IPv4Network | IPv6Network:
    return ip_network(cidr, strict=False)


@lru_cache(maxsize=4096)
def _address(ip: str) -> IPv4Address | IPv6Address | None:
    """Return the address, an IPv4 one when IPv6 merely carries it (RFC 4291, section 2.5.5.2)."""
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _within(ip: str | None, cidr: str) -> bool:
    address = _address(ip) if ip else None
    return address is not None and address in _network(cidr)
