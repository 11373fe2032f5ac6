"""The recorder beside other addons: what they answer is seen, and what they do with a body is done."""

from mitmproxy.test import tflow, tutils

from llmtap.capture.recorder import Recorder
from llmtap.capture.settings import CaptureSettings
from tests.capture.test_recorder import HOST, OPENAI


def test_what_another_addon_does_is_done_as_well() -> None:
    """A stream that another addon changes is seen as the provider sent it, and passes as the addon made it."""

    def shout(data: bytes) -> bytes:
        return data.upper()

    recorder = Recorder(CaptureSettings())
    recorded, foreign = tflow.tflow(resp=True), tflow.tflow(resp=True)
    for flow in (recorded, foreign):
        assert flow.response is not None
        flow.response.stream = shout
        flow.request.stream = shout
    recorder.begin(recorded, OPENAI, HOST)
    recorder.let_pass(foreign)
    for flow in (recorded, foreign):
        recorder.tap(flow)

    assert recorded.response is not None
    assert foreign.response is not None
    assert callable(recorded.response.stream)
    assert recorded.response.stream(b"said") == b"SAID"
    assert foreign.response.stream is foreign.request.stream is shout
    exchange = recorder.finish(recorded)
    assert exchange is not None
    assert exchange.response is not None
    assert [data for _, data in exchange.response.body.chunks] == [b"said"]


def test_an_answered_request_is_not_streamed() -> None:
    """What another addon has answered already cannot be streamed (mitmproxy would end the connection)."""
    recorder = Recorder(CaptureSettings(max_body_bytes=8))
    flow = tflow.tflow(resp=tutils.tresp(status_code=407))
    flow.request.headers["content-length"] = "1000"

    recorder.begin(flow, OPENAI, HOST)

    assert flow.request.stream is False


def test_an_answer_of_another_addon_is_seen() -> None:
    """mitmproxy does not stream what an addon answered, whatever is asked of it; it is recorded whole."""
    recorder = Recorder(CaptureSettings())
    flow = tflow.tflow(resp=tutils.tresp(content=b"mocked"))
    recorder.begin(flow, OPENAI, HOST)
    recorder.tap(flow)

    exchange = recorder.finish(flow)

    assert exchange is not None
    assert exchange.response is not None
    assert [data for _, data in exchange.response.body.chunks] == [b"mocked"]
