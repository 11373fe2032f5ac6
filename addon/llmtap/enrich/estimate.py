"""How many tokens a call had that its provider did not count: an estimate, never put where reported counts stand.

Counted with the offline vocabulary o200k when the extra `llmtap[tokenizer]` is installed, else one token for four bytes
of UTF-8. Only what was seen is counted: hidden reasoning, images and tool descriptions are not, so an estimate is a
lower bound. Measured against reported counts (providers.md 2.3): o200k is off by 4 % on OpenAI's and 14 % on
Anthropic's answers (which is corrected), the ratio by 47 % for nine answers in ten.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference, Message

type Method = Literal["o200k", "ratio"]

BYTES_PER_TOKEN = 4
ANTHROPIC_FACTOR = 1.17
"""What a count by o200k is short of on Claude's current vocabulary (providers.md 2.3)."""
PER_MESSAGE = 3
"""Tokens around each message, and once more before the answer (OpenAI's chat format)."""
LONGEST = 4 * 1024 * 1024
"""Characters that are counted; what is beyond is taken to be like what is before."""
REFUSED = 300
"""HTTP statuses from here on are no answer of a model, and cost nothing."""
_GENERATING = frozenset({"chat", "text_completion", "generate_content", "invoke_agent"})
"""Operations that are billed by the tokens of what was said on both sides."""
_INPUT_ONLY = frozenset({"embeddings"})


@dataclass(frozen=True, slots=True)
class Estimate:
    """Token counts where none were reported; a side that was reported is None here."""

    input_tokens: int | None
    output_tokens: int | None
    method: Method


def estimate(exchange: Exchange, inference: Inference) -> Estimate | None:
    """Return the counts that are missing from a call that was answered, even in part; None when nothing is missing.

    A call that was refused, or of which nothing could be read, has no estimate, and neither has one that is not billed
    by its words: stored answers, token counting, moderation, images and sound; an embedding has none of its output. Of
    an answer in the background of which nothing was said yet, whoever fetches it learns the usage.
    """
    response, usage = inference.response, inference.response.usage
    if response.background and usage is None and not response.messages:
        return None
    if exchange.response is None or exchange.response.status >= REFUSED or (response.error and not response.messages):
        return None
    if inference.operation not in _GENERATING | _INPUT_ONLY or "response.not_json" in inference.problems:
        return None
    if usage is None and not (response.messages or response.finish_reasons or response.id):
        return None
    asked, answered = inference.request.messages, response.messages
    missing_input = (usage is None or usage.input_tokens is None) and _worded(asked)
    missing_output = (usage is None or usage.output_tokens is None) and _worded(answered)
    missing_output = missing_output and inference.operation not in _INPUT_ONLY
    if not missing_input and not missing_output:
        return None
    method, count = _counter()
    factor = ANTHROPIC_FACTOR if method == "o200k" and inference.wire_format == "anthropic_messages" else 1.0
    return Estimate(
        round(factor * (_count(asked, count) + PER_MESSAGE * (len(asked) + 1))) if missing_input else None,
        round(factor * _count(answered, count)) if missing_output else None,
        method,
    )


def _worded(messages: Sequence[Message]) -> bool:
    """Whether there is anything to count: of a medium alone the tokens are unknown, not 0."""
    return any(part.text for message in messages for part in message.parts if part.kind != "media")


def _count(messages: Sequence[Message], count: Callable[[str], int]) -> int:
    text = "\n".join(part.text for message in messages for part in message.parts if part.kind != "media")
    if len(text) <= LONGEST:
        return count(text)
    return round(count(text[:LONGEST]) * len(text) / LONGEST)


def by_ratio(text: str) -> int:
    """Return the number of tokens in `text` by its length: one for four bytes of UTF-8, the last one begun."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


@cache
def _counter() -> tuple[Method, Callable[[str], int]]:
    """Return the best way to count there is; the vocabulary takes 0.3 s to load, once."""
    try:
        tokenizer = importlib.import_module("toktok")
    except ImportError:
        return "ratio", by_ratio

    def by_vocabulary(text: str) -> int:
        counts: Sequence[int] = tokenizer.batch_count([text.encode("utf-8", "replace").decode()], "o200k_base")
        return int(counts[0])

    return "o200k", by_vocabulary
