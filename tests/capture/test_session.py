"""A session is its responses: each comes out once, however many are under way, cut anywhere, for however long."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Endpoint, Exchange, Failure, Request, Response
from llmtap.capture.session import MOST_OPEN, Session

GONE = Failure("client_disconnected", "gone")
UPDATE = {"type": "session.update", "session": {"model": "m"}}
ITEM = {"type": "conversation.item.create", "item": {"type": "message"}}
CREATE = {"type": "response.create"}
HEARD = "conversation.item.input_audio_transcription"
type Said = tuple[bool, object]
"""Whether the client says it, and what."""


def upgrade(wire_format: str = "openai_realtime", path: str = "/v1/realtime?model=gpt-realtime") -> Exchange:
    """What opened a session, at 1000 s by the wall clock and 100 s by the other."""
    endpoint = Endpoint("openai", wire_format=wire_format, operation="realtime")
    request = Request("GET", "https", "api.openai.com", 443, path)
    return Exchange("id", 1000.0, 100.0, endpoint, request, Response(101), headers_at=100.5, ended_at=100.5)


def walk(session: Session, said: Iterable[Said], *, start: float = 101.0, end: bool = True) -> list[Exchange]:
    """Let messages pass, one a second, and the session end."""
    done: list[Exchange] = []
    at = start
    for by_client, message in said:
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        done += session.sent(at, data) if by_client else session.received(at, data)
        at += 1
    return done + (session.close(at, GONE, clean=True) if end else [])


def begun(name: str) -> Said:
    """A response begins."""
    return False, {"type": "response.created", "response": {"id": name}}


def delta(name: str, word: str = "w") -> Said:
    """A response goes on."""
    return False, {"type": "response.text.delta", "response_id": name, "delta": word}


def done(name: str) -> Said:
    """A response is complete."""
    return False, {"type": "response.done", "response": {"id": name}}


def events(exchange: Exchange) -> list[str]:
    """The types of a response's events."""
    assert exchange.response is not None
    return types(b"".join(data for _, data in exchange.response.body.chunks))


def asked(exchange: Exchange) -> list[str]:
    """The types of the messages that a request is made of."""
    return types(b"".join(data for _, data in exchange.request.body.chunks))


def types(body: bytes) -> list[str]:
    """The types of messages that stand one a line."""
    return [json.loads(line)["type"] for line in body.splitlines()]


def test_each_response_is_a_call_of_its_own() -> None:
    """What was said for a response is its request, its events are its answer, and its instants are its own."""
    session = Session(upgrade(), 1000)
    first, second = walk(
        session,
        [
            *[(True, UPDATE), (True, ITEM), (True, CREATE), begun("a"), delta("a"), done("a")],
            *[(True, ITEM), (True, CREATE), begun("b"), done("b")],
        ],
    )
    assert asked(first) == ["session.update", "conversation.item.create", "response.create"]
    assert events(first) == ["response.created", "response.text.delta", "response.done"]
    assert asked(second) == ["session.update", "conversation.item.create", "response.create"]
    assert (first.origin, first.started, first.ended_at, first.headers_at) == (103.0, 1003.0, 106.0, None)
    assert (second.origin, second.failure, second.endpoint.model) == (108.0, None, "gpt-realtime")
    assert len({first.id, second.id, "id"}) == 3


def test_spoken_words_begin_a_request() -> None:
    """Without anybody asking, a response is counted from the end of the user's words, which belong to its request."""
    spoken = {"type": "input_audio_buffer.committed"}
    heard = {"type": "conversation.item.input_audio_transcription.completed", "transcript": "Hi"}
    sound = {"type": "input_audio_buffer.append", "audio": "A" * 100}
    (call,) = walk(Session(upgrade(), 1000), [(True, sound), (False, spoken), begun("a"), (False, heard), done("a")])
    assert call.origin == 102.0
    assert asked(call) == [heard["type"]]
    assert call.request.body.size == len(json.dumps(sound))


def test_an_open_response_fails_with_its_session() -> None:
    """A response under way and one that was asked for come out with the session's failure."""
    under_way, waiting = walk(Session(upgrade(), 1000), [(True, CREATE), begun("a"), delta("a"), (True, CREATE)])
    assert events(under_way) == ["response.created", "response.text.delta"]
    assert (under_way.failure, waiting.failure, events(waiting)) == (GONE, GONE, [])


def test_the_end_of_a_live_session_is_its_one_call() -> None:
    """It begins with what the session is, and states what all of it is billed by."""
    started, closed = {"type": "session.started", "session": {"model": "m"}}, {"type": "session.closed"}
    (call,) = walk(Session(upgrade(), 1000), [(False, started), (False, {"type": "session.info"}), (False, closed)])
    assert (asked(call), events(call), call.failure) == (["session.started"], ["session.closed"], None)


