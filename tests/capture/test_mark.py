"""What a message means for the responses of its session, in each dialect; whatever it holds, nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.dialect import DIALECTS, SILENT
from llmtap.capture.mark import OTHER, Mark

REALTIME, RESPONSES, LIVE = (DIALECTS[name] for name in ("openai_realtime", "openai_responses", "gemini_live"))
SPARK = DIALECTS["spark_chat"]
NAMES = """session.update session.created session response.create response.created response.done response.x error
    conversation.item.create input_audio_buffer.commit input_audio_buffer.committed transcription realtime
    conversation.item.input_audio_transcription.completed"""
WORDS = """type event_id response_id stream_id status response session error id setup clientContent turnComplete
    toolResponse realtimeInput text serverContent modelTurn inputTranscription usageMetadata toolCall"""
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(NAMES.split()) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5),
).map(lambda value: json.dumps(value).encode())


def data(**message: object) -> bytes:
    """A message."""
    return json.dumps(message).encode()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "session.update", "session": {"type": "realtime"}}, Mark("state")),
        ({"type": "session.update", "session": {"type": "transcription"}}, Mark("state", transcribes=True)),
        ({"type": "transcription_session.update"}, Mark("state", transcribes=True)),
        ({"type": "conversation.item.create"}, Mark("input")),
        ({"type": "response.create", "event_id": "e"}, Mark("ask", cause="e")),
        ({"type": "input_audio_buffer.commit"}, Mark("spoken")),
        ({"type": "input_audio_buffer.append", "audio": "AAAA"}, OTHER),
        ({"type": 1}, OTHER),
        ({}, OTHER),
    ],
)
def test_what_a_realtime_client_says(message: dict[str, object], expected: Mark) -> None:
    """Sound is nothing to keep; a request is asked for with an id that an error may name."""
    assert REALTIME.client(data(**message)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "session.created", "session": {}}, Mark("state")),
        ({"type": "session.started", "session": {}}, Mark("state")),
        ({"type": "session.closed", "usage": {"seconds": 5}}, Mark("end")),
        ({"type": "response.created", "response": {"id": "r"}}, Mark("begin", "r")),
        ({"type": "response.text.delta", "response_id": "r"}, Mark("event", "r")),
        ({"type": "response.done", "response": {"id": "r"}}, Mark("end", "r")),
        ({"type": "response.done", "response_id": "r", "response": {"id": "q"}}, Mark("end", "r")),
        ({"type": "input_audio_buffer.committed"}, Mark("spoken")),
        ({"type": "conversation.item.input_audio_transcription.completed"}, Mark("heard")),
        (
            {"type": "conversation.item.input_audio_transcription.completed", "usage": {"seconds": 1}},
            Mark("heard", billed=True),
        ),
        (
            {"type": "session.created", "session": {"audio": {"input": {"transcription": {"model": "m"}}}}},
            Mark("state", hears="m"),
        ),
        ({"type": "session.created", "session": {"input_audio_transcription": {"model": 3}}}, Mark("state")),
        ({"type": "conversation.item.input_audio_transcription.completed", "status": "in_progress"}, OTHER),
        ({"type": "conversation.item.input_audio_transcription.delta"}, OTHER),
        ({"type": "error", "error": {"event_id": "e"}}, Mark("error", cause="e")),
        ({"type": "error"}, Mark("error")),
        ({"type": "rate_limits.updated"}, OTHER),
        ({"type": "output_audio_buffer.stopped", "response_id": "r"}, OTHER),
    ],
)
def test_what_a_realtime_server_says(message: dict[str, object], expected: Mark) -> None:
    """A response is told by its id; what is said of other things belongs to none."""
    assert REALTIME.server(data(**message)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "response.created", "stream_id": "s"}, Mark("begin", "s")),
        ({"type": "response.output_text.delta"}, Mark("event")),
        ({"type": "response.completed"}, Mark("end")),
        ({"type": "response.incomplete"}, Mark("end")),
        ({"type": "response.failed"}, Mark("end")),
        ({"type": "error", "status": 429}, Mark("error")),
        ({"type": "codex.rate_limits"}, OTHER),
    ],
)
def test_what_a_responses_server_says(message: dict[str, object], expected: Mark) -> None:
    """There is one response at a time in each lane, which a `stream_id` names."""
    assert RESPONSES.server(data(**message)) == expected


def test_what_a_responses_client_says() -> None:
    """It asks for responses; what it steers or cancels is no request."""
    assert RESPONSES.client(data(type="response.create", stream_id="s")) == Mark("ask", "s")
    assert RESPONSES.client(data(type="response.cancel")) == OTHER


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"setup": {"model": "m"}}, Mark("state")),
        ({"clientContent": {"turnComplete": True}}, Mark("ask")),
        ({"client_content": {"turn_complete": True}}, Mark("ask")),
        ({"client_content": {"turnComplete": False}}, Mark("input")),
        ({"toolResponse": {}}, Mark("input")),
        ({"realtimeInput": {"text": "Hi"}}, Mark("input")),
        ({"realtime_input": {"audio": {}}}, Mark("spoken")),
        ({"other": 1}, OTHER),
    ],
)
def test_what_a_live_client_says(message: dict[str, object], expected: Mark) -> None:
    """Either spelling means the same."""
    assert LIVE.client(data(**message)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"setupComplete": {}}, OTHER),
        ({"serverContent": {"modelTurn": {}}}, Mark("event", begins=True)),
        ({"serverContent": {}}, Mark("event", begins=True)),
        ({"toolCall": {}}, Mark("event", begins=True)),
        ({"toolCallCancellation": {}}, Mark("event")),
        ({"serverContent": {"inputTranscription": {"text": "Hi"}}}, Mark("heard")),
        ({"serverContent": {"turnComplete": True}}, Mark("end", begins=True, counted=False)),
        ({"serverContent": {"turnComplete": True}, "usageMetadata": {}}, Mark("end", begins=True)),
        ({"usageMetadata": {}}, Mark("usage")),
        ({"goAway": {}}, OTHER),
    ],
)
def test_what_a_live_server_says(message: dict[str, object], expected: Mark) -> None:
    """Whatever the model says begins its turn; what the user said does not."""
    assert LIVE.server(data(**message)) == expected


@given(ODD | st.binary())
def test_nothing_raises(message: bytes) -> None:
    """Any bytes are a message."""
    for dialect in (*DIALECTS.values(), SILENT):
        assert isinstance(dialect.client(message), Mark)
        assert isinstance(dialect.server(message), Mark)


def test_a_question_to_spark_and_its_answer() -> None:
    """A client asks by one message; the status of the last, or an error, ends what the server says."""
    assert SPARK.client(data(header={"uid": "u"}, payload={"message": {}})) == Mark("ask")
    assert SPARK.client(data(header={})) == OTHER
    assert SPARK.server(data(header={"code": 0, "status": 0}, payload={})) == Mark("event", begins=True)
    for header in ({"code": 0, "status": 2}, {"code": 10013}):
        assert SPARK.server(data(header=header)) == Mark("end", begins=True)
    assert SPARK.server(data(payload={})) == OTHER
