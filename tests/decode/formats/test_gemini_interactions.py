"""The Interactions API in both directions, its stream as a fold, and what no body may do to it."""

import json

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import gemini_interactions
from llmtap.decode.inference import InferenceResponse, Part, ProviderError, Usage


def event(kind: str, **members: object) -> Event:
    """An event as it is sent."""
    return Event(json.dumps({"event_type": kind, **members}).encode(), kind)


def fold(*events: Event) -> Answer:
    """The answer that events add up to."""
    answer = Answer()
    for one in events:
        gemini_interactions.merge(answer, one)
    return answer


def read(**members: object) -> InferenceResponse:
    """An unstreamed interaction."""
    answer = Answer()
    gemini_interactions.read_response(answer, json.dumps({"id": "v1", **members}).encode())
    return answer.response(streamed=False)


def test_an_event_may_state_what_was_used_until_then() -> None:
    """Beside a step, beside its growth or with the state of the whole; of several statements the last holds."""
    told = fold(
        event("interaction.status_update", interaction_id="v1", status="in_progress", usage={"total_input_tokens": 5}),
        event("step.delta", delta={"type": "text", "text": "a"}, metadata={"total_usage": {"total_input_tokens": 6}}),
        event("step.stop", usage={"total_input_tokens": 7, "total_output_tokens": 2}),
    )
    assert (told.id, told.usage, told.finish_reasons, told.completed) == ("v1", Usage(7, 2), {}, False)
    whole = event("interaction.completed", interaction={"usage": {"total_input_tokens": 8, "total_output_tokens": 3}})
    gemini_interactions.merge(told, whole)
    assert (told.usage, told.completed) == (Usage(8, 3), True)


def test_a_cancelled_interaction_has_ended() -> None:
    """Nothing else follows, so that is its end; a state alone is none."""
    ended = fold(event("interaction.cancelled", usage={"total_input_tokens": 5}))
    assert (ended.finish_reasons, ended.usage, ended.completed) == ({0: "cancelled"}, Usage(5), True)
    told = fold(event("interaction.status_update", status="requires_action"))
    assert (told.finish_reasons, told.completed) == ({0: "requires_action"}, False)


def test_why_an_interaction_failed() -> None:
    """It says so itself; what befell one that went on is no error of it."""
    faults = [{"code": "internal", "message": "x"}]
    assert read(status="failed", errors=faults).error == ProviderError(None, "internal", "x")
    assert read(status="completed", errors=faults).error is None


@pytest.mark.parametrize(
    ("status", "reasons"),
    [("completed", ("completed",)), ("requires_action", ("requires_action",)), ("in_progress", ()), (None, ())],
)
def test_the_status_is_the_finish_reason(status: object, reasons: tuple[str, ...]) -> None:
    """Unless the interaction goes on."""
    assert read(status=status).finish_reasons == reasons


def test_what_the_user_said_is_no_answer() -> None:
    """An interaction that is retrieved repeats its input among its steps."""
    steps = [{"type": "user_input", "content": "Hi"}, {"type": "model_output", "content": "Hello"}]
    assert [message.parts for message in read(steps=steps).messages] == [(Part("text", "Hello"),)]


def test_deltas_grow_a_step() -> None:
    """Input of a tool is written compactly once it is whole; cut off, it stands as it came."""
    begun = event("step.start", index=0, step={"type": "function_call", "id": "c", "name": "f", "arguments": {}})
    grown = [event("step.delta", index=0, delta={"type": "arguments_delta", "arguments": a}) for a in ('{"a": ', "1}")]
    stopped = event("step.stop", index=0)
    for events, text in (
        ((begun, *grown, stopped), '{"a":1}'),
        ((begun, grown[0], stopped), '{"a": '),
        ((begun, grown[0]), '{"a": '),
        ((begun, stopped), "{}"),
    ):
        assert fold(*events).response(streamed=True).messages[0].parts == (Part("tool_call", text, "c", "f"),)


def test_what_is_content() -> None:
    """Words, thoughts, media and calls are; signatures, results and ends are none."""
    for delta, carried in (
        ({"type": "text", "text": "a"}, True),
        ({"type": "thought_summary", "content": {"text": "a"}}, True),
        ({"type": "audio", "mime_type": "audio/L16", "data": "AAAA"}, True),
        ({"type": "arguments_delta", "arguments": "{"}, True),
        ({"type": "thought_signature", "signature": "c2ln"}, False),
        ({"type": "function_result", "result": 1}, False),
        ({"type": "text", "text": ""}, False),
    ):
        assert gemini_interactions.merge(Answer(), event("step.delta", delta=delta)) is carried


def test_the_last_event_may_repeat_the_steps() -> None:
    """What deltas said is not said twice; without deltas the steps of the last event are the answer."""
    steps = [{"type": "model_output", "content": "Hello"}]
    last = event("interaction.completed", interaction={"id": "v1", "status": "completed", "steps": steps})
    delta = event("step.delta", index=0, delta={"type": "text", "text": "Hello"})
    for answer in (fold(delta, last), fold(last)):
        assert answer.response(streamed=True).messages[0].parts == (Part("text", "Hello"),)
        assert answer.completed


def test_pieces_of_sound_are_one_medium() -> None:
    """Images are counted."""
    sound, image = {"type": "audio", "mime_type": "audio/L16"}, {"type": "image", "mime_type": "image/png"}
    answer = fold(*(event("step.delta", index=0, delta=delta) for delta in (sound, sound, image, image)))
    assert [draft.text for draft in answer.parts.values()] == [["audio/L16"], ["image/png"], ["image/png"]]


def test_counts_along_the_way() -> None:
    """The end of a step may state what was used so far; the end of the stream replaces it."""
    so_far = event("step.stop", index=0, metadata={"usage": {"total_input_tokens": 5, "total_output_tokens": 1}})
    last = event("interaction.completed", interaction={"usage": {"total_input_tokens": 5, "total_output_tokens": 2}})
    assert (fold(so_far).usage, fold(so_far, last).usage) == (Usage(5, 1), Usage(5, 2))


def test_errors() -> None:
    """Of a body, of an interaction that failed, of an event that names itself or is named."""
    error = {"code": "quota_exceeded", "message": "Slow down."}
    expected = ProviderError(None, "quota_exceeded", "Slow down.")
    assert read(status="failed", error=error).error == expected
    assert fold(event("error", error=error)).error == expected
    assert fold(Event(json.dumps({"error": error}).encode(), "error")).error == expected


def test_an_input_is_finished_once() -> None:
    """An end that is repeated, with a piece before it or without, leaves what was finished as it is."""
    piece = event("step.delta", index=0, delta={"type": "arguments_delta", "arguments": '{"a": 1}'})
    stop = event("step.stop", index=0)
    answer = fold(piece, stop)
    (draft,) = answer.parts.values()
    finished = draft.text[0]
    for again in (stop, piece, stop):
        gemini_interactions.merge(answer, again)
    assert finished == '{"a":1}'
    assert draft.text[0] is finished