def test_a_session_without_a_response_is_one_call() -> None:
    """It is the upgrade, with what was said and the errors that were answered; a clean end is no failure."""
    error = {"type": "error", "error": {"code": "session_expired"}}
    (call,) = walk(Session(upgrade(), 1000), [(True, UPDATE), (False, error)])
    assert (call.id, call.failure, call.ended_at) == ("id", None, 103.0)
    assert (asked(call), events(call)) == (["session.update"], ["error"])
    assert Session(upgrade(), 1000).close(101.0, GONE, clean=False)[0].failure == GONE


@pytest.mark.parametrize("named", [True, False])
def test_a_refused_request_is_a_call(*, named: bool) -> None:
    """An error that names what asked is its answer; one that names nothing is, when no response comes of it."""
    ask = {**CREATE, "event_id": "e"} if named else CREATE
    error = {"type": "error", "error": {"event_id": "e"} if named else {}}
    (call,) = walk(Session(upgrade(), 1000), [(True, ask), (False, error)])
    assert (call.failure, events(call)) == (None, ["error"])
    (other,) = walk(Session(upgrade(), 1000), [(True, CREATE), (False, {"type": "error"}), begun("a"), done("a")])
    assert events(other) == ["response.created", "response.done"]


def test_lanes_of_responses() -> None:
    """Responses of several lanes are told apart by their lane; an error ends its own."""
    said: list[Said] = [
        (True, {**CREATE, "stream_id": "a", "model": "m"}),
        (True, {**CREATE, "stream_id": "b", "model": "n"}),
        (False, {"type": "response.created", "stream_id": "b", "response": {"id": "2"}}),
        (False, {"type": "response.created", "stream_id": "a", "response": {"id": "1"}}),
        (False, {"type": "error", "stream_id": "b", "error": {}}),
        (False, {"type": "response.completed", "stream_id": "a"}),
    ]
    second, first = walk(Session(upgrade("openai_responses"), 1000), said)
    assert events(second) == ["response.created", "error"]
    assert events(first) == ["response.created", "response.completed"]
    assert b'"model": "m"' in b"".join(data for _, data in first.request.body.chunks)


def test_a_turn_may_be_counted_after_its_end() -> None:
    """A turn that ends without its usage waits for the next message of the model, and for the session's end."""
    turn = {"serverContent": {"turnComplete": True}}
    usage = {"usageMetadata": {"promptTokenCount": 1}}
    session = Session(upgrade("gemini_live"), 1000)
    calls = walk(session, [(False, turn), (False, usage), (False, turn), (False, {"toolCall": {}}), (False, turn)])
    bodies = [b"".join(data for _, data in call.response.body.chunks) for call in calls if call.response]
    assert [body.count(b"\n") for body in bodies] == [2, 1, 2]
    assert [call.failure for call in calls] == [None, None, None]


def test_turns_of_the_client_add_up() -> None:
    """What a Live client says in several turns before the model answers is one request."""
    turn = {"clientContent": {"turns": [], "turnComplete": True}}
    answer: Said = (False, {"serverContent": {"turnComplete": True}, "usageMetadata": {}})
    (call,) = walk(Session(upgrade("gemini_live"), 1000), [(True, {"setup": {}}), (True, turn), (True, turn), answer])
    assert len(call.request.body.chunks) == 3


def test_a_session_of_transcripts() -> None:
    """A session that makes nothing but transcripts is a call for each of them."""
    state = {"type": "session.updated", "session": {"type": "transcription"}}
    heard = {"type": "conversation.item.input_audio_transcription.completed", "transcript": "Hi"}
    calls = walk(Session(upgrade(), 1000), [(False, state), (False, heard), (False, heard)])
    assert [call.endpoint.operation for call in calls] == ["transcription", "transcription"]


