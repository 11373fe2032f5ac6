"""Durations: they are ordered, do not depend on where the clock began, and are absent where nothing was observed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Chunk
from llmtap.decode.inference import Inference, InferenceResponse, Message, Part, Usage
from llmtap.enrich.latency import Latency, measure, nearest_rank
from tests.enrich.call import exchange, inference, timed

WAITS = st.lists(st.integers(0, 5_000_000), min_size=1, max_size=40)
"""Microseconds from one chunk to the next; the instants are multiples of a microsecond far from any rounding."""


def streamed(waits: list[int], origin: float) -> tuple[Latency, list[float]]:
    """Return the latency of a stream whose chunks came `waits` apart, and the instants of the chunks."""
    instants = [origin + sum(waits[: place + 1]) / 1_000_000 for place in range(len(waits))]
    chunks: tuple[Chunk, ...] = tuple((instant, b"x") for instant in instants)
    call = timed(exchange(), *chunks, origin=origin, ended_at=instants[-1])
    answer = replace(inference(Usage(output_tokens=50)), content_times=tuple(instants))
    return measure(call, answer), instants


@given(waits=WAITS)
def test_instants_are_in_the_order_of_a_call(waits: list[int]) -> None:
    """First byte, first token, last token and end come in this order, and nothing is negative."""
    latency, _ = streamed(waits, 0.0)
    assert latency.first_byte is not None
    assert latency.first_token is not None
    assert latency.last_token is not None
    assert latency.duration is not None
    assert 0 <= latency.first_byte <= latency.first_token <= latency.last_token <= latency.duration
    if latency.gap_p50 is not None and latency.gap_p95 is not None and latency.gap_max is not None:
        assert 0 < latency.gap_p50 <= latency.gap_p95 <= latency.gap_max


@given(waits=WAITS, shift=st.integers(-1000, 1_000_000))
def test_the_origin_of_the_clock_does_not_matter(waits: list[int], shift: int) -> None:
    """A call measured by a clock that began earlier has the same durations (but for the last bits of a float)."""
    here, _ = streamed(waits, 0.0)
    there, _ = streamed(waits, float(shift))
    assert (here.gap_max is None) == (there.gap_max is None)
    for name in ("duration", "first_byte", "first_token", "last_token", "gap_max"):
        one, other = getattr(here, name), getattr(there, name)
        assert one is other is None or abs(one - other) < 1e-6


def test_what_was_not_observed_is_none() -> None:
    """A recording without instants has no durations."""
    assert measure(timed(exchange(), (None, b"{}"), origin=None), inference()) == Latency()


def test_a_call_without_response_has_a_duration_only() -> None:
    """A refused connection lasted until the refusal was noticed."""
    call = replace(exchange(), response=None, headers_at=None, ended_at=100.25)
    assert measure(call, inference()) == Latency(duration=0.25)


def test_an_unstreamed_answer_has_no_tokens_in_time() -> None:
    """Headers, first byte and end are known of a plain answer; first token, gaps and speed are not."""
    expected = Latency(duration=2.0, headers=0.5, first_byte=1.0)
    assert measure(exchange(), inference(Usage(output_tokens=10))) == expected


def test_a_clock_that_runs_backwards_gives_zero() -> None:
    """An instant before the origin (two recorders disagreed) counts as the origin."""
    assert measure(timed(exchange(), origin=100.0, ended_at=99.0), inference()).duration == 0.0


def test_gaps_are_those_between_arrivals() -> None:
    """Events that arrived in one chunk are one arrival, so the gaps are 1, 3 and 2 seconds."""
    times = (101.0, 101.0, 102.0, 105.0, 107.0)
    latency = measure(exchange(), replace(inference(), content_times=times))
    assert (2.0, 3.0, 3.0) == (latency.gap_p50, latency.gap_p95, latency.gap_max)


def test_one_arrival_has_no_gap_and_no_speed() -> None:
    """A stream whose content came at one instant has a first token and nothing between."""
    latency = measure(exchange(), replace(inference(Usage(output_tokens=9)), content_times=(101.0, 101.0)))
    assert (1.0, None, None) == (latency.first_token, latency.gap_max, latency.output_tokens_per_second)


def answer(kind: str, usage: Usage) -> Inference:
    """Return a stream over two seconds that showed its reasoning, or did not."""
    part = Part("reasoning" if kind == "reasoning" else "text", "…")
    response = InferenceResponse(usage=usage, messages=(Message("assistant", (part,)),))
    return replace(inference(), response=response, content_times=(101.0, 103.0))


def test_speed_is_tokens_over_their_span() -> None:
    """100 tokens that arrived over two seconds are 50 a second; without a count there is no speed."""
    assert measure(exchange(), answer("text", Usage(output_tokens=100))).output_tokens_per_second == 50.0
    assert measure(exchange(), answer("text", Usage())).output_tokens_per_second is None


def test_hidden_reasoning_does_not_make_a_stream_faster() -> None:
    """Reasoning tokens count when they were streamed, and not when they were only billed."""
    usage = Usage(output_tokens=100, reasoning_output_tokens=80)
    assert measure(exchange(), answer("text", usage)).output_tokens_per_second == 10.0
    assert measure(exchange(), answer("reasoning", usage)).output_tokens_per_second == 50.0


def test_nearest_rank_is_a_value_that_occurred() -> None:
    """The 95th of 100 values is the p95, the only one of one, and none of none."""
    assert nearest_rank(range(1, 101), 0.95) == 95
    assert nearest_rank([7.0], 0.95) == 7.0
    assert nearest_rank([], 0.95) is None
