"""The recorder: every flow is closed once, whatever order its end comes in; what passed is what it says."""

import base64

import pytest
from mitmproxy import http
from mitmproxy.test import tflow, tutils

from llmtap.capture.exchange import Endpoint
from llmtap.capture.failure import SHUTDOWN
from llmtap.capture.recorder import RELAY, Recorder, client_of, exchange_of
from llmtap.capture.settings import CaptureSettings

HOST = "api.openai.com"
OPENAI = Endpoint("openai", wire_format="openai_chat", operation="chat")


def stream(recorder: Recorder, *pieces: bytes) -> http.HTTPFlow:
    """Return a flow whose response passed through the recorder's tap in `pieces`."""
    flow = tflow.tflow(resp=True)
    recorder.begin(flow, OPENAI, HOST)
    recorder.tap(flow)
    assert flow.response is not None
    assert callable(flow.response.stream)
    for piece in pieces:
        assert flow.response.stream(piece) is piece
    assert flow.response.stream(b"") == b""
    return flow


def test_a_flow_is_one_exchange() -> None:
    """A finished flow is an Exchange with its bytes in the pieces in which they came; a second end finds nothing."""
    recorder = Recorder(CaptureSettings())
    flow = stream(recorder, b"data: 1\n\n", b"data: 2\n\n")

    exchange = recorder.finish(flow)

    assert exchange is not None
    assert exchange.response is not None
    assert [data for _, data in exchange.response.body.chunks] == [b"data: 1\n\n", b"data: 2\n\n"]
    assert exchange.request.body.size == len(flow.request.raw_content or b"")
    assert exchange.endpoint is OPENAI
    assert recorder.finish(flow) is None
    assert len(recorder) == 0


def test_instants_are_ordered() -> None:
    """Origin, headers, pieces and end follow one another on one clock."""
    recorder = Recorder(CaptureSettings())
    exchange = recorder.finish(stream(recorder, b"a", b"b"))

    assert exchange is not None
    assert exchange.response is not None
    instants = [
        exchange.origin,
        exchange.headers_at,
        *(at for at, _ in exchange.response.body.chunks),
        exchange.ended_at,
    ]
    assert None not in instants
    assert instants == sorted(instant for instant in instants if instant is not None)


def test_shutdown_closes_everything_once() -> None:
    """Flows under way at shutdown become Exchanges with that failure, and their later ends find nothing."""
    recorder = Recorder(CaptureSettings())
    flow = stream(recorder, b"a")

    (exchange,) = recorder.finish_all()

    assert exchange.failure is SHUTDOWN
    assert recorder.finish(flow) is None


def test_flows_that_are_no_calls() -> None:
    """A response that nobody records is streamed through, and its end gives nothing."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow(resp=True)

    recorder.tap(flow)

    assert flow.response is not None
    assert flow.response.stream is True
    assert recorder.finish(flow) is None


def test_switching_protocols_is_left_alone() -> None:
    """An answer of 101 has no body to stream."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow(resp=tutils.tresp(status_code=101))
    recorder.begin(flow, OPENAI, HOST)

    recorder.tap(flow)

    assert flow.response is not None
    assert flow.response.stream is False


def test_body_cap() -> None:
    """Beyond the cap, head and tail are kept and the rest is counted; the client still gets all of it."""
    recorder = Recorder(CaptureSettings(max_body_bytes=8))

    exchange = recorder.finish(stream(recorder, b"head", b"x" * 1000, b"tail"))

    assert exchange is not None
    assert exchange.response is not None
    body = exchange.response.body
    assert b"".join(data for _, data in body.chunks) == b"headtail"
    assert (body.size, body.dropped, body.gap) == (1008, 1000, 1)


def test_large_requests_are_passed_on_as_they_arrive() -> None:
    """A request that is declared larger than the cap is tapped instead of held; smaller ones are left alone."""
    recorder = Recorder(CaptureSettings(max_body_bytes=8))
    large, small = tflow.tflow(), tflow.tflow()
    large.request.headers["content-length"] = "1000"

    recorder.begin(large, OPENAI, HOST)
    recorder.begin(small, OPENAI, HOST)

    assert callable(large.request.stream)
    assert small.request.stream is False


@pytest.mark.parametrize("stated", ["9" * 5000, "-1", "x", "", "\u0663" * 4, "1, 2"])
def test_odd_lengths_declare_nothing(stated: str) -> None:
    """A length that mitmproxy refuses is no reason to stream, and no error."""
    recorder = Recorder(CaptureSettings(max_body_bytes=8))
    flow = tflow.tflow()
    flow.request.headers["content-length"] = stated

    recorder.begin(flow, OPENAI, HOST)

    assert flow.request.stream is False


def test_what_mitmproxy_held_is_capped() -> None:
    """A chunked request declares no length and is held whole while it lasts; what is kept of it is within the cap."""
    recorder = Recorder(CaptureSettings(max_body_bytes=8))
    flow = tflow.tflow(req=tutils.treq(content=b"head" + b"x" * 1000 + b"tail"))
    del flow.request.headers["content-length"]
    flow.request.headers["transfer-encoding"] = "chunked"
    recorder.begin(flow, OPENAI, HOST)

    exchange = recorder.finish(flow)

    assert exchange is not None
    body = exchange.request.body
    assert [data for _, data in body.chunks] == [b"head", b"tail"]
    assert (body.size, body.dropped, body.gap) == (1008, 1000, 1)


