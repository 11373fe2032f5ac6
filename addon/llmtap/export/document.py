"""The file that spells field names (with `usage`, which spells those of counts): values in, one JSON document out.

Every name is in the OTel GenAI conventions (`gen_ai.*`, `openai.*`), in ECS, or under `llmtap.*` (elastic.md 8);
`config/elasticsearch/index-template.json` maps each of them. A value that is not known is absent, never 0 and never
null. What comes in has passed `privacy.redact`: nothing else is accepted.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from llmtap import __version__
from llmtap.decode.finish import finish
from llmtap.enrich.cost import Cost
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.latency import Latency
from llmtap.enrich.limits import Allowance, Limits
from llmtap.enrich.privacy import Redacted
from llmtap.export.outcome import outcome, usage_source
from llmtap.export.usage import counts, notes

SCHEMA_VERSION = "1"
"""Raised when a field changes its name or meaning."""
ECS_VERSION = "9.4.0"
DATASET = "llmtap.calls"

_HOST = platform.node()
_encode = msgspec.json.Encoder().encode
_UNLIMITED = Limits()


@dataclass(frozen=True, slots=True)
class Document:
    """One call as Elasticsearch will hold it: `id` becomes `_id`, `body` is the JSON object."""

    id: str
    body: bytes


def document(
    redacted: Redacted, cost: Cost, latency: Latency, limits: Limits = _UNLIMITED, estimate: Estimate | None = None
) -> Document:
    """Return the document of one call; an `estimate` stands apart from what was reported."""
    return Document(redacted.id, _encode(_known(_fields(redacted, cost, latency, limits, estimate))))


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _microseconds(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def plain(amount: Decimal) -> msgspec.Raw:
    """Return an amount as JSON without an exponent and without idle zeros, as people read money."""
    spelt = f"{amount:f}" if amount else "0"
    return msgspec.Raw((spelt.rstrip("0").rstrip(".") if "." in spelt else spelt).encode())


def _known(value: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that have a value; objects that end up empty are left out as well."""
    kept: dict[str, object] = {}
    for name, field in value.items():
        if type(field) is dict:
            if known := _known(field):
                kept[name] = known
        elif type(field) is Decimal:
            kept[name] = plain(field)
        elif field is not None and field != ():
            kept[name] = field
    return kept


