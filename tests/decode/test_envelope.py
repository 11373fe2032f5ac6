"""A call that Zed's cloud carries is read as the vendor's; whatever else it is, it stays as it is."""

import dataclasses
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint, Exchange, Headers, Request, Response
from llmtap.decode.decoder import decode
from llmtap.decode.envelope import ENVELOPE, opened
from llmtap.decode.inference import ProviderError, Usage
from tests.exchanges.story import Story

LINES: Headers = ((b"content-type", b"application/x-ndjson"),)
EVENT = {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}


def call(asked: bytes, said: bytes, *, status: int = 200, headers: Headers = LINES) -> Exchange:
    """A call of Zed's cloud."""
    return Exchange(
        id="0",
        started=0.0,
        origin=0.0,
        endpoint=Endpoint("zed", wire_format=ENVELOPE, operation="chat"),
        request=Request("POST", "https", "cloud.zed.dev", 443, "/completions", (), Body.whole(asked)),
        response=Response(status, headers, Body.whole(said, 1.0)),
    )


def lines(*values: object) -> bytes:
    """Values as lines of JSON."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("wire_format", ["anthropic_messages", "openai_chat", "openai_responses"])
def test_a_stream_is_the_vendors(wire_format: str, *, told: bool) -> None:
    """Whichever vendor answers, its events mean what they mean without the envelope, which older clients do not get."""
    story = Story(wire_format, "stream")
    rest = decode(story.exchange([(1.0, story.response_body)]))
    data = [line[5:].strip() for line in story.response_body.split(b"\n") if line.startswith(b"data:")]
    events = [json.loads(one) for one in data if one != b"[DONE]"]
    said = lines({"status": "started"}, *({"event": event} for event in events), {"status": "stream_ended"})
    asked = b'{"provider":"p","model":"m","provider_request":%b}' % story.request_body
    zed = decode(call(asked, said if told else lines(*events)))
    assert (zed.operation, zed.wire_format) == ("chat", wire_format)
    assert (zed.request.messages, zed.response, zed.problems) == (rest.request.messages, rest.response, ())


def test_a_failure_on_the_way_is_the_calls() -> None:
    """Of the words on the way one alone is anything to the call."""
    failed = {"code": "upstream_http_503", "message": "no capacity", "request_id": "r", "retry_after": None}
    said = lines({"status": {"queued": {"position": 1}}}, {"event": EVENT}, {"status": {"failed": failed}})
    told = decode(call(b'{"model":"m","provider_request":{"messages":[]}}', said))
    assert told.response.error == ProviderError("upstream_http_503", None, "no capacity")
    assert told.request.model == "m"


def test_a_refusal_has_no_envelope() -> None:
    """It is the cloud's own."""
    exchange = call(b"{}", b'{"code":"trial_blocked","message":"no"}', status=403, headers=())
    assert opened(exchange).response == exchange.response
    assert decode(exchange).response.error is not None


def test_an_encoding_is_undone() -> None:
    """What is wrapped once more is unwrapped first."""
    usage = {"choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 3}, "object": "chat.completion.chunk"}
    packed = gzip.compress(lines({"event": EVENT}, {"event": usage}))
    told = decode(call(b'{"provider_request":{}}', packed, headers=(*LINES, (b"content-encoding", b"gzip"))))
    assert told.response.usage == Usage(input_tokens=2, output_tokens=3)


def test_a_hole_ends_what_is_known_to_be_whole() -> None:
    """Events around bytes that were not kept are given up, and those before it stand."""
    exchange = call(b'{"provider_request":{}}', b"")
    body = Body(((1.0, lines({"event": EVENT}) + b'{"ev'), (2.0, b'nt":1}\n')), 999, 50, 1)
    cut = dataclasses.replace(exchange, response=Response(200, LINES, body))
    response = opened(cut).response
    assert response is not None
    assert (response.body.dropped, response.body.joined()) == (50, lines(EVENT))


def test_any_other_call_stays() -> None:
    """Nothing else comes in an envelope, and one without an answer has none yet."""
    exchange = call(b"{}", b"")
    other = dataclasses.replace(exchange, endpoint=Endpoint("zed", wire_format="openai_chat"))
    assert opened(other) is other
    assert opened(dataclasses.replace(exchange, response=None)).response is None


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_the_bytes_nothing_raises(asked: bytes, said: bytes) -> None:
    """What is no envelope is handed on as it is."""
    found = opened(call(asked, said))
    assert found.endpoint.wire_format is None
    assert decode(call(asked, said)).operation == "chat"