@pytest.mark.parametrize(
    "session",
    [
        {"audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}}},
        {"input_audio_transcription": {"model": "gpt-4o-transcribe"}},
    ],
)
def test_what_is_heard_at_a_price_is_a_call_beside_the_response(session: dict[str, object]) -> None:
    """The words belong to the response's request still; their usage is of the model that heard, since the silence."""
    state = {"type": "session.updated", "session": {"model": "gpt-realtime", **session}}
    spoken = {"type": "input_audio_buffer.committed"}
    heard = {"type": f"{HEARD}.completed", "transcript": "Hi", "usage": {"type": "duration", "seconds": 2}}
    said: list[Said] = [(False, state), (False, spoken), begun("a"), (False, heard), (False, UPDATE), done("a")]
    transcript, response = walk(Session(upgrade(), 1000), said)
    assert (transcript.endpoint.operation, transcript.endpoint.model) == ("transcription", "gpt-4o-transcribe")
    assert (transcript.origin, transcript.ended_at, transcript.request.body.size) == (102.0, 104.0, 0)
    assert (asked(transcript), events(transcript)) == ([], [heard["type"]])
    assert (response.endpoint.operation, response.endpoint.model) == ("realtime", "gpt-realtime")
    assert asked(response) == ["session.updated", heard["type"]]
    assert transcript.id != response.id


def test_what_is_heard_for_nothing_is_no_call() -> None:
    """Words without a usage of their own are the request's alone, and so are words that could not be heard."""
    said: list[Said] = [
        begun("a"),
        (False, {"type": f"{HEARD}.completed", "transcript": "Hi"}),
        (False, {"type": f"{HEARD}.completed", "transcript": "Hi", "usage": None}),
        (False, {"type": f"{HEARD}.failed", "error": {}}),
        (False, {"type": f"{HEARD}.delta", "usage": {"type": "duration", "seconds": 2}}),
        done("a"),
    ]
    assert [call.endpoint.operation for call in walk(Session(upgrade(), 1000), said)] == ["realtime"]


def test_an_unknown_dialect_is_one_call() -> None:
    """What nobody can read lasts as long as its session."""
    (call,) = walk(Session(upgrade("bedrock_realtime"), 1000), [(True, b"\x00"), (False, b"\x01\x02")])
    assert call.response is not None
    assert (call.request.body.size, call.response.body.size) == (1, 2)


def test_memory_is_bounded() -> None:
    """However much is said and however many responses never end, little is kept, and each is told."""
    session = Session(upgrade(), 1000)
    flood: list[Said] = [delta("a", "w" * 100) for _ in range(100)]
    calls = walk(session, [begun("a"), *flood, done("a")], end=False)
    assert calls[0].response is not None
    assert sum(len(data) for _, data in calls[0].response.body.chunks) <= 1000
    assert calls[0].response.body.dropped > 9000
    items: list[Said] = [(True, {**ITEM, "padding": "x" * 100})] * 100
    calls += walk(session, [*items, *(begun(str(number)) for number in range(100))], start=300.0, end=False)
    assert len(calls) == 1 + 100 - MOST_OPEN
    assert sum(len(data) for _, data in calls[1].request.body.chunks) <= 1000
    assert len(calls + session.close(500.0, GONE, clean=True)) == 101


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[int, list[Said]]:
    """Up to six responses whose events are mixed, each in its own order."""
    count = draw(st.integers(1, 6))
    left = [[begun(str(n)), *[delta(str(n))] * draw(st.integers(0, 4)), done(str(n))] for n in range(count)]
    said: list[Said] = []
    while any(left):
        choice = draw(st.sampled_from([events for events in left if events]))
        said.append(choice.pop(0))
        said += draw(
            st.lists(st.sampled_from([(True, ITEM), (True, b"\xff"), (False, b"{"), (False, UPDATE)]), max_size=1)
        )
    return count, said


@given(interleaved(), st.data())
def test_no_response_is_lost(mixture: tuple[int, list[Said]], data: st.DataObject) -> None:
    """Mixed in any way, each response has its own events; cut anywhere, each that began comes out once."""
    count, said = mixture
    whole = walk(Session(upgrade(), 10_000), said)
    assert len(whole) == count
    for call in whole:
        kinds = events(call)
        assert (kinds[0], kinds[-1], call.failure) == ("response.created", "response.done", None)
        assert set(kinds[1:-1]) <= {"response.text.delta"}
    cut = said[: data.draw(st.integers(0, len(said)))]
    began = sum(b"response.created" in json.dumps(message).encode() for _, message in cut if isinstance(message, dict))
    ended = sum(b"response.done" in json.dumps(message).encode() for _, message in cut if isinstance(message, dict))
    calls = walk(Session(upgrade(), 10_000), cut)
    assert len(calls) == max(1, began)
    assert sum(call.failure is None and "response.done" in events(call) for call in calls) == ended


def test_a_session_that_is_one_answer() -> None:
    """A transcript is one call from the upgrade to the end: its sure words, and none of the sound or the guesses."""
    session = Session(upgrade("deepgram_audio", "/v1/listen?model=nova-3"), 1000)
    guess = {"type": "Results", "is_final": False}
    (call,) = walk(
        session, [(True, b"sound"), (False, guess), (False, {"type": "Results"}), (False, {"type": "Metadata"})]
    )
    assert events(call) == ["Results", "Metadata"]
    assert (call.id, call.endpoint.model, call.request.body.chunks) == ("id", "nova-3", [])
    assert (call.request.body.size, call.failure) == (5, None)