def _fields(
    redacted: Redacted, cost: Cost, latency: Latency, limits: Limits, estimate: Estimate | None
) -> dict[str, object]:
    inference, who = redacted.inference, redacted.attribution
    request, response = inference.request, inference.response
    result, error_type = outcome(redacted)
    ended = None if latency.duration is None else redacted.started + latency.duration
    error = response.error
    failure = None if error_type is None else redacted.failure
    message = error.message if error is not None else failure and failure.message
    return {
        "@timestamp": _instant(redacted.started),
        "data_stream": {"type": "logs", "dataset": DATASET},
        "ecs": {"version": ECS_VERSION},
        "event": {
            "id": redacted.id,
            "kind": "event",
            "category": ("api", "web"),
            "type": ("access",) if result == "success" else ("access", "error"),
            "action": "llm-call",
            "dataset": DATASET,
            "module": "llmtap",
            "outcome": result,
            "start": _instant(redacted.started),
            "end": None if ended is None else _instant(ended),
            "duration": None if latency.duration is None else round(latency.duration * 1e9),
        },
        "error": {
            "type": error_type,
            "code": error and error.code,
            "message": message,
        },
        "gen_ai": {
            "operation": {"name": inference.operation},
            "provider": {"name": redacted.endpoint.provider},
            "conversation": {"id": who.conversation_id},
            "output": {"type": request.output_type},
            "request": {
                "model": request.model or redacted.endpoint.model,
                "stream": request.stream,
                "max_tokens": request.max_tokens,
                "temperature": request.temperature,
                "top_p": request.top_p,
                "top_k": request.top_k,
                "frequency_penalty": request.frequency_penalty,
                "presence_penalty": request.presence_penalty,
                "seed": request.seed,
                "choice": {"count": request.choice_count},
                "encoding_formats": request.encoding_formats,
                "reasoning": {"level": request.reasoning_level},
                "previous_response": {"id": request.previous_response_id},
            },
            "response": {
                "id": response.id,
                "model": response.model,
                "finish_reasons": response.finish_reasons,
                "time_to_first_chunk": _microseconds(latency.first_token),
            },
            "usage": counts(response.usage),
        },
        "openai": {
            "api": {"type": _API_TYPES.get(inference.wire_format or "")},
            "request": {"service_tier": request.service_tier},
            "response": {"service_tier": response.service_tier, "system_fingerprint": response.system_fingerprint},
        }
        if (inference.wire_format or "").startswith("openai_")
        else None,
        "llmtap": {
            "schema_version": SCHEMA_VERSION,
            "wire_format": inference.wire_format,
            "provider": {"known": redacted.endpoint.known, "served_by": response.served_by or redacted.served_by},
            "gateway": {"name": redacted.endpoint.gateway},
            "route": "direct" if redacted.relay is None else "relay",
            "relay": {"name": redacted.relay, "host": redacted.relay and redacted.server_host},
            "cost": _cost(cost),
            "usage": notes(response.usage, estimate, usage_source(redacted, estimate)),
            "service_tier": {"request": request.service_tier, "response": response.service_tier},
            "speed": response.speed,
            "inference_geo": response.inference_geo,
            "search_context": response.search_context,
            "latency": {
                "headers": _microseconds(latency.headers),
                "first_byte": _microseconds(latency.first_byte),
                "first_token": _microseconds(latency.first_token),
                "last_token": _microseconds(latency.last_token),
                "gap_p50": _microseconds(latency.gap_p50),
                "gap_p95": _microseconds(latency.gap_p95),
                "gap_max": _microseconds(latency.gap_max),
                "output_tokens_per_second": _microseconds(latency.output_tokens_per_second),
                "server": limits.server,
            },
            "limits": {
                "requests": _allowance(limits.requests),
                "tokens": _allowance(limits.tokens),
                "input_tokens": _allowance(limits.input_tokens),
                "output_tokens": _allowance(limits.output_tokens),
                "retry_after": limits.retry_after,
            },
            "retry": {"count": limits.retry_count, "idempotency_key": limits.idempotency_key},
            "stream": {"chunks": inference.events, "completed": response.completed},
            "finish_reasons": tuple(dict.fromkeys(finish(reason) for reason in response.finish_reasons)),
            "tools": {
                "requested": len(request.tools) or None,
                "called": redacted.tools_called or None,
            },
            "capture": {
                "request_bytes_dropped": redacted.request_bytes_dropped or None,
                "response_bytes_dropped": redacted.response_bytes_dropped or None,
                "problems": inference.problems,
            },
            "caller": {"key_hash": who.key_hash, "organization_hash": who.organization, "project_hash": who.project},
            "end_user": {"hash": who.end_user_hash},
        },
        "http": {
            "version": redacted.http_version or None,
            "request": {
                "method": redacted.method,
                "id": who.request_id or redacted.provider_request_id,
                "mime_type": redacted.request_mime,
                "body": {"bytes": redacted.request_bytes},
            },
            "response": {
                "status_code": redacted.status,
                "mime_type": redacted.response_mime,
                "body": {"bytes": redacted.response_bytes},
            },
        },
        "url": {
            "scheme": redacted.scheme,
            "domain": redacted.host,
            "port": redacted.port,
            "path": redacted.path,
        },
        "server": {"address": redacted.server_host, "port": redacted.server_port},
        "client": {"ip": who.client_ip, "port": who.client_port},
        "user_agent": {"original": who.user_agent},
        "tls": {"version": redacted.tls_version},
        "organization": {"name": who.team},
        "service": {"name": who.service, "environment": who.environment},
        "user": {"name": who.user},
        "labels": dict(who.labels),
        "trace": {"id": who.trace_id},
        "span": {"id": who.span_id},
        "host": {"name": _HOST},
        "observer": {"type": "proxy", "product": "llmtap", "version": __version__, "hostname": _HOST},
    }


def _cost(cost: Cost) -> dict[str, object]:
    """Return what a call cost, and in which currency, where any amount is known."""
    amounts: dict[str, object] = {
        "total": cost.total,
        "input": cost.input,
        "output": cost.output,
        "cache_read": cost.cache_read,
        "cache_write": cost.cache_write,
        "reported": cost.reported,
        "computed": cost.computed,
        "estimated": cost.estimated,
    }
    return {
        **amounts,
        "currency": cost.currency if any(amount is not None for amount in amounts.values()) else None,
        "source": cost.source,
        "status": cost.status,
        "pricing": cost.pricing,
        "pricing_version": cost.pricing_version,
    }


_API_TYPES = {"openai_chat": "chat_completions", "openai_responses": "responses"}
"""`openai.api.type` knows these two values (OTel GenAI, OpenAI client spans)."""


def _allowance(quota: Allowance) -> dict[str, object] | None:
    return (
        None
        if quota is _UNLIMITED.requests
        else {"limit": quota.limit, "remaining": quota.remaining, "reset": quota.reset}
    )
