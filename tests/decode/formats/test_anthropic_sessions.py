"""Sessions of managed agents: what a stream sums up, when it is complete, and what is an error."""

from llmtap.decode.formats import anthropic_sessions
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_what_evaluates_an_outcome_is_used_too() -> None:
    """Beside the requests of the agent; what the session ever used is not this stream's."""
    spans = [
        {"type": "span.model_request_end", "model_usage": {"input_tokens": 3, "cache_read_input_tokens": 4}},
        {"type": "span.outcome_evaluation_end", "usage": {"input_tokens": 5, "output_tokens": 1}},
        {"type": "session.usage", "usage": {"input_tokens": 900}},
    ]
    assert fold(anthropic_sessions, spans).usage == Usage(12, 1, 4)


def test_a_session_rests_and_goes_on() -> None:
    """A stream that is left while it runs was cut off."""
    idle = {"type": "session.status_idle", "stop_reason": {"type": "requires_action"}}
    rested = fold(anthropic_sessions, [idle])
    assert (rested.completed, rested.finish_reasons) == (True, ("requires_action",))
    assert fold(anthropic_sessions, [idle, {"type": "session.status_running"}]).completed is False


def test_what_is_retried_is_no_error() -> None:
    """It is one once the server gives up; a refused request is one at once."""
    fault = {"type": "model_overloaded_error", "message": "busy"}
    events = [{"type": "session.error", "error": {**fault, "retry_status": {"type": "retrying"}}}]
    assert fold(anthropic_sessions, events).error is None
    events.append({"type": "session.error", "error": {**fault, "retry_status": {"type": "exhausted"}}})
    assert fold(anthropic_sessions, events).error == ProviderError("model_overloaded_error", None, "busy")
    refused = {"type": "error", "error": {"type": "not_found_error", "message": "no"}}
    assert whole(anthropic_sessions, refused).error == ProviderError("not_found_error", None, "no")
    assert fold(anthropic_sessions, [{"type": "error", "message": "no"}]).error == ProviderError("error", None, "no")


def test_what_is_sent_to_a_session() -> None:
    """The user's words; results of tools are none."""
    body = b'{"events":[{"type":"user.message","content":[{"type":"text","text":"Hi"}]},{"type":"user.interrupt"}]}'
    assert anthropic_sessions.read_request(body).messages == (Message("user", (Part("text", "Hi"),)),)
