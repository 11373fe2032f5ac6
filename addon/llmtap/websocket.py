"""mitmproxy's door for WebSocket sessions: each response of a session is a call, handed on when it is complete.

Messages pass as they are. Once read they are let go of, since mitmproxy would keep all of a session's until it ends;
it does when it writes a recording, in which they belong.
When the client leaves while a message passes, mitmproxy 12.2.3 may forget to say that the session has ended; that the
client is gone it always says, so a session is ended by whichever comes first.
"""

from collections.abc import Callable

from mitmproxy import connection, http

from llmtap.capture.exchange import Exchange, Failure
from llmtap.capture.recorder import Recorder
from llmtap.capture.sessions import Sessions

SHOWN_MESSAGES = 2000
"""How many messages of a session a user interface keeps; without one only the last stays, which other addons read."""


class WebSocketDoor:
    """The hooks of sessions; `hand_on` takes a flow and the calls that it gave."""

    def __init__(self, recorder: Recorder, hand_on: Callable[[http.HTTPFlow, list[Exchange]], None]) -> None:
        """Follow the sessions whose upgrades `recorder` has seen."""
        self._recorder = recorder
        self._hand_on = hand_on
        self._sessions = Sessions()
        self._flows: dict[str, http.HTTPFlow] = {}

    def adopt(self, other: "WebSocketDoor", recorder: Recorder) -> None:
        """Go on with the sessions of another door, which is no longer used."""
        self._recorder, self._sessions, self._flows = recorder, other._sessions, other._flows  # noqa: SLF001 -- its own kind

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Follow a session, when its upgrade is an LLM call; an upgraded connection has no other flows."""
        upgrade = self._recorder.finish(flow)
        if upgrade is not None:
            self._flows[flow.client_conn.id] = flow
            self._sessions.open(flow.id, upgrade, self._recorder.settings.max_body_bytes)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Hand on the calls that a message completes, and let go of the messages before it."""
        if flow.websocket is None:
            return
        messages = flow.websocket.messages
        said = messages[-1]
        self._hand_on(flow, self._sessions.message(flow.id, said.content, from_client=said.from_client))
        if not self._recorder.recorded:
            del messages[: -(SHOWN_MESSAGES if self._recorder.keep else 1)]

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Hand on the calls that a session leaves open."""
        self._flows.pop(flow.client_conn.id, None)
        end = flow.websocket
        if end is not None:
            by_client = end.closed_by_client is not False
            self._hand_on(flow, self._sessions.close(flow.id, end.close_code, end.close_reason, by_client=by_client))

    def client_disconnected(self, client: connection.Client) -> None:
        """End the session of a client that is gone."""
        flow = self._flows.get(client.id)
        if flow is not None:
            self.websocket_end(flow)

    def close_all(self, failure: Failure) -> list[Exchange]:
        """End every session, and return the calls that were under way with `failure`."""
        self._flows.clear()
        return self._sessions.close_all(failure)
