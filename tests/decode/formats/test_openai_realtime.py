"""OpenAI's Realtime API: the events of one response as a fold, its request as lines, and what no bytes may do."""

import json
from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_realtime
from llmtap.decode.inference import InferenceResponse, Message, Part, ProviderError, Usage


def fold(*events: object) -> InferenceResponse:
    """The answer that events add up to."""
    answer = Answer()
    for event in events:
        openai_realtime.merge(answer, Event(json.dumps(event).encode()))
    return answer.response(streamed=True)


def done(**response: object) -> dict[str, object]:
    """The final event of a response."""
    return {"type": "response.done", "response": {"status": "completed", "output": [], **response}}


def lines(*messages: object) -> bytes:
    """A request body."""
    return b"\n".join(json.dumps(message).encode() for message in messages)


def test_a_live_session_is_billed_by_the_second() -> None:
    """Its end says for how many, and why it ended; which model it had stands in how it started."""
    said = fold({"type": "session.closed", "reason": "close_requested", "usage": {"seconds": 61.0}})
    assert (said.usage, said.finish_reasons) == (Usage(audio_seconds=Decimal(61)), ("close_requested",))
    assert said.completed
    started = lines({"type": "session.started", "session": {"model": "gpt-live"}})
    assert openai_realtime.read_request(started).session_model == "gpt-live"


def test_cached_tokens_keep_their_modality() -> None:
    """Cached sound has a price of its own; all of it is inside the input."""
    details = {
        "text_tokens": 20,
        "audio_tokens": 80,
        "cached_tokens": 64,
        "cached_tokens_details": {"audio_tokens": 60},
    }
    usage = fold(done(usage={"input_tokens": 100, "output_tokens": 9, "input_token_details": details})).usage
    assert usage == Usage(
        100,
        9,
        cache_read_input_tokens=64,
        text_input_tokens=20,
        audio_input_tokens=80,
        audio_cache_read_input_tokens=60,
    )


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": -1}])
def test_no_count_is_no_usage(usage: object) -> None:
    """What is not counted is not known."""
    assert fold(done(usage=usage)).usage is None


def test_the_final_event_replaces_what_the_deltas_said() -> None:
    """Whatever ids the deltas had, the words of the whole response are there once."""
    delta = {"type": "response.text.delta", "item_id": "other", "delta": "Par"}
    item = {"id": "i", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Paris"}]}
    assert fold(delta, done(output=[item])).messages == (Message("assistant", (Part("text", "Paris"),)),)
    assert fold(delta, done()).messages == (Message("assistant", (Part("text", "Par"),)),)


def test_an_answer_seen_for_the_first_time_arrives_with_its_event() -> None:
    """A response without deltas has its content in the item, or in the final event; after deltas neither brings any."""
    item = {"id": "i", "type": "message", "content": [{"type": "text", "text": "Paris"}]}
    whole = Event(json.dumps({"type": "response.output_item.done", "item": item}).encode())
    final = Event(json.dumps(done(output=[item])).encode())
    answer = Answer()
    assert [openai_realtime.merge(answer, event) for event in (whole, final)] == [True, False]
    assert openai_realtime.merge(Answer(), final)


def test_a_transcript_that_failed_is_an_error() -> None:
    """The error of a transcript is that of its answer."""
    failed = {
        "type": "conversation.item.input_audio_transcription.failed",
        "error": {"code": "audio", "message": "No."},
    }
    assert fold(failed).error == ProviderError(None, "audio", "No.")


def test_the_server_has_the_last_word_on_the_session() -> None:
    """What the client asked for is overwritten by what the server says that it is, and that by the response's own."""
    asked = openai_realtime.read_request(
        lines(
            {"type": "session.update", "session": {"model": "a", "temperature": 0.5, "max_output_tokens": 10}},
            {"type": "session.updated", "session": {"model": "b", "max_output_tokens": "inf"}},
            {"type": "response.create", "response": {"max_output_tokens": 5, "output_modalities": ["text"]}},
        )
    )
    assert (asked.temperature, asked.max_tokens, asked.output_type) == (0.5, 5, "text")
    assert (asked.model, asked.session_model) == ("a", "b")


def test_the_words_of_a_response_of_its_own() -> None:
    """A response may bring input that is not part of the conversation."""
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    asked = openai_realtime.read_request(lines({"type": "response.create", "response": {"input": [item]}}))
    assert asked.messages == (Message("user", (Part("text", "Hi"),)),)


def test_a_line_that_cannot_be_read_costs_itself_alone() -> None:
    """Of a request the lines that can be read count; where there is none, the request is unreadable."""
    update = lines({"type": "session.update", "session": {"model": "m"}})
    assert openai_realtime.read_request(b'{"type":\n' + update).model == "m"
    with pytest.raises(msgspec.MsgspecError):
        openai_realtime.read_request(b"no json\n")


def test_an_unstreamed_error() -> None:
    """A body that is no response is read as an error: an upgrade that was refused."""
    answer = Answer()
    openai_realtime.read_response(answer, b'{"error":{"type":"t","code":"c","message":"m"}}')
    assert answer.error == ProviderError("t", "c", "m")
