"""The recorder and gRPC: requests that go on while their answers come, answers that end in trailers."""

from mitmproxy import http
from mitmproxy.test import tflow

from llmtap.capture.exchange import Endpoint
from llmtap.capture.recorder import Recorder, exchange_of
from llmtap.capture.settings import CaptureSettings

HOST = "api.x.ai"
XAI = Endpoint("x_ai")


def test_trailers_are_kept() -> None:
    """What stands after the body is part of the response, live and read again from a flow file."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow(resp=True)
    recorder.begin(flow, XAI, HOST)
    recorder.tap(flow)
    assert flow.response is not None
    flow.response.trailers = http.Headers(((b"grpc-status", b"14"),))

    again = http.HTTPFlow.from_state(flow.get_state())
    assert isinstance(again, http.HTTPFlow)
    for exchange in (recorder.finish(flow), exchange_of(again, XAI)):
        assert exchange is not None
        assert exchange.response is not None
        assert exchange.response.trailers == ((b"grpc-status", b"14"),)


def test_a_request_that_goes_on_passes_as_it_arrives() -> None:
    """Of a gRPC call each piece passes through the tap at once, and is there at the end."""
    recorder, flow = Recorder(CaptureSettings()), tflow.tflow(resp=False)
    flow.request.headers["content-type"] = "application/grpc"
    recorder.begin(flow, XAI, HOST)
    assert callable(flow.request.stream)
    for piece in (b"one", b"two"):
        assert flow.request.stream(piece) is piece
    flow.request.raw_content = None

    exchange = recorder.finish(flow)

    assert exchange is not None
    assert [data for _, data in exchange.request.body.chunks] == [b"one", b"two"]
