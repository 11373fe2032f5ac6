"""Estimates: only for what is missing, only for calls that were answered, and never less than nothing."""

from dataclasses import replace
from typing import Any

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
from llmtap.enrich.estimate import LONGEST, Estimate, by_ratio, estimate

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


@pytest.mark.parametrize("operation", ["chat", "text_completion", "generate_content", "invoke_agent"])
def test_what_is_billed_by_its_words(operation: str) -> None:
    """Whatever speaks has an estimate of both sides."""
    assert estimate(EXCHANGE, replace(INFERENCE, operation=operation)) == Estimate(10, 6, "ratio")


def test_an_answer_in_the_background_is_another_s_to_count() -> None:
    """While nothing was said of it; what was said is estimated, and so is what nobody said was in the background."""
    queued = InferenceResponse(id="resp_1", background=True)
    assert estimate(EXCHANGE, replace(INFERENCE, response=queued)) is None
    assert estimate(EXCHANGE, replace(INFERENCE, response=replace(queued, background=None))) == Estimate(
        10, None, "ratio"
    )
    assert estimate(EXCHANGE, replace(INFERENCE, response=replace(queued, usage=Usage(None, 5)))) == Estimate(
        10, None, "ratio"
    )
    said = replace(ANSWERED, background=True)
    assert estimate(EXCHANGE, replace(INFERENCE, response=said)) == Estimate(10, 6, "ratio")


@pytest.mark.parametrize("sign", [{"id": "1"}, {"finish_reasons": ("stop",)}, {"usage": Usage(None, 0)}])
def test_an_answer_without_words_was_asked_for(sign: dict[str, Any]) -> None:
    """Any sign that a model answered is enough for what was asked."""
    found = estimate(EXCHANGE, replace(INFERENCE, response=InferenceResponse(**sign)))
    assert found == Estimate(10, None, "ratio")


def test_a_redirection_is_no_answer() -> None:
    """Statuses from 300 on are none of a model."""
    assert estimate(replace(EXCHANGE, response=Response(300)), INFERENCE) is None
    assert estimate(replace(EXCHANGE, response=Response(299)), INFERENCE) == Estimate(10, 6, "ratio")


def test_claude_has_more_tokens_than_o200k_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count by the vocabulary is corrected for Anthropic's format; one by length, and one of others, is not."""
    claude = replace(INFERENCE, wire_format="anthropic_messages")
    assert estimate(EXCHANGE, claude) == Estimate(10, 6, "ratio")
    monkeypatch.setattr("llmtap.enrich.estimate._counter", lambda: ("o200k", by_ratio))
    assert estimate(EXCHANGE, claude) == Estimate(12, 7, "o200k")
    assert estimate(EXCHANGE, INFERENCE) == Estimate(10, 6, "o200k")


def test_of_what_is_long_the_beginning_is_counted() -> None:
    """And the rest is taken to be like it."""
    text = "a" * LONGEST + "é" * LONGEST
    answer = InferenceResponse(messages=(Message("assistant", (Part("text", text),)),))
    assert estimate(EXCHANGE, Inference("chat", None, response=answer)) == Estimate(None, LONGEST // 2, "ratio")


def test_nothing_to_count() -> None:
    """Where neither question nor answer could be read there is no estimate."""
    assert estimate(EXCHANGE, Inference("chat", None)) is None


@given(st.text(), st.text())
def test_ratio(one: str, other: str) -> None:
    """The ratio counts any text, more text as no fewer tokens, and nothing only for nothing."""
    assert by_ratio(one + other) >= max(by_ratio(one), by_ratio(other))
    assert (by_ratio(one) == 0) == (one == "")
