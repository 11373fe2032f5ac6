"""Batches of Gemini and of Vertex AI: a state, and the sum of what stands in them."""

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import gemini_batches
from llmtap.decode.inference import InferenceRequest, Usage
from tests.decode.formats.laws import whole


@pytest.mark.parametrize(
    ("state", "reasons"),
    [
        ("BATCH_STATE_PENDING", ()),
        ("BATCH_STATE_RUNNING", ()),
        ("BATCH_STATE_SUCCEEDED", ("SUCCEEDED",)),
        ("JOB_STATE_CANCELLED", ("CANCELLED",)),
        ("JOB_STATE_UNSPECIFIED", ()),
    ],
)
def test_the_state_is_the_finish_reason(state: str, reasons: tuple[str, ...]) -> None:
    """Once the batch has ended; it stands in an operation's metadata, or in a job itself."""
    assert whole(gemini_batches, {"name": "batches/1", "metadata": {"state": state}}).finish_reasons == reasons
    assert whole(gemini_batches, {"name": "jobs/1", "state": state}).finish_reasons == reasons


def test_the_usage_is_the_sum() -> None:
    """Each answer is one of its own; one that failed counts nothing, and wherever the answers stand they are read."""
    lines = [{"response": {"usageMetadata": {"promptTokenCount": count}}} for count in (2, 3)] + [{"error": {}}]
    held = {"inlinedResponses": {"inlinedResponses": lines}}
    for body in ({"response": held}, {"metadata": {"output": held}}, {"response": {"inlinedResponses": lines}}):
        assert whole(gemini_batches, {"name": "batches/1", **body}).usage == Usage(5)
    assert whole(gemini_batches, {"name": "batches/1", "response": {"responsesFile": "files/1"}}).usage is None


def test_the_model_of_a_job() -> None:
    """By its own name, without that of its publisher."""
    assert gemini_batches.read_request(b'{"model":"publishers/google/models/gemini-2.5-pro"}') == InferenceRequest(
        model="gemini-2.5-pro"
    )


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream."""
    answer = Answer()
    assert not gemini_batches.merge(answer, Event(b'{"name":"batches/1","metadata":{"model":"models/m"}}'))
    assert (answer.id, answer.model) == ("batches/1", "m")