def test_a_user_interface_gets_its_body_back() -> None:
    """With `keep`, a body that streamed past is put back into the flow."""
    recorder = Recorder(CaptureSettings(), keep=True)
    flow = stream(recorder, b"data: 1\n\n")
    assert flow.response is not None
    flow.response.raw_content = None

    recorder.finish(flow)

    assert flow.response.raw_content == b"data: 1\n\n"


def test_the_request_is_the_clients() -> None:
    """What a redirection changes afterwards does not show in the request; where it went does."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow(resp=True)
    recording = recorder.begin(flow, OPENAI, HOST)
    flow.request.host, flow.request.headers["authorization"] = "relay.example", "Bearer relay-key"
    recording.relay, recording.secrets = "relay", ("relay-key",)

    exchange = recorder.finish(flow)

    assert exchange is not None
    assert exchange.request.host == HOST
    assert b"relay-key" not in b"".join(value for _, value in exchange.request.headers)
    assert (exchange.relay, exchange.server_host) == ("relay", "relay.example")
    assert "relay-key" not in repr(exchange)
    assert exchange.secrets == ("relay-key",)


def test_a_client_that_ends_while_it_sends() -> None:
    """A body cut short before the request was complete is the client's doing; a refused connection is not."""
    recorder = Recorder(CaptureSettings())
    cut = "HTTP/1 protocol error: peer closed connection without sending complete message body (received 5 bytes)"
    found = []
    for message in (cut, "server closed connection", "[Errno 111] Connect call failed ('127.0.0.1', 1)"):
        flow = tflow.tflow(err=tflow.terr(message))
        flow.request.timestamp_end = None
        recorder.begin(flow, OPENAI, HOST)
        exchange = recorder.finish(flow)
        assert exchange is not None
        assert exchange.failure is not None
        found.append(exchange.failure.type)

    assert found == ["client_disconnected", "connection_reset", "connection_refused"]


def test_plain_requests_share_no_user() -> None:
    """Users of one connection, as that of a proxy in between, are not taken for one another."""
    recorder = Recorder(CaptureSettings())
    one, other, nobody = tflow.tflow(), tflow.tflow(), tflow.tflow()
    other.client_conn = nobody.client_conn = one.client_conn
    one.request.headers["proxy-authorization"] = "Basic " + base64.b64encode(b"one:dev").decode()
    other.request.headers["proxy-authorization"] = "Basic " + base64.b64encode(b"other:dev").decode()

    for flow in (one, other, nobody):
        recorder.identify(flow)

    assert [client_of(flow).proxy_user for flow in (one, other, nobody)] == ["one", "other", None]


def test_the_proxy_user_is_moved_not_forwarded() -> None:
    """Credentials of the proxy are taken off the request and stay with the connection."""
    recorder = Recorder(CaptureSettings())
    connect, later = tflow.tflow(), tflow.tflow()
    later.client_conn = connect.client_conn
    connect.request.method = "CONNECT"
    connect.request.headers["proxy-authorization"] = "Basic " + base64.b64encode(b"team:e:nv").decode()

    recorder.identify(connect)
    recorder.identify(later)

    assert "proxy-authorization" not in connect.request.headers
    assert (client_of(later).proxy_user, client_of(later).proxy_password) == ("team", "e:nv")


@pytest.mark.parametrize("value", ["Basic !!!", "Basic", "Bearer x", "Basic " + base64.b64encode(b"\xff").decode()])
def test_odd_proxy_credentials_are_dropped(value: str) -> None:
    """What is no user and password is taken off as well, and means nobody."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow()
    flow.request.headers["proxy-authorization"] = value

    recorder.identify(flow)

    assert "proxy-authorization" not in flow.request.headers
    assert client_of(flow).proxy_user is None


def test_a_finished_flow_in_memory() -> None:
    """A flow from a user interface or a file is an Exchange with whole bodies."""
    flow = tflow.tflow(resp=True)

    exchange = exchange_of(flow, OPENAI)

    assert exchange.response is not None
    assert [data for _, data in exchange.response.body.chunks] == [b"message"]
    assert exchange.started == flow.request.timestamp_start
    assert flow.response is not None
    assert exchange.headers_at == flow.response.timestamp_start
    assert exchange.id == Recorder(CaptureSettings()).begin(flow, OPENAI, HOST).id
    assert (exchange.ended_at, exchange.failure, exchange.relay) == (flow.response.timestamp_end, None, None)


def test_a_broken_flow_in_memory() -> None:
    """It ended when its error came, for the reason that this gives, and went where its metadata say."""
    flow = tflow.tflow(err=True)
    flow.metadata[RELAY] = "relay"

    exchange = exchange_of(flow, OPENAI)

    assert flow.error is not None
    assert (exchange.response, exchange.ended_at, exchange.relay) == (None, flow.error.timestamp, "relay")
    assert exchange.failure is not None
