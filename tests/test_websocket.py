"""The door for sessions, with mitmproxy's own flows: what is handed on and when, and what is let go of."""

from collections.abc import Callable

import pytest
from mitmproxy import http
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from llmtap.capture.exchange import Endpoint, Exchange, Failure
from llmtap.capture.recorder import Recorder
from llmtap.capture.settings import CaptureSettings
from llmtap.websocket import SHOWN_MESSAGES, WebSocketDoor

CREATED = b'{"type":"response.created","response":{"id":"r"}}'
DONE = b'{"type":"response.done","response":{"id":"r"}}'
type End = Callable[[WebSocketDoor, http.HTTPFlow], None]


def opened(*, keep: bool = False, recorded: bool = False) -> tuple[WebSocketDoor, http.HTTPFlow, list[Exchange]]:
    """A session that is open, and where its calls are handed on to."""
    recorder = Recorder(CaptureSettings(), keep=keep)
    recorder.recorded = recorded
    handed: list[Exchange] = []
    door = WebSocketDoor(recorder, lambda _, calls: handed.extend(calls))
    flow = tflow.twebsocketflow()
    assert flow.websocket is not None
    flow.websocket.messages.clear()
    flow.websocket.closed_by_client = flow.websocket.close_code = None
    recorder.begin(flow, Endpoint("openai", wire_format="openai_realtime"), "api.openai.com")
    door.websocket_start(flow)
    return door, flow, handed


def say(door: WebSocketDoor, flow: http.HTTPFlow, data: bytes) -> None:
    """Let a message of the server pass."""
    assert flow.websocket is not None
    flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, from_client=False, content=data))
    door.websocket_message(flow)


def closed(door: WebSocketDoor, flow: http.HTTPFlow) -> None:
    """mitmproxy says that the server closed the session, and then that the client is gone."""
    assert flow.websocket is not None
    flow.websocket.closed_by_client, flow.websocket.close_code = False, 1011
    door.websocket_end(flow)
    door.client_disconnected(flow.client_conn)


def gone(door: WebSocketDoor, flow: http.HTTPFlow) -> None:
    """mitmproxy says that the client is gone, and later that the session was closed when its server was left."""
    door.client_disconnected(flow.client_conn)
    closed(door, flow)


def forgotten(door: WebSocketDoor, flow: http.HTTPFlow) -> None:
    """mitmproxy says that the client is gone, and nothing of the session."""
    door.client_disconnected(flow.client_conn)


def test_a_response_is_handed_on_with_its_last_message() -> None:
    """Not before it, and not at the session's end."""
    door, flow, handed = opened()
    say(door, flow, CREATED)
    assert handed == []
    say(door, flow, DONE)
    assert len(handed) == 1
    forgotten(door, flow)
    assert len(handed) == 1


@pytest.mark.parametrize(
    ("end", "error"),
    [(closed, "stream_interrupted"), (gone, "client_disconnected"), (forgotten, "client_disconnected")],
)
def test_a_session_ends_once(end: End, error: str) -> None:
    """Whatever mitmproxy says of the end, and in which order, what was open is handed on once."""
    door, flow, handed = opened()
    say(door, flow, CREATED)
    end(door, flow)
    assert [call.failure and call.failure.type for call in handed] == [error]


def test_shutdown() -> None:
    """What is open when the proxy ends is returned with that failure."""
    door, flow, _ = opened()
    say(door, flow, CREATED)
    failure = Failure("proxy_shutdown", "now")
    assert [call.failure for call in door.close_all(failure)] == [failure]


@pytest.mark.parametrize(
    ("keep", "recorded", "kept"),
    [(False, False, 1), (True, False, SHOWN_MESSAGES), (False, True, SHOWN_MESSAGES + 10)],
)
def test_messages_are_let_go_of(*, keep: bool, recorded: bool, kept: int) -> None:
    """Without a user interface the last message stays, with one the latest of them, in a recording all."""
    door, flow, _ = opened(keep=keep, recorded=recorded)
    for number in range(SHOWN_MESSAGES + 10):
        say(door, flow, b"%d" % number)
    assert flow.websocket is not None
    assert [message.content for message in flow.websocket.messages][-1] == b"%d" % (SHOWN_MESSAGES + 9)
    assert len(flow.websocket.messages) == kept


def test_a_session_that_is_no_llm_call() -> None:
    """Nothing of it is handed on; its messages are let go of all the same."""
    handed: list[Exchange] = []
    door = WebSocketDoor(Recorder(CaptureSettings()), lambda _, calls: handed.extend(calls))
    flow = tflow.twebsocketflow()
    door.websocket_start(flow)
    say(door, flow, CREATED)
    say(door, flow, DONE)
    closed(door, flow)
    assert handed == []
    assert flow.websocket is not None
    assert len(flow.websocket.messages) == 1
