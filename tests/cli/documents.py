"""Documents as the store holds them: one plain, one streamed and cached, one without usage or price, one refused."""

import json
from datetime import UTC, datetime

type Json = dict[str, object]


def made(
    identity: str,
    *,
    provider: str = "openai",
    model: str = "gpt-4o-mini",
    tokens: tuple[int, int] | None = (100, 20),
    cached: int | None = None,
    cost: float | None = 0.001,
    first_token: float | None = None,
    error: str | None = None,
    team: str | None = None,
    at: str | None = None,
) -> tuple[str, bytes]:
    """Return a document with its id, shaped as `export/document.py` shapes it; a call of just now without `at`."""
    usage: Json = {} if tokens is None else {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    if cached is not None:
        usage["cache_read"] = {"input_tokens": cached}
    document: Json = {
        "@timestamp": datetime.now(UTC).isoformat() if at is None else at,
        "event": {"id": identity, "outcome": "failure" if error else "success", "duration": 1_500_000_000},
        "gen_ai": {
            "operation": {"name": "chat"},
            "provider": {"name": provider},
            "request": {"model": model},
            "usage": usage,
        },
        "llmtap": {
            "route": "direct",
            "cost": {"status": "unpriced"} if cost is None else {"total": cost, "currency": "USD", "status": "priced"},
            "latency": {} if first_token is None else {"first_token": first_token},
            "usage": {"source": "absent" if tokens is None else "reported"},
        },
        "client": {"ip": "127.0.0.1", "port": 40000},
    }
    if error:
        document["error"] = {"type": error}
    if team:
        document["organization"] = {"name": team}
    return identity, json.dumps(document).encode()


DOCUMENTS = [
    made("01a20c53-0000-7000-8000-0000aaaa0001", team="payments"),
    made("01a20c53-0000-7000-8000-0000aaaa0002", cached=64, first_token=0.25, team="payments"),
    made("01a20c53-0000-7000-8000-0000aaaa0003", provider="anthropic", model="claude-x", tokens=None, cost=None),
    made("01a20c53-0000-7000-8000-0000aaaa0004", tokens=None, cost=None, error="rate_limit_exceeded"),
]
