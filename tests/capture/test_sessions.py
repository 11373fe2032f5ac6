"""The sessions under way: by flow, closed once, and those of a recording."""

import json

import pytest

from llmtap.capture.exchange import Endpoint, Exchange, Failure, Request, Response
from llmtap.capture.sessions import Sessions, calls, ended

CREATED = json.dumps({"type": "response.created", "response": {"id": "r"}}, indent=2).encode()
DONE = b'{"type":"response.done","response":{"id":"r"}}'


def upgrade() -> Exchange:
    """What opened a session."""
    request = Request("GET", "https", "api.openai.com", 443, "/v1/realtime")
    return Exchange("id", 1000.0, 0.0, Endpoint("openai", wire_format="openai_realtime"), request, Response(101))


def test_a_session_is_known_by_its_flow() -> None:
    """Messages of a flow that was never opened, or is closed, give nothing."""
    sessions = Sessions()
    sessions.open("a", upgrade(), 1000)

    assert sessions.message("b", DONE, from_client=False) == []
    assert sessions.message("a", CREATED, from_client=False) == []
    assert len(sessions.message("a", DONE, from_client=False)) == 1
    assert sessions.close("a", 1000, None, by_client=True) == []
    assert sessions.close("a", 1000, None, by_client=True) == []


@pytest.mark.parametrize(
    ("code", "by_client", "failed"),
    [(1000, False, False), (1001, False, False), (1006, True, False), (1006, False, True), (1008, False, True)],
)
def test_how_an_idle_session_ends(code: int, *, by_client: bool, failed: bool) -> None:
    """With nothing under way, only a server that closes for a reason is a failure."""
    sessions = Sessions()
    sessions.open("a", upgrade(), 1000)
    (call,) = sessions.close("a", code, None, by_client=by_client)
    assert (call.failure is not None) is failed


def test_all_are_closed_at_the_end() -> None:
    """A response under way at shutdown comes out with that failure."""
    failure = Failure("proxy_shutdown", "now")
    sessions = Sessions()
    for key in "ab":
        sessions.open(key, upgrade(), 1000)
        sessions.message(key, CREATED, from_client=False)
    assert [call.failure for call in sessions.close_all(failure)] == [failure, failure]
    assert sessions.close_all(failure) == []


def test_who_ended_it() -> None:
    """The failure says who closed the session and why."""
    assert ended(1006, "", by_client=True) == Failure(
        "client_disconnected", "The client closed the session (code 1006)."
    )
    assert ended(1011, "overloaded", by_client=False) == Failure(
        "stream_interrupted", "The server closed the session (code 1011, overloaded)."
    )


def test_a_recorded_session_gives_the_same_documents() -> None:
    """Read twice, the calls of a recording have the same ids; the instants are its own."""
    messages = [(1.0, False, CREATED), (2.0, False, DONE), (3.0, False, CREATED)]
    first, second = (list(calls(upgrade(), messages, 1000)) for _ in range(2))
    assert [call.id for call in first] == [call.id for call in second]
    assert [(call.origin, call.ended_at, call.failure is None) for call in first] == [
        (1.0, 2.0, True),
        (3.0, 3.0, False),
    ]
    assert [call.id for call in calls(upgrade(), [], 1000)] == ["id"]


def test_a_message_is_one_line() -> None:
    """A message that is spelt over several lines is the same JSON in one."""
    (call,) = calls(upgrade(), [(1.0, False, CREATED), (2.0, False, DONE)], 1000)
    assert call.response is not None
    assert [data.count(b"\n") for _, data in call.response.body.chunks] == [1, 1]
    assert json.loads(call.response.body.chunks[0][1]) == json.loads(CREATED)
