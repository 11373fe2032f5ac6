"""Estimates: only for what is missing, only for calls that were answered, and never less than nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Endpoint, Exchange, Request, Response, new_id
from llmtap.decode.inference import (
    Inference,
    InferenceRequest,
    InferenceResponse,
    Message,
    Part,
    ProviderError,
    Usage,
)
from llmtap.enrich.estimate import Estimate, by_ratio, estimate

EXCHANGE = Exchange(
    new_id(), 0.0, None, Endpoint("openai"), Request("POST", "https", "h", 443, "/"), response=Response(200)
)
ASKED = InferenceRequest(messages=(Message("user", (Part("text", "Where is Paris?"), Part("media", "image/png"))),))
ANSWERED = InferenceResponse(messages=(Message("assistant", (Part("text", "In France, on the Seine."),)),))
INFERENCE = Inference("chat", "openai_chat", ASKED, ANSWERED)


@pytest.fixture(autouse=True)
def _by_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count by length, whether or not a tokenizer is installed here."""
    monkeypatch.setattr("llmtap.enrich.estimate._counter", lambda: ("ratio", by_ratio))


def with_usage(usage: Usage | None, error: ProviderError | None = None) -> Inference:
    """Return the call with that usage."""
    return replace(INFERENCE, response=replace(ANSWERED, usage=usage, error=error))


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Estimate(10, 6, "ratio")),
        (Usage(100), Estimate(None, 6, "ratio")),
        (Usage(None, 50), Estimate(10, None, "ratio")),
        (Usage(100, 50), None),
        (Usage(0, 0), None),
    ],
)
def test_only_what_is_missing(usage: Usage | None, expected: Estimate | None) -> None:
    """A side that was reported, be it 0, is not estimated."""
    assert estimate(EXCHANGE, with_usage(usage)) == expected


def test_refused_calls_cost_nothing() -> None:
    """A refusal, an error without any answer, and a call without response have no estimate."""
    refused = replace(EXCHANGE, response=Response(429))
    silent = replace(INFERENCE, response=InferenceResponse(error=ProviderError("overloaded_error")))

    assert estimate(refused, INFERENCE) is None
    assert estimate(EXCHANGE, silent) is None
    assert estimate(replace(EXCHANGE, response=None), INFERENCE) is None


def test_an_error_after_some_answer() -> None:
    """What came before an error in a stream was paid for, and is estimated."""
    assert estimate(EXCHANGE, with_usage(None, ProviderError("server_error"))) == Estimate(10, 6, "ratio")


def test_nothing_to_count() -> None:
    """Where neither question nor answer could be read there is no estimate."""
    assert estimate(EXCHANGE, Inference("chat", None)) is None


@given(st.text(), st.text())
def test_ratio(one: str, other: str) -> None:
    """The ratio counts any text, more text as no fewer tokens, and nothing only for nothing."""
    assert by_ratio(one + other) >= max(by_ratio(one), by_ratio(other))
    assert (by_ratio(one) == 0) == (one == "")
