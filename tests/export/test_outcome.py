"""Outcomes: an answer that is no answer is a failure, and what is no fault of the call is none."""

from dataclasses import replace

import pytest

from llmtap.capture.exchange import Body, Failure, Response
from llmtap.decode.inference import ProviderError, Usage
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.privacy import Redacted
from llmtap.export.outcome import outcome, usage_source
from tests.export.test_document import EXCHANGE, INFERENCE, RESPONSE, redacted

UNDER_THE_CAP = replace(EXCHANGE, response=Response(200))


def answered(
    *problems: str,
    operation: str = "chat",
    wire_format: str | None = "openai_chat",
    reasons: tuple[str, ...] = (),
    completed: bool | None = None,
    mime: bytes = b"text/html",
    dropped: int = 0,
) -> Redacted:
    """Return a call answered with 200, of which nothing says that it failed but the problems and reasons given."""
    response = replace(RESPONSE, finish_reasons=reasons, completed=completed)
    inference = replace(
        INFERENCE, operation=operation, wire_format=wire_format, response=response, problems=tuple(problems)
    )
    body = Body(((101.0, b"data"),), 4 + dropped, dropped)
    return redacted(replace(EXCHANGE, response=Response(200, ((b"content-type", mime),), body)), inference)


@pytest.mark.parametrize(
    ("failure", "error", "status", "completed", "expected"),
    [
        (None, None, 200, None, ("success", None)),
        (None, None, 200, True, ("success", None)),
        (None, None, 200, False, ("failure", "stream_interrupted")),
        (None, None, 502, None, ("failure", "http_502")),
        (None, ProviderError("rate_limit_error", "429"), 429, None, ("failure", "rate_limit_error")),
        (None, ProviderError(None, "1302"), 200, None, ("failure", "1302")),
        (None, ProviderError(message="text"), 500, None, ("failure", "http_500")),
        (Failure("client_disconnected", ""), None, 200, False, ("failure", "client_disconnected")),
        (Failure("client_disconnected", ""), None, 529, None, ("failure", "http_529")),
        (Failure("client_disconnected", ""), None, 200, True, ("success", None)),
        (
            Failure("client_disconnected", ""),
            ProviderError("overloaded_error"),
            529,
            None,
            ("failure", "overloaded_error"),
        ),
        (Failure("client_disconnected", ""), ProviderError("server_error"), 200, False, ("failure", "server_error")),
        (
            Failure("stream_interrupted", ""),
            ProviderError(message="text"),
            200,
            False,
            ("failure", "stream_interrupted"),
        ),
    ],
)
def test_outcome(
    failure: Failure | None,
    error: ProviderError | None,
    status: int,
    completed: bool | None,  # noqa: FBT001 -- a parameter of the table
    expected: tuple[str, str | None],
) -> None:
    """The outcome comes from the provider's error, a refusal's status, the transport and the missing end marker."""
    response = replace(RESPONSE, error=error, completed=completed)
    exchange = replace(EXCHANGE, failure=failure, response=Response(status))

    assert outcome(redacted(exchange, replace(INFERENCE, response=response))) == expected


@pytest.mark.parametrize(
    ("usage", "completed", "expected"),
    [
        (Usage(1, 2), True, "reported"),
        (Usage(1, 2), None, "reported"),
        (Usage(1), False, "partial"),
        (None, False, "absent"),
    ],
)
def test_usage_source(usage: Usage | None, completed: bool | None, expected: str) -> None:  # noqa: FBT001 -- a parameter of the table
    """Counts are reported, partial when the call did not come to its end, or absent."""
    response = replace(RESPONSE, usage=usage, completed=completed)

    assert usage_source(redacted(inference=replace(INFERENCE, response=response))) == expected


TRUNCATED = ("failure", "stream_interrupted")
INVALID = ("failure", "invalid_response")
SUCCESS = ("success", None)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (answered("response.truncated_json"), TRUNCATED),
        (answered("response.truncated_encoding"), TRUNCATED),
        (answered("response.truncated_encoding", operation="speech", wire_format="openai_audio"), TRUNCATED),
        (answered("response.truncated_encoding", completed=True), SUCCESS),
        (answered("response.dropped_bytes", "response.truncated_json", dropped=9), SUCCESS),
        (answered("response.oversize", "response.truncated_json"), SUCCESS),
        (answered("response.not_json"), INVALID),
        (answered("response.not_json", wire_format=None), SUCCESS),
        (answered("response.not_json", mime=b"image/png"), SUCCESS),
        (answered("request.not_json", "request.truncated_json"), SUCCESS),
        (answered("response.unreadable_event", completed=True), SUCCESS),
    ],
)
def test_an_answer_that_is_no_answer(call: Redacted, expected: tuple[str, str | None]) -> None:
    """What was cut off, or is a page of some proxy, failed with status 200; what our cap left out did not."""
    assert outcome(call) == expected


@pytest.mark.parametrize(
    "operation", ["speech", "transcription", "realtime", "batch", "count_tokens", "image_generation", "retrieve"]
)
def test_answers_other_than_json(operation: str) -> None:
    """Sound, words, SDP and JSON lines are answers where the operation has such."""
    assert outcome(answered("response.not_json", operation=operation)) == SUCCESS
    assert outcome(answered("response.truncated_json", operation=operation)) == SUCCESS


@pytest.mark.parametrize(
    ("reasons", "operation", "expected"),
    [
        (("failed",), "chat", ("failure", "failed")),
        (("MALFORMED_FUNCTION_CALL",), "generate_content", ("failure", "malformed_function_call")),
        (("error", "error"), "chat", ("failure", "error")),
        (("error", "stop"), "chat", SUCCESS),
        (("cancelled",), "chat", SUCCESS),
        (("load",), "chat", SUCCESS),
        (("failed",), "retrieve", SUCCESS),
        (("content_filter",), "chat", SUCCESS),
        (("never heard of",), "chat", SUCCESS),
    ],
)
def test_a_finish_reason_that_means_an_error(
    reasons: tuple[str, ...], operation: str, expected: tuple[str, str | None]
) -> None:
    """It is a failure in the provider's word, unless one choice is good, somebody asked for it, or it is a report."""
    assert outcome(answered(reasons=reasons, operation=operation)) == expected


def test_who_hangs_up_on_the_end_mark_has_it_all() -> None:
    """Counts of a stream whose end was seen are whole, though its client left before the connection ended."""
    left = replace(EXCHANGE, failure=Failure("client_disconnected", ""))
    whole, cut = (replace(INFERENCE, response=replace(RESPONSE, completed=completed)) for completed in (True, False))
    assert usage_source(redacted(left, whole)) == "reported"
    assert usage_source(redacted(left, cut)) == "partial"


def test_salvaged_counts_are_partial() -> None:
    """Counts read out of an answer that was cut off are partial; those around a hole of our own are not."""
    assert usage_source(answered("response.truncated_json")) == "partial"
    assert usage_source(answered("response.truncated_json", dropped=9)) == "reported"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [(None, "estimated"), (Usage(web_searches=1), "estimated"), (Usage(1), "partial"), (Usage(None, 1), "partial")],
)
def test_estimated_counts(usage: Usage | None, expected: str) -> None:
    """Beside an estimate, counts are partial when a side was reported, and estimated when none was."""
    call = redacted(UNDER_THE_CAP, replace(INFERENCE, response=replace(RESPONSE, usage=usage)))

    assert usage_source(call, Estimate(None, 6, "ratio")) == expected
