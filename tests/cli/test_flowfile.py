"""Flow files: each flow as it was live, its id included."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from mitmproxy import flow, http
from mitmproxy.io import FlowWriter, tnetstring
from mitmproxy.test import tflow, tutils
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from llmtap import config, contentview
from llmtap.capture.exchange import Endpoint, Exchange
from llmtap.capture.failure import SHUTDOWN
from llmtap.capture.provider import Providers
from llmtap.capture.recorder import RELAY, Recorder
from llmtap.capture.settings import CaptureSettings
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.cli.flowfile import flow_entries
from tests.cli.recorded import ANSWER, ASK, SESSION, written

CAP = 1 << 20
PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)


def chat(host: str = "api.openai.com", path: bytes = b"/v1/chat/completions") -> http.HTTPFlow:
    """Return a finished chat call."""
    kind = http.Headers(content_type="application/json")
    made = tflow.tflow(
        req=tutils.treq(method=b"POST", host=host, port=443, scheme=b"https", path=path, content=ASK, headers=kind),
        resp=tutils.tresp(content=ANSWER, headers=kind),
    )
    made.request.headers["host"] = host
    return made


def entries(folder: Path, data: bytes) -> Iterator[Entry]:
    """Yield what is read of a flow file."""
    with written(folder, data).open("rb") as file:
        yield from flow_entries(file, PROVIDERS, CAP)


def only(folder: Path, saved_flow: flow.Flow) -> Exchange:
    """Return the one call of a file with one flow."""
    (entry,) = entries(folder, saved(saved_flow))
    (call,) = entry.exchanges
    return call


def realtime(*messages: tuple[bool, bytes]) -> http.HTTPFlow:
    """Return a session of OpenAI that the client closed, with what was said at 10 s and each second after it."""
    made = tflow.twebsocketflow(messages=False, close_code=1000)
    made.request.host = made.request.headers["host"] = "api.openai.com"
    made.request.path, made.request.timestamp_start = "/v1/realtime?model=gpt-realtime", 1_793_527_200.0
    assert made.websocket is not None
    made.websocket.closed_by_client = True
    made.websocket.timestamp_end = 1_793_527_300.0
    made.websocket.messages = [
        WebSocketMessage(Opcode.TEXT, by_client, data, 1_793_527_210.0 + number)
        for number, (by_client, data) in enumerate(messages)
    ]
    return made


def saved(*flows: flow.Flow) -> bytes:
    """Return a flow file of these flows."""
    file = io.BytesIO()
    writer = FlowWriter(file)
    for each in flows:
        writer.add(each)
    return file.getvalue()


def test_flows_keep_their_order(tmp_path: Path) -> None:
    """Calls are Exchanges; other hosts, other protocols and WebSocket sessions are told apart."""
    data = saved(chat(), chat("example.com", b"/x"), tflow.ttcpflow(), tflow.tdnsflow(), tflow.twebsocketflow(), chat())
    found = list(entries(tmp_path, data))
    calls = [list(entry.exchanges) for entry in found]
    assert [[True], [False], [], [], [], [True]] == [[call.endpoint.certain for call in each] for each in calls]
    assert calls[0][0].response is not None
    assert [(None, ANSWER)] == list(calls[0][0].response.body.chunks)


def test_the_id_is_the_live_one(tmp_path: Path) -> None:
    """A flow that was seen live and saved has the same id again."""
    live = chat()
    recorder = Recorder(CaptureSettings())
    recording = recorder.begin(live, Endpoint("openai"), "api.openai.com")
    assert recording.id == only(tmp_path, live).id


def test_a_redirected_flow_keeps_its_provider(tmp_path: Path) -> None:
    """What went to a relay is a call of the provider's API, by way of that relay."""
    sent = chat()
    contentview.leave(sent, Endpoint("openai", wire_format="openai_chat", operation="chat"))
    sent.metadata[RELAY] = "acme"
    sent.request.host = sent.request.headers["host"] = "relay.example"
    call = only(tmp_path, sent)
    assert ("openai", "acme", "relay.example") == (call.endpoint.provider, call.relay, call.server_host)


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_a_file_cut_short(tmp_path: Path, cut: int) -> None:
    """Flows before the cut are read; the error names the one that is cut."""
    found = entries(tmp_path, saved(chat(), chat())[:-cut])
    assert list(next(found).exchanges)
    with pytest.raises(UnreadableError) as told:
        next(found)
    assert (2, "it is damaged, or cut short") == (told.value.number, told.value.why)


