"""What api.anthropic.com answers, as JSON and as the events of a stream; nothing here touches a socket."""

import json

from tests.fakes.ask import Ask, Json, arguments, named

CACHE_READ, CACHE_WRITE_5M, CACHE_WRITE_1H = 2048, 512, 256
"""The cache figures of a cached answer: Anthropic counts them beside `input_tokens`, not inside (providers.md 1.6)."""


def _usage(ask: Ask, output_tokens: int) -> Json:
    read, five, hour = (CACHE_READ, CACHE_WRITE_5M, CACHE_WRITE_1H) if ask.cached else (0, 0, 0)
    return {
        "input_tokens": ask.input_tokens,
        "cache_creation_input_tokens": five + hour,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }


def _output_tokens(ask: Ask) -> int:
    return len(arguments(ask)) or len(ask.words)


def message(ask: Ask) -> Json:
    """Return a whole Message (docs.anthropic.com/en/api/messages)."""
    text: Json = {"type": "text", "text": "".join(ask.words)}
    if ask.tool:
        text = {
            "type": "tool_use",
            "id": f"toolu_{ask.token}",
            "name": ask.tool,
            "input": json.loads("".join(arguments(ask))),
        }
    return {
        "id": f"msg_{ask.token}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": [text],
        "stop_reason": "tool_use" if ask.tool else "end_turn",
        "stop_sequence": None,
        "usage": _usage(ask, _output_tokens(ask)),
    }


def events(ask: Ask) -> list[bytes]:
    """Return the events of a streamed Message (docs.anthropic.com/en/api/messages-streaming)."""
    begun = message(ask) | {"content": [], "stop_reason": None, "usage": _usage(ask, 1)}
    block: Json = {"type": "text", "text": ""}
    deltas: list[Json] = [{"type": "text_delta", "text": word} for word in ask.words]
    if ask.tool:
        block = {"type": "tool_use", "id": f"toolu_{ask.token}", "name": ask.tool, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in arguments(ask)]
    end: Json = {"stop_reason": "tool_use" if ask.tool else "end_turn", "stop_sequence": None}
    values: list[Json] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": _usage(ask, _output_tokens(ask))},
        {"type": "message_stop"},
    ]
    return [named(value) for value in values]


def error(status: int, message: str | None = None) -> Json:
    """Return an error body as Anthropic words it (docs.anthropic.com/en/api/errors)."""
    kind, words = {
        400: ("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        401: ("authentication_error", "invalid x-api-key"),
        403: ("permission_error", "Your API key does not have permission to use the specified resource."),
        404: ("not_found_error", "model: unknown"),
        413: ("request_too_large", "Request exceeds the maximum size"),
        429: (
            "rate_limit_error",
            "This request would exceed your organization's rate limit of 50 requests per minute.",
        ),
        529: ("overloaded_error", "Overloaded"),
    }.get(status, ("api_error", "Internal server error"))
    return {"type": "error", "error": {"type": kind, "message": message or words}, "request_id": "req_011CSimulated"}


def error_event() -> bytes:
    """Return an error inside a stream that began with 200."""
    return named({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})


def headers(ask: Ask) -> list[tuple[str, str]]:
    """Return the headers that stand beside every answer of api.anthropic.com (providers.md 1.9)."""
    limits = {"requests": 50, "input-tokens": 50000, "output-tokens": 10000}
    return [
        ("request-id", f"req_{ask.token}"),
        ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
        *((f"anthropic-ratelimit-{name}-limit", str(limit)) for name, limit in limits.items()),
        *((f"anthropic-ratelimit-{name}-remaining", str(limit - 1)) for name, limit in limits.items()),
        *((f"anthropic-ratelimit-{name}-reset", "2026-01-01T00:00:00Z") for name in limits),
        ("cf-cache-status", "DYNAMIC"),
        ("server", "cloudflare"),
    ]
