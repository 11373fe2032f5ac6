"""One call of which everything is known, field by field: what stands where, under which name, in which unit."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from llmtap import __version__
from llmtap.capture.exchange import Endpoint, Failure
from llmtap.decode.inference import ProviderError
from llmtap.enrich.cost import Cost
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.latency import Latency
from llmtap.enrich.limits import Allowance, Limits
from llmtap.export.document import document
from tests.export.test_document import EXCHANGE, INFERENCE, RESPONSE, redacted

TOTAL, *PARTS = (Decimal(number) / 8 for number in range(1, 8))
COST = Cost(
    "priced",
    total=TOTAL,
    input=PARTS[0],
    output=PARTS[1],
    cache_read=PARTS[2],
    cache_write=PARTS[3],
    reported=PARTS[4],
    computed=PARTS[5],
    currency="EUR",
    source="reported",
    pricing="provider:openai/gpt-4o-mini",
    pricing_version="0.2.3",
    estimated=Decimal(2),
)
LATENCY = Latency(0.125, 0.25, 0.5, 0.75, 1.5, 0.0625, 0.375, 0.625, 80.0)
QUOTAS = [Allowance(number, number + 1, number + 0.5) for number in (10, 20, 30, 40)]
LIMITS = Limits(
    requests=QUOTAS[0],
    tokens=QUOTAS[1],
    input_tokens=QUOTAS[2],
    output_tokens=QUOTAS[3],
    retry_after=2.0,
    server=0.25,
    retry_count=1,
    idempotency_key=True,
)
EXPECTED: dict[str, object] = {
    "@timestamp": "2026-09-21T14:13:20.000Z",
    "data_stream.type": "logs",
    "data_stream.dataset": "llmtap.calls",
    "ecs.version": "9.4.0",
    "event.id": EXCHANGE.id,
    "event.kind": "event",
    "event.category": ["api", "web"],
    "event.type": ["access"],
    "event.action": "llm-call",
    "event.dataset": "llmtap.calls",
    "event.module": "llmtap",
    "event.outcome": "success",
    "event.start": "2026-09-21T14:13:20.000Z",
    "event.end": "2026-09-21T14:13:20.125Z",
    "event.duration": 125000000,
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.conversation.id": "conv_1",
    "gen_ai.output.type": "text",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.request.stream": True,
    "gen_ai.request.max_tokens": 64,
    "gen_ai.request.temperature": 0.2,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 40,
    "gen_ai.request.frequency_penalty": 0.1,
    "gen_ai.request.presence_penalty": 0.3,
    "gen_ai.request.seed": 7,
    "gen_ai.request.choice.count": 2,
    "gen_ai.request.encoding_formats": ["float"],
    "gen_ai.request.reasoning.level": "low",
    "gen_ai.request.previous_response.id": "resp_0",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.response.time_to_first_chunk": 0.75,
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 101,
    "gen_ai.usage.cache_read.input_tokens": 102,
    "gen_ai.usage.cache_write.input_tokens": 103,
    "gen_ai.usage.reasoning.output_tokens": 106,
    "gen_ai.usage.text.input_tokens": 107,
    "gen_ai.usage.text.output_tokens": 108,
    "gen_ai.usage.audio.input_tokens": 109,
    "gen_ai.usage.audio.output_tokens": 110,
    "gen_ai.usage.audio.cache_read.input_tokens": 111,
    "gen_ai.usage.image.input_tokens": 112,
    "gen_ai.usage.image.output_tokens": 113,
    "gen_ai.usage.image.cache_read.input_tokens": 114,
    "openai.api.type": "chat_completions",
    "openai.request.service_tier": "auto",
    "openai.response.service_tier": "default",
    "openai.response.system_fingerprint": "fp_1",
    "llmtap.schema_version": "1",
    "llmtap.wire_format": "openai_chat",
    "llmtap.provider.known": True,
    "llmtap.provider.served_by": "novita",
    "llmtap.gateway.name": "cloudflare",
    "llmtap.route": "relay",
    "llmtap.relay.name": "holysheep",
    "llmtap.relay.host": "api.holysheep.ai",
    "llmtap.cost.total": 0.125,
    "llmtap.cost.input": 0.25,
    "llmtap.cost.output": 0.375,
    "llmtap.cost.cache_read": 0.5,
    "llmtap.cost.cache_write": 0.625,
    "llmtap.cost.reported": 0.75,
    "llmtap.cost.computed": 0.875,
    "llmtap.cost.estimated": 2,
    "llmtap.cost.currency": "EUR",
    "llmtap.cost.source": "reported",
    "llmtap.cost.status": "priced",
    "llmtap.cost.pricing": "provider:openai/gpt-4o-mini",
    "llmtap.cost.pricing_version": "0.2.3",
    "llmtap.usage.source": "partial",
    "llmtap.usage.estimated.input_tokens": 5,
    "llmtap.usage.estimated.output_tokens": 6,
    "llmtap.usage.estimated.method": "ratio",
    "llmtap.usage.total_tokens": 201,
    "llmtap.usage.cache_write_5m_tokens": 104,
    "llmtap.usage.cache_write_1h_tokens": 105,
    "llmtap.usage.cache_write_30m_tokens": 123,
    "llmtap.usage.cache_write_12h_tokens": 124,
    "llmtap.usage.video_input_tokens": 115,
    "llmtap.usage.video_output_tokens": 116,
    "llmtap.usage.tool_input_tokens": 117,
    "llmtap.usage.image_tool_input_tokens": 118,
    "llmtap.usage.image_tool_image_input_tokens": 119,
    "llmtap.usage.image_tool_output_tokens": 120,
    "llmtap.usage.svg_input_tokens": 121,
    "llmtap.usage.svg_output_tokens": 122,
    "llmtap.usage.accepted_prediction_output_tokens": 125,
    "llmtap.usage.rejected_prediction_output_tokens": 126,
    "llmtap.usage.citation_tokens": 127,
    "llmtap.usage.web_searches": 128,
    "llmtap.usage.web_fetches": 129,
    "llmtap.usage.social_searches": 130,
    "llmtap.usage.file_searches": 131,
    "llmtap.usage.code_executions": 132,
    "llmtap.usage.server_tool_calls": 133,
    "llmtap.usage.search_units": 134,
    "llmtap.usage.classifications": 135,
    "llmtap.usage.pages": 136,
    "llmtap.usage.annotated_pages": 137,
    "llmtap.usage.text_messages": 138,
    "llmtap.usage.characters": 139,
    "llmtap.usage.images": 140,
    "llmtap.usage.input_images": 141,
    "llmtap.usage.credits": 0.5,
    "llmtap.usage.audio_seconds": 1.5,
    "llmtap.usage.video_seconds": 8,
    "llmtap.service_tier.request": "auto",
    "llmtap.service_tier.response": "default",
    "llmtap.speed": "fast",
    "llmtap.inference_geo": "us",
    "llmtap.search_context": "low",
    "llmtap.latency.headers": 0.25,
    "llmtap.latency.first_byte": 0.5,
    "llmtap.latency.first_token": 0.75,
    "llmtap.latency.last_token": 1.5,
    "llmtap.latency.gap_p50": 0.0625,
    "llmtap.latency.gap_p95": 0.375,
    "llmtap.latency.gap_max": 0.625,
    "llmtap.latency.output_tokens_per_second": 80.0,
    "llmtap.latency.server": 0.25,
    "llmtap.limits.requests.limit": 10,
    "llmtap.limits.requests.remaining": 11,
    "llmtap.limits.requests.reset": 10.5,
    "llmtap.limits.tokens.limit": 20,
    "llmtap.limits.tokens.remaining": 21,
    "llmtap.limits.tokens.reset": 20.5,
    "llmtap.limits.input_tokens.limit": 30,
    "llmtap.limits.input_tokens.remaining": 31,
    "llmtap.limits.input_tokens.reset": 30.5,
    "llmtap.limits.output_tokens.limit": 40,
    "llmtap.limits.output_tokens.remaining": 41,
    "llmtap.limits.output_tokens.reset": 40.5,
    "llmtap.limits.retry_after": 2.0,
    "llmtap.retry.count": 1,
    "llmtap.retry.idempotency_key": True,
    "llmtap.stream.chunks": 5,
    "llmtap.stream.completed": True,
    "llmtap.finish_reasons": ["stop"],
    "llmtap.tools.requested": 2,
    "llmtap.tools.called": 1,
    "llmtap.capture.request_bytes_dropped": 3,
    "llmtap.capture.response_bytes_dropped": 4,
    "llmtap.capture.problems": ["response.encoding"],
    "llmtap.caller.key_hash": "k",
    "llmtap.caller.organization_hash": "o",
    "llmtap.caller.project_hash": "p",
    "llmtap.end_user.hash": "e",
    "http.version": "HTTP/1.1",
    "http.request.method": "POST",
    "http.request.id": "req-1",
    "http.request.mime_type": "application/json",
    "http.request.body.bytes": 2,
    "http.response.status_code": 200,
    "http.response.mime_type": "text/event-stream",
    "http.response.body.bytes": 4,
    "url.scheme": "https",
    "url.domain": "api.openai.com",
    "url.port": 443,
    "url.path": "/v1/chat/completions",
    "server.address": "api.holysheep.ai",
    "server.port": 8443,
    "client.ip": "10.0.0.1",
    "client.port": 5000,
    "user_agent.original": "curl/8",
    "tls.version": "TLSv1.3",
    "organization.name": "payments",
    "service.name": "checkout",
    "service.environment": "production",
    "user.name": "ann",
    "labels.cost-centre": "7",
    "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "span.id": "00f067aa0ba902b7",
    "observer.type": "proxy",
    "observer.product": "llmtap",
    "observer.version": __version__,
}


def flat(value: object, prefix: str = "") -> dict[str, object]:
    """Return the fields of a document by their dotted names."""
    if not isinstance(value, dict):
        return {prefix.rstrip("."): value}
    return {name: field for key, inner in value.items() for name, field in flat(inner, f"{prefix}{key}.").items()}


def whole() -> dict[str, object]:
    """Return a document of a call of which everything is known."""
    endpoint = Endpoint("openai", known=True, gateway="cloudflare", served_by="novita")
    asked = replace(INFERENCE.request, presence_penalty=0.3, tools=("weather", "time"))
    kept = redacted(replace(EXCHANGE, endpoint=endpoint, server_port=8443), replace(INFERENCE, request=asked))
    who = replace(
        kept.attribution, user="ann", service="checkout", key_hash="k", organization="o", project="p", end_user_hash="e"
    )
    who = replace(who, labels=(("cost-centre", "7"),))
    kept = replace(kept, attribution=who, request_bytes_dropped=3, response_bytes_dropped=4)
    found: dict[str, object] = msgspec.json.decode(document(kept, COST, LATENCY, LIMITS, Estimate(5, 6, "ratio")).body)
    return found


def test_everything_stands_in_its_place() -> None:
    """No value is another's, nothing is left out, and a machine is named beside who observed."""
    found = flat(whole())
    assert found.pop("host.name") == found.pop("observer.hostname")
    assert found == EXPECTED


@pytest.mark.parametrize(
    ("error", "failure", "expected"),
    [
        (
            ProviderError("server_error", "overloaded", "try again"),
            None,
            {"error.type": "overloaded", "error.code": "overloaded", "error.message": "try again"},
        ),
        (
            None,
            Failure("stream_interrupted", "the upstream went"),
            {"error.type": "stream_interrupted", "error.message": "the upstream went"},
        ),
        (
            ProviderError("server_error"),
            Failure("client_disconnected", "the client went"),
            {"error.type": "server_error"},
        ),
    ],
)
def test_an_error_stands_in_its_place(
    error: ProviderError | None, failure: Failure | None, expected: dict[str, object]
) -> None:
    """What the provider says comes before how an answer broke off; an event of a failure is an error as well."""
    inference = replace(INFERENCE, response=replace(RESPONSE, error=error, completed=False))
    made = document(redacted(replace(EXCHANGE, failure=failure), inference), COST, LATENCY)
    found = flat(msgspec.json.decode(made.body))
    assert {name: value for name, value in found.items() if name.startswith("error.")} == expected
    assert (found["event.outcome"], found["event.type"]) == ("failure", ["access", "error"])