@pytest.mark.parametrize("data", [b"no flow at all", b"5:hello,", b"2:{}}", b"\x00\x01", b"<html>"])
def test_what_is_no_flow_file(tmp_path: Path, data: bytes) -> None:
    """Another file is told as a whole."""
    with pytest.raises(UnreadableError) as told:
        list(entries(tmp_path, data))
    assert told.value.number is None


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """mitmdump makes an empty file when nothing was seen."""
    assert [] == list(entries(tmp_path, b""))


def test_a_session_is_a_call_for_each_response(tmp_path: Path) -> None:
    """Each response of a session is a call with its own instants; headers came before the first."""
    (entry,) = entries(tmp_path, saved(realtime(*SESSION, *SESSION)))
    calls = list(entry.exchanges)
    assert [(10.0, 12.0), (13.0, 15.0)] == [
        (call.origin - 1_793_527_200.0, call.ended_at - 1_793_527_200.0)
        for call in calls
        if call.origin is not None and call.ended_at is not None
    ]
    assert 2 == len({call.id for call in calls})
    assert [None, None] == [call.failure for call in calls]
    assert {None} == {call.headers_at for call in calls}


def test_how_a_session_ended(tmp_path: Path) -> None:
    """A response under way ends as its session did; in a session that is saved while it lasts, with the proxy."""
    closed, lasting = realtime(*SESSION[:2]), realtime(*SESSION[:2])
    assert closed.websocket is not None
    assert lasting.websocket is not None
    closed.websocket.closed_by_client, closed.websocket.close_code = False, 1011
    lasting.websocket.timestamp_end = None
    failures = [only(tmp_path, each).failure for each in (closed, lasting)]
    assert ["stream_interrupted", "proxy_shutdown"] == [failure and failure.type for failure in failures]


def test_what_was_under_way(tmp_path: Path) -> None:
    """mitmproxy saves what is under way when it ends; live it was written down as shut down."""
    asked, answering = chat(), chat()
    asked.response = None
    assert answering.response is not None
    answering.response.data.content = answering.response.timestamp_end = None
    assert [SHUTDOWN, SHUTDOWN] == [only(tmp_path, each).failure for each in (asked, answering)]


@pytest.mark.parametrize(("stated", "size", "dropped"), [("300", 300, 300), ("0", 0, 0), (None, 0, 1)])
def test_a_body_that_streamed_past(tmp_path: Path, stated: str | None, size: int, dropped: int) -> None:
    """A body that mitmproxy did not keep is one that is missing, not an empty one."""
    streamed = chat()
    assert streamed.response is not None
    streamed.response.data.content = None
    streamed.response.headers.pop("content-length", None)
    if stated:
        streamed.response.headers["content-length"] = stated
    call = only(tmp_path, streamed)
    assert call.response is not None
    assert (None, size, dropped) == (call.failure, call.response.body.size, call.response.body.dropped)


def test_a_flow_that_is_none(tmp_path: Path) -> None:
    """A flow of a kind or a version that mitmproxy does not know costs itself alone."""
    known, odd = chat().get_state(), chat().get_state()
    file = io.BytesIO()
    for state in (known, odd | {"type": "carrier pigeon"}, odd | {"version": 9999}, odd | {"request": 7}, known):
        tnetstring.dump(state, file)
    found = list(entries(tmp_path, file.getvalue()))
    assert [False, True, True, True, False] == [entry.why is not None for entry in found]
    assert [1, 2, 3, 4, 5] == [entry.number for entry in found]


def test_a_length_that_is_damaged(tmp_path: Path) -> None:
    """A length beyond the file's end asks for no memory."""
    with pytest.raises(UnreadableError):
        list(entries(tmp_path, b"999999999999:" + saved(chat())))
