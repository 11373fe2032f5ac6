"""A request as far as the simulated answer depends on it, and how events are written; no dialect is known here.

The answer to a prompt is the same words streamed and not. Counting is simple, so that a test can say the figures
beforehand: every word of the request is an input token, every word of the answer an output token. A request whose
input reaches 1024 tokens, or that has `cache_control`, or whose model asks for `cached`, gets cache figures.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Literal

type Json = dict[str, object]
type Dialect = Literal["chat", "responses", "embeddings", "messages"]

ANSWER = "The capital of France is Paris — a city on the Seine, known for its light. "
RESOLVED = {
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4o": "gpt-4o-2024-08-06",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
}


@dataclass(frozen=True)
class Ask:
    """A request body as far as the answer depends on it; `words` are those of the answer, `model` is resolved."""

    dialect: Dialect
    model: str
    stream: bool
    words: tuple[str, ...]
    input_tokens: int
    cached: bool = False
    include_usage: bool = False
    tool: str | None = None
    inputs: int = 1
    created: int = field(default_factory=lambda: int(time.time()))
    token: str = field(default_factory=lambda: secrets.token_hex(12))


def word_count(value: object) -> int:
    """Return how many words stand in the strings of a JSON value."""
    match value:
        case str():
            return len(value.split())
        case dict():
            return sum(word_count(item) for key, item in value.items() if key not in ("role", "type", "cache_control"))
        case list():
            return sum(word_count(item) for item in value)
        case _:
            return 0


def answer(count: int | None = None) -> tuple[str, ...]:
    """Return the words of an answer, each with the space after it: the usual sentence, or `count` words of it."""
    words = [word + " " for word in ANSWER.split()]
    return tuple(words) if count is None else tuple(words[number % len(words)] for number in range(count))


def read(dialect: Dialect, body: bytes, model: str, words: tuple[str, ...], *, cached: bool) -> Ask:
    """Return what `body` asks for; `model` is the requested model without the words that steer."""
    try:
        value = json.loads(body)
    except ValueError:
        value = {}
    value = value if isinstance(value, dict) else {}
    prompt = [value.get(key) for key in ("messages", "input", "system", "instructions")]
    tools = value.get("tools") or [{}]
    name = tools[0].get("name") or (tools[0].get("function") or {}).get("name")
    answered = any(kind in json.dumps(prompt) for kind in ('"tool"', '"tool_result"', '"function_call_output"'))
    many = isinstance(value.get("input"), list)
    tokens = word_count(prompt)
    return Ask(
        dialect,
        RESOLVED.get(model, model),
        value.get("stream") is True,
        words,
        tokens,
        cached=cached or tokens >= 1024 or b'"cache_control"' in body,
        include_usage=bool((value.get("stream_options") or {}).get("include_usage")),
        tool=None if answered else name,
        inputs=len(value["input"]) if many else 1,
    )


def data(value: Json) -> bytes:
    """Return a nameless event, as the Chat Completions API sends it."""
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def named(value: Json) -> bytes:
    """Return an event whose name is the `type` of its value, as the Responses and Messages APIs send it."""
    return f"event: {value['type']}\n".encode() + data(value)


def arguments(ask: Ask) -> list[str]:
    """Return the pieces of the tool call's arguments; empty when the answer is words."""
    return ['{"place":', ' "Paris"', "}"] if ask.tool else []
