"""Keeps live flows, taps their bodies as they pass, and closes each into exactly one Exchange.

The tap appends a piece and returns the same bytes object: it never parses, never waits, never raises. mitmproxy cuts
the client off when a stream callable returns b"" for data, and loses the piece when it raises (mitmproxy.md section 1).
Whoever closes a recording first wins, so `response`, `error` and shutdown may all try.
"""

import base64
import contextlib
import time
import weakref
from collections.abc import Iterator, MutableMapping
from dataclasses import replace

from mitmproxy import connection, http
from mitmproxy.net.http.http1 import expected_http_body_size

from llmtap.capture.exchange import Body, Client, Endpoint, Exchange, Failure, Request, Response, duplex, new_id
from llmtap.capture.failure import SHUTDOWN, failure
from llmtap.capture.settings import CaptureSettings
from llmtap.capture.window import Stream, Window

SWITCHING_PROTOCOLS = 101
RELAY = "llmtap.relay"
"""The key of `flow.metadata` under which the name of the relay stands that a flow was sent to."""


class Recording:
    """One live flow: its request as the client sent it, and the windows that its bodies pass through."""

    __slots__ = (
        "endpoint", "flow", "headers_at", "id", "origin", "received", "relay", "request", "secrets", "sent", "started",
    )  # fmt: skip

    def __init__(self, flow: http.HTTPFlow, endpoint: Endpoint | None, host: str) -> None:
        """Begin at this instant, before anybody changes the request to `host`; its date is mitmproxy's, as its id's."""
        self.flow = flow
        self.endpoint = endpoint
        self.started = flow.request.timestamp_start
        self.origin = time.monotonic()
        self.id = identity(flow)
        self.request = _head(flow, host)
        self.relay: str | None = None
        self.secrets: tuple[str, ...] = ()
        self.sent: Window | None = None
        self.received: Window | None = None
        self.headers_at: float | None = None


class Recorder:
    """The recordings of all flows that are under way, by flow id."""

    def __init__(self, settings: CaptureSettings, *, keep: bool = False) -> None:
        """Cap bodies as `settings` say; with `keep`, a tapped body is put back into its flow for a user interface.

        `recorded` says that mitmproxy writes flows into a file, for which sessions keep their messages.
        """
        self.settings = settings
        self.keep = keep
        self.recorded = False
        self._live: dict[str, Recording] = {}
        self._credentials: MutableMapping[connection.Client, tuple[str, str]] = weakref.WeakKeyDictionary()

    def __len__(self) -> int:
        """Return how many flows are under way."""
        return len(self._live)

    def identify(self, flow: http.HTTPFlow) -> None:
        """Move the proxy's user and password from the header to the flow; they belong to nobody further up.

        A CONNECT carries them once for its connection, a plain request every time, since others may share its
        connection. Nothing is verified: that is what mitmproxy's `proxyauth` option is for, which leaves the same pair
        in the same place.
        """
        stated = _credentials(flow.request.headers.pop("proxy-authorization", ""))
        if stated and flow.request.method == "CONNECT":
            self._credentials[flow.client_conn] = stated
        if found := stated or self._credentials.get(flow.client_conn):
            flow.metadata.setdefault("proxyauth", found)

    def begin(self, flow: http.HTTPFlow, endpoint: Endpoint | None, host: str) -> Recording:
        """Start to record a flow whose request headers have arrived, and which is meant for `host`.

        A request body that is declared larger than the cap, or that may go on while its answer comes, is passed on as
        it arrives, and tapped; any other is left to mitmproxy, which hands it on whole. So is one that another addon
        has answered: mitmproxy cannot stream it, and ends the connection when told to (12.2.3).
        """
        recording = self._live[flow.id] = Recording(flow, endpoint, host)
        cap = self.settings.max_body_bytes
        if flow.response is None and (duplex(flow.request.headers.fields) or _longer(flow.request, cap)):
            recording.sent = Window(cap)
            flow.request.stream = _tap(recording.sent, flow.request)
        return recording

    def let_pass(self, flow: http.HTTPFlow) -> None:
        """Hold back no request that is not recorded and may go on while its answer comes."""
        if flow.response is None and duplex(flow.request.headers.fields):
            flow.request.stream = flow.request.stream or True

    def tap(self, flow: http.HTTPFlow) -> None:
        """Let the response body pass at once, through a window when the flow is recorded.

        What another addon does with a body as it passes is done after us.
        """
        if flow.response is None or flow.response.status_code == SWITCHING_PROTOCOLS:
            return
        recording = self._live.get(flow.id)
        if recording is None:
            flow.response.stream = flow.response.stream or True
            return
        recording.headers_at = time.monotonic()
        recording.received = Window(self.settings.max_body_bytes)
        flow.response.stream = _tap(recording.received, flow.response)

    def finish(self, flow: http.HTTPFlow) -> Exchange | None:
        """Close the flow's recording and return what was seen, or None when it is closed already or is no LLM call."""
        recording = self._live.pop(flow.id, None)
        if recording is None:
            return None
        if self.keep:
            _put_back(recording)
        return self._exchange(recording, recording.endpoint, _failure(flow)) if recording.endpoint else None

    def finish_all(self) -> Iterator[Exchange]:
        """Close every recording, as the proxy is shut down while they are under way."""
        while self._live:
            _, recording = self._live.popitem()
            if recording.endpoint:
                yield self._exchange(recording, recording.endpoint, SHUTDOWN)

    def _exchange(self, recording: Recording, endpoint: Endpoint, error: Failure | None) -> Exchange:
        flow, now, cap = recording.flow, time.monotonic(), self.settings.max_body_bytes
        asked = _body(flow.request, recording.sent, recording.origin, cap)
        answered = _body(flow.response, recording.received, now, cap)
        return Exchange(
            id=recording.id,
            started=recording.started,
            origin=recording.origin,
            endpoint=endpoint,
            request=replace(recording.request, body=asked),
            response=_response(flow, answered),
            headers_at=recording.headers_at,
            ended_at=now,
            failure=error,
            client=client_of(flow),
            relay=recording.relay,
            server_host=flow.request.host,
            server_port=flow.request.port,
            secrets=recording.secrets,
        )


