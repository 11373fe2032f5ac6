"""Reads documents back for tables: from the nested JSON in the store to one flat Call; pure.

The names are those of `export/document.py`. Missing and unknown fields are no fault, so documents of other versions are
read as far as they go. What a document does not say is None, never 0.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec


class _Name(msgspec.Struct, frozen=True):
    name: str | None = None


class _Model(msgspec.Struct, frozen=True):
    model: str | None = None


class _Tokens(msgspec.Struct, frozen=True):
    input_tokens: int | None = None


class _Usage(msgspec.Struct, frozen=True):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read: _Tokens = _Tokens()


class _GenAi(msgspec.Struct, frozen=True):
    provider: _Name = _Name()
    operation: _Name = _Name()
    request: _Model = _Model()
    response: _Model = _Model()
    usage: _Usage = _Usage()


class _Event(msgspec.Struct, frozen=True):
    outcome: str | None = None
    duration: int | None = None


class _Type(msgspec.Struct, frozen=True):
    type: str | None = None


class _Status(msgspec.Struct, frozen=True):
    status_code: int | None = None


class _Http(msgspec.Struct, frozen=True):
    response: _Status = _Status()


class _Cost(msgspec.Struct, frozen=True):
    total: Decimal | None = None
    estimated: Decimal | None = None
    currency: str | None = None
    status: str | None = None


class _Source(msgspec.Struct, frozen=True):
    source: str | None = None


class _Latency(msgspec.Struct, frozen=True):
    first_token: float | None = None


class _Llmtap(msgspec.Struct, frozen=True):
    route: str | None = None
    cost: _Cost = _Cost()
    usage: _Source = _Source()
    latency: _Latency = _Latency()


class _Service(msgspec.Struct, frozen=True):
    name: str | None = None
    environment: str | None = None


class _Port(msgspec.Struct, frozen=True):
    port: int | None = None


class _Document(msgspec.Struct, frozen=True):
    timestamp: datetime = msgspec.field(name="@timestamp")
    event: _Event = _Event()
    gen_ai: _GenAi = _GenAi()
    llmtap: _Llmtap = _Llmtap()
    error: _Type = _Type()
    http: _Http = _Http()
    organization: _Name = _Name()
    service: _Service = _Service()
    user: _Name = _Name()
    client: _Port = _Port()


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the tables need it; times in seconds, `model` the one that answered or else the one asked for."""

    id: str
    at: datetime
    provider: str | None = None
    operation: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    usage_source: str | None = None
    cost: Decimal | None = None
    cost_estimated: Decimal | None = None
    currency: str | None = None
    cost_status: str | None = None
    first_token: float | None = None
    duration: float | None = None
    outcome: str | None = None
    error: str | None = None
    status: int | None = None
    route: str | None = None
    team: str | None = None
    service: str | None = None
    environment: str | None = None
    user: str | None = None
    client_port: int | None = None


_decode = msgspec.json.Decoder(_Document).decode


def read_call(identity: str, body: bytes) -> Call | None:
    """Return what the document says, or None when it is no document of ours."""
    try:
        found = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    gen_ai, own, duration = found.gen_ai, found.llmtap, found.event.duration
    return Call(
        id=identity,
        at=found.timestamp,
        provider=gen_ai.provider.name,
        operation=gen_ai.operation.name,
        model=gen_ai.response.model or gen_ai.request.model,
        input_tokens=gen_ai.usage.input_tokens,
        output_tokens=gen_ai.usage.output_tokens,
        cached_tokens=gen_ai.usage.cache_read.input_tokens,
        usage_source=own.usage.source,
        cost=own.cost.total,
        cost_estimated=own.cost.estimated,
        currency=own.cost.currency,
        cost_status=own.cost.status,
        first_token=own.latency.first_token,
        duration=None if duration is None else duration / 1e9,
        outcome=found.event.outcome,
        error=found.error.type,
        status=found.http.response.status_code,
        route=own.route,
        team=found.organization.name,
        service=found.service.name,
        environment=found.service.environment,
        user=found.user.name,
        client_port=found.client.port,
    )
