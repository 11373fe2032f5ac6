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


@pytest.mark.parametrize(
    "operation", ["count_tokens", "retrieve", "moderation", "image_generation", "speech", "transcription", "rerank"]
)
def test_what_is_not_billed_by_its_words(operation: str) -> None:
    """Stored answers, token counting, moderation, images and sound have no estimate."""
    assert estimate(EXCHANGE, replace(INFERENCE, operation=operation)) is None


def test_embeddings() -> None:
    """An embedding has no output tokens, whatever could be read of it."""
    assert estimate(EXCHANGE, replace(INFERENCE, operation="embeddings")) == Estimate(10, None, "ratio")


def test_no_answer_costs_nothing() -> None:
    """A page that stands where an answer should, an empty body and a redirection have no estimate."""
    page = replace(INFERENCE, response=replace(ANSWERED, id="1"), problems=("response.not_json",))

    assert estimate(EXCHANGE, page) is None
    assert estimate(EXCHANGE, replace(INFERENCE, response=InferenceResponse(completed=False))) is None
    assert estimate(replace(EXCHANGE, response=Response(302)), INFERENCE) is None


def test_a_medium_is_unknown() -> None:
    """Where only a medium was sent or came back the tokens are unknown, not 0."""
    drawn = (Message("assistant", (Part("media", "image/png"),)),)
    heard = replace(INFERENCE, request=InferenceRequest(messages=drawn))

    assert estimate(EXCHANGE, heard) == Estimate(None, 6, "ratio")
    assert estimate(EXCHANGE, replace(INFERENCE, response=InferenceResponse(messages=drawn))) == Estimate(
        10, None, "ratio"
    )


def test_nothing_to_count() -> None:
    """Where neither question nor answer could be read there is no estimate."""
    assert estimate(EXCHANGE, Inference("chat", None)) is None


@given(st.text(), st.text())
def test_ratio(one: str, other: str) -> None:
    """The ratio counts any text, more text as no fewer tokens, and nothing only for nothing."""
    assert by_ratio(one + other) >= max(by_ratio(one), by_ratio(other))
    assert (by_ratio(one) == 0) == (one == "")