def exchange_of(flow: http.HTTPFlow, endpoint: Endpoint) -> Exchange:
    """Return a finished flow (one in a user interface, or from a flow file) as an Exchange.

    The pieces of its bodies and their arrival times are lost; when the answer began and ended is known. Its id is the
    one that it had when it was live, so that what is read again is nothing new.
    """
    origin, response = flow.request.timestamp_start, flow.response
    first = response.timestamp_start if response else None
    last = response.timestamp_end if response else None
    if last is None and flow.error is not None:
        last = flow.error.timestamp
    return Exchange(
        id=identity(flow),
        started=origin,
        origin=origin,
        endpoint=endpoint,
        request=replace(
            _head(flow, flow.request.pretty_host), body=Body.whole(flow.request.raw_content or b"", origin)
        ),
        response=_response(flow, Body.whole((response and response.raw_content) or b"")),
        headers_at=first,
        ended_at=last,
        failure=_failure(flow),
        client=client_of(flow),
        relay=flow.metadata.get(RELAY),
        server_host=flow.request.host,
        server_port=flow.request.port,
    )


def identity(flow: http.HTTPFlow) -> str:
    """Return the id of a flow's document: made of mitmproxy's, which flow files keep, and of the request's begin.

    A request that is sent once more from a user interface keeps its flow, and begins anew (mitmproxy 12.2.3).
    """
    began = flow.request.timestamp_start
    return new_id(began, f"{flow.id} {began}".encode())


def client_of(flow: http.HTTPFlow) -> Client:
    """Return who connected to the proxy."""
    peer = getattr(flow.client_conn, "peername", None) or (None, None)  # a flow file may lack it
    user, password = flow.metadata.get("proxyauth") or (None, None)
    return Client(peer[0], peer[1], user, password, flow.client_conn.tls_version)


def _tap(window: Window, message: http.Message) -> Stream:
    """Return what takes note of each piece of a message and hands it on, to whatever another addon streams it with."""
    add, now, further = window.add, time.monotonic, message.stream

    def tap(data: bytes) -> bytes:
        if data:
            add(now(), data)
        return data

    return (lambda data: further(tap(data))) if callable(further) else tap


def _credentials(value: str) -> tuple[str, str] | None:
    kind, _, encoded = value.partition(" ")
    if kind.lower() == "basic":
        with contextlib.suppress(ValueError):
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
            if user:
                return user, password
    return None


def _longer(request: http.Request, cap: int) -> bool:
    """Whether the request declares more than `cap` bytes: a cheap look, then mitmproxy's own, for what it refuses."""
    if len(request.headers.get("content-length", "")) >= len(str(cap)):
        with contextlib.suppress(ValueError):
            return (expected_http_body_size(request) or 0) > cap
    return False


def _put_back(recording: Recording) -> None:
    """Give a user interface the body that streamed past it; mitmproxy does not send it again (mitmproxy.md 1)."""
    flow = recording.flow
    for message, window in ((flow.request, recording.sent), (flow.response, recording.received)):
        if message is not None and window is not None and message.raw_content is None:
            body = window.body()
            if not body.dropped:
                message.data.content = body.joined()


def _body(message: http.Message | None, window: Window | None, at: float | None, cap: int) -> Body:
    """Return what passed through the window; if nothing did, what mitmproxy held, which came whole at `at`.

    mitmproxy holds a chunked request, and what another addon answered, however the response is to be streamed.
    """
    held = (message and message.raw_content) or b""
    if window is None or (held and not window.size):
        if len(held) <= cap:
            return Body.whole(held, at)
        window = Window(cap)
        window.add(at, held)
    return window.body()


def _head(flow: http.HTTPFlow, host: str) -> Request:
    request = flow.request
    return Request(
        request.method,
        request.scheme,
        host,
        request.port,
        request.path,
        request.headers.fields,
        http_version=request.http_version,
    )


def _response(flow: http.HTTPFlow, body: Body) -> Response | None:
    head = flow.response
    if head is None:
        return None
    trailers = head.trailers.fields if head.trailers else ()
    return Response(head.status_code, head.headers.fields, body, head.http_version, trailers)


def _failure(flow: http.HTTPFlow) -> Failure | None:
    if flow.error is None:
        return None
    asking = flow.request.timestamp_end is None
    return failure(flow.error.msg, answering=flow.response is not None, asking=asking)
