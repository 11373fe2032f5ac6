"""Headers state on which terms a model ran, where the answer does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.answer import Answer
from llmtap.decode.inference import Usage
from llmtap.decode.usage.terms import streaming, termed


@pytest.mark.parametrize(
    ("header", "tier", "speed"),
    [
        ((b"X-Amzn-Bedrock-Service-Tier", b"flex"), "flex", None),
        ((b"x-gemini-service-tier", b"priority"), "priority", None),
        ((b"X-Amzn-Bedrock-PerformanceConfig-Latency", b"optimized"), None, "optimized"),
        ((b"x-gemini-service-tier", b" "), None, None),
        ((b"x-request-id", b"1"), None, None),
    ],
)
def test_a_header_fills_in(header: tuple[bytes, bytes], tier: str | None, speed: str | None) -> None:
    """In any case of its name."""
    answer = Answer()
    termed(answer, (header,))
    assert (answer.service_tier, answer.speed) == (tier, speed)


@pytest.mark.parametrize(("word", "asked"), [(b"enable", True), (b"disable", False), (b"?", None)])
def test_a_header_may_ask_for_a_stream(word: bytes, asked: bool | None) -> None:  # noqa: FBT001 -- the expected value
    """DashScope's body never says whether it wants one."""
    assert streaming(((b"X-DashScope-SSE", word),)) is asked
    assert streaming(((b"accept", word),)) is None


def test_what_the_answer_states_holds() -> None:
    """A header replaces nothing."""
    answer = Answer(service_tier="standard", usage=Usage(9, characters=3))
    termed(answer, ((b"x-gemini-service-tier", b"priority"), (b"dg-char-count", b"7")))
    assert (answer.service_tier, answer.usage) == ("standard", Usage(9, characters=3))


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ((b"character-cost", b"14"), Usage(credits=Decimal(14))),
        ((b"character-cost", b"7.5"), Usage(credits=Decimal("7.5"))),
        ((b"dg-char-count", b"14"), Usage(characters=14)),
        ((b"X-Compute-Tokens", b"7"), Usage(7)),
        ((b"x-prompt-tokens", b"7"), Usage(7)),
        ((b"x-generated-tokens", b"7"), Usage(output_tokens=7)),
        ((b"dg-char-count", b"1.5"), None),
        ((b"dg-char-count", b"-1"), None),
        ((b"character-cost", b"NaN"), None),
        ((b"character-cost", b"many"), None),
    ],
)
def test_what_is_billed(header: tuple[bytes, bytes], usage: Usage | None) -> None:
    """ElevenLabs counts credits, Deepgram characters, Hugging Face's servers tokens; what is no number is none."""
    answer = Answer()
    termed(answer, (header,))
    assert answer.usage == usage


@given(
    st.sampled_from([b"character-cost", b"dg-char-count", b"x-prompt-tokens", b"x-gemini-service-tier"]),
    st.binary(max_size=80),
)
def test_whatever_a_header_holds(name: bytes, value: bytes) -> None:
    """Nothing raises."""
    termed(Answer(), ((name, value),))
