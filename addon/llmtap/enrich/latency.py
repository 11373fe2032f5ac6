"""How fast: every duration of an exchange, in seconds since its request began; what was not observed is None.

Only instants of one monotonic clock are subtracted from one another, so nothing here is ever negative and a step of
the wall clock changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference


@dataclass(frozen=True, slots=True)
class Latency:
    """The durations of one exchange, in seconds.

    `headers`, `first_byte`, `first_token` and `last_token` are counted from the request's begin, as `duration` is; the
    two tokens exist for streams only. The gaps are those between the chunks that brought content (events that arrived
    in one chunk arrived at one instant). `output_tokens_per_second` is the speed between first and last token.
    """

    duration: float | None = None
    headers: float | None = None
    first_byte: float | None = None
    first_token: float | None = None
    last_token: float | None = None
    gap_p50: float | None = None
    gap_p95: float | None = None
    gap_max: float | None = None
    output_tokens_per_second: float | None = None


def measure(exchange: Exchange, inference: Inference) -> Latency:
    """Return the durations of an exchange, as far as its instants were recorded."""
    origin, times = exchange.origin, inference.content_times
    chunks = exchange.response.body.chunks if exchange.response else ()
    gaps = _gaps(times)
    return Latency(
        duration=_since(origin, exchange.ended_at),
        headers=_since(origin, exchange.headers_at),
        first_byte=_since(origin, chunks[0][0] if chunks else None),
        first_token=_since(origin, times[0] if times else None),
        last_token=_since(origin, times[-1] if times else None),
        gap_p50=nearest_rank(gaps, 0.50),
        gap_p95=nearest_rank(gaps, 0.95),
        gap_max=gaps[-1] if gaps else None,
        output_tokens_per_second=_speed(inference, sum(gaps)),
    )


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank, no interpolation)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _since(origin: float | None, instant: float | None) -> float | None:
    return None if origin is None or instant is None else max(0.0, instant - origin)


def _gaps(times: Sequence[float]) -> list[float]:
    """Return the distances between the distinct instants, smallest first."""
    gaps = sorted(map(sub, times[1:], times))
    if gaps and gaps[0] <= 0:
        instants = sorted(set(times))
        gaps = sorted(map(sub, instants[1:], instants))
    return gaps


def _speed(inference: Inference, span: float) -> float | None:
    """Return tokens per second over the span in which they arrived.

    Reasoning that is billed but never shown (OpenAI chat) was done before the first token, so it does not count.
    """
    usage = inference.response.usage
    if usage is None or usage.output_tokens is None or span <= 0:
        return None
    tokens = usage.output_tokens
    if not any(part.kind == "reasoning" for message in inference.response.messages for part in message.parts):
        tokens -= usage.reasoning_output_tokens or 0
    speed = tokens / span
    return speed if tokens > 0 and math.isfinite(speed) else None
