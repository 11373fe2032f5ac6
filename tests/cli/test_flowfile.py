"""Flow files: each flow as it was live, its id included."""

import io
from pathlib import Path

import pytest
from mitmproxy import flow, http
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

from llmtap import config, contentview
from llmtap.capture.exchange import Endpoint
from llmtap.capture.provider import Providers
from llmtap.capture.recorder import RELAY, Recorder
from llmtap.capture.window import CaptureSettings
from llmtap.cli.entry import UnreadableError
from llmtap.cli.flowfile import flow_entries
from tests.cli.recorded import ANSWER, ASK, written

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
    found = list(flow_entries(written(tmp_path, data), PROVIDERS))
    certain = [one.reason or (one.exchange and one.exchange.endpoint.certain) for one in found]
    assert [True, False, "other", "other", "websocket", True] == certain
    assert found[0].exchange is not None
    assert found[0].exchange.response is not None
    assert [(None, ANSWER)] == list(found[0].exchange.response.body.chunks)


def test_the_id_is_the_live_one(tmp_path: Path) -> None:
    """A flow that was seen live and saved has the same id again."""
    live = chat()
    recorder = Recorder(CaptureSettings())
    recording = recorder.begin(live, Endpoint("openai"), "api.openai.com")
    (entry,) = flow_entries(written(tmp_path, saved(live)), PROVIDERS)
    assert entry.exchange is not None
    assert recording.id == entry.exchange.id


def test_a_redirected_flow_keeps_its_provider(tmp_path: Path) -> None:
    """What went to a relay is a call of the provider's API, by way of that relay."""
    sent = chat()
    contentview.leave(sent, Endpoint("openai", wire_format="openai_chat", operation="chat"))
    sent.metadata[RELAY] = "acme"
    sent.request.host = sent.request.headers["host"] = "relay.example"
    (entry,) = flow_entries(written(tmp_path, saved(sent)), PROVIDERS)
    assert entry.exchange is not None
    assert ("openai", "acme", "relay.example") == (
        entry.exchange.endpoint.provider, entry.exchange.relay, entry.exchange.server_host,
    )  # fmt: skip


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_a_file_cut_short(tmp_path: Path, cut: int) -> None:
    """Flows before the cut are read; the error names the one that is cut."""
    entries = flow_entries(written(tmp_path, saved(chat(), chat())[:-cut]), PROVIDERS)
    assert next(entries).exchange is not None
    with pytest.raises(UnreadableError) as told:
        next(entries)
    assert (2, "it is damaged, or cut short") == (told.value.number, told.value.why)


@pytest.mark.parametrize("data", [b"no flow at all", b"5:hello,", b"2:{}}", b"\x00\x01", b"<html>"])
def test_what_is_no_flow_file(tmp_path: Path, data: bytes) -> None:
    """Another file is told as a whole."""
    with pytest.raises(UnreadableError) as told:
        list(flow_entries(written(tmp_path, data), PROVIDERS))
    assert told.value.number is None


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """mitmdump makes an empty file when nothing was seen."""
    assert [] == list(flow_entries(written(tmp_path, b""), PROVIDERS))
