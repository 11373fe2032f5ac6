"""A call of Google's over gRPC is read as the one over REST; whatever else it is, it stays as it is."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint, Exchange, Headers, Request, Response
from llmtap.decode.decoder import decode
from llmtap.decode.inference import ProviderError, Usage
from llmtap.decode.transcoding import transcoded
from tests.decode.formats.laws import odd_messages
from tests.exchanges.rpc import frame, message
from tests.exchanges.story import Story

GRPC: Headers = ((b"content-type", b"application/grpc"),)
OK: Headers = ((b"grpc-status", b"0"),)
GEMINI = "/google.ai.generativelanguage.v1beta.GenerativeService/"
VERTEX = "/google.cloud.aiplatform.v1.PredictionService/"
ASKED = frame(message({"1 model": "models/gemini-2.5-flash", "2 contents": [{"1 parts": [{"2 text": "Hi"}]}]}))
SAID = {"1 candidates": [{"1 content": {"1 parts": [{"2 text": "Calm."}]}, "2 finish_reason": 1}]}


def call(
    path: str, asked: bytes, said: Body, *, stream: bool = False, wire_format: str = "gemini_generate"
) -> Exchange:
    """A call over gRPC that ended well."""
    return Exchange(
        id="0",
        started=0.0,
        origin=0.0,
        endpoint=Endpoint("google", wire_format=wire_format, stream=stream or None),
        request=Request("POST", "https", "h", 443, path, GRPC, Body.whole(asked)),
        response=Response(200, GRPC, said, trailers=OK),
    )


def carrier(data: bytes, kind: str = "application/json") -> bytes:
    """A body of a kind, in its frame."""
    return frame(message({"1 content_type": kind, "2 data": data}))


@pytest.mark.parametrize(("name", "streamed"), [("plain", False), ("stream", True)])
def test_a_body_that_is_only_carried(name: str, *, streamed: bool) -> None:
    """Claude behind RawPredict is what it is behind REST, its stream cut anywhere."""
    story = Story("anthropic_messages", name)
    asked = frame(message({"1 endpoint": "e", "2 http_body": {"1 content_type": "j", "2 data": story.request_body}}))
    body, size = story.response_body, 50
    pieces = [(1.0, carrier(body[at : at + size])) for at in range(0, len(body), size)]
    path = f"{VERTEX}{'Stream' * streamed}RawPredict"
    rpc = decode(call(path, asked, Body(pieces), stream=streamed, wire_format="anthropic_messages"))
    rest = decode(story.exchange([(1.0, body)]))
    assert (rpc.request.messages, rpc.response, rpc.events) == (rest.request.messages, rest.response, rest.events)


def test_an_instant_is_that_of_its_message() -> None:
    """Each event of a stream is as late as the piece that completed its message."""
    one = frame(message(SAID))
    body = Body([(1.0, one[:7]), (2.0, one[7:] + one[:3]), (3.0, one[3:])])
    inference = decode(call(GEMINI + "StreamGenerateContent", ASKED, body, stream=True))
    assert (inference.content_times, inference.events) == ((2.0, 3.0), 2)
    assert (inference.response.completed, inference.request.model) == (True, "gemini-2.5-flash")


def test_an_answer_that_is_cut_off() -> None:
    """The walk names it as it does over REST, and what stood before is there."""
    whole = frame(message(SAID))
    cut = decode(call(GEMINI + "GenerateContent", ASKED[:-1], Body.whole(whole[:-1], 1.0)))
    assert cut.problems == ("request.truncated_json", "response.truncated_json")
    body = Body([(1.0, whole + whole[:-1])])
    exchange = call(GEMINI + "StreamGenerateContent", ASKED, body, stream=True)
    assert exchange.response is not None
    told = decode(dataclasses.replace(exchange, response=dataclasses.replace(exchange.response, trailers=())))
    assert (told.response.messages[0].parts[0].text, told.events) == ("Calm.", 2)


def test_a_hole_is_none_of_ours() -> None:
    """A request of which the middle was not kept says nothing; the path may name the model."""
    exchange = call(GEMINI + "GenerateContent", b"", Body.whole(frame(message(SAID)), 1.0))
    hole = Body([(0.0, ASKED[:9]), (0.0, ASKED[9:])], 1 << 30, 1 << 20, 1)
    asked = dataclasses.replace(exchange.request, body=hole)
    endpoint = dataclasses.replace(exchange.endpoint, model="gemini-2.5-flash")
    told = decode(dataclasses.replace(exchange, request=asked, endpoint=endpoint))
    assert (told.problems, told.request.model) == (("request.dropped_bytes",), "gemini-2.5-flash")


def test_a_gateway_that_answers_for_google() -> None:
    """Words that are no gRPC are read as they are."""
    exchange = call(GEMINI + "GenerateContent", ASKED, Body())
    said = Response(503, ((b"content-type", b"application/json"),), Body.whole(b'{"error":{"message":"down"}}'))
    assert decode(dataclasses.replace(exchange, response=said)).response.error == ProviderError(message="down")
    assert decode(dataclasses.replace(exchange, response=None)).request.model == "gemini-2.5-flash"


def test_a_status_is_an_error() -> None:
    """It stands in the trailers, behind whatever was said."""
    exchange = call(GEMINI + "StreamGenerateContent", ASKED, Body.whole(frame(message(SAID)), 1.0), stream=True)
    assert exchange.response is not None
    trailers = ((b"grpc-status", b"8"), (b"grpc-message", b"Quota%20exceeded"))
    said = decode(dataclasses.replace(exchange, response=dataclasses.replace(exchange.response, trailers=trailers)))
    assert said.response.error == ProviderError(None, "RESOURCE_EXHAUSTED", "Quota exceeded")


@pytest.mark.parametrize("path", ["/xai_api.Chat/GetCompletion", GEMINI + "ListModels", VERTEX + "Explain", "/"])
def test_what_else_is_said_over_grpc(path: str) -> None:
    """Another service, another method: nothing is touched."""
    exchange = call(path, ASKED, Body())
    assert transcoded(exchange) is exchange


def test_json_at_such_a_path() -> None:
    """A gateway may take REST's words there, which nobody translates."""
    exchange = call(GEMINI + "GenerateContent", b"{}", Body())
    plain = dataclasses.replace(exchange.request, headers=((b"content-type", b"application/json"),))
    exchange = dataclasses.replace(exchange, request=plain)
    assert transcoded(exchange) is exchange


def test_a_state_of_a_batch() -> None:
    """Asked for later, it is the batch as it stands then."""
    job = {"1 name": "projects/1/batchPredictionJobs/7", "3 model": "publishers/google/models/m", "10 state": 4}
    path = "/google.cloud.aiplatform.v1beta1.JobService/GetBatchPredictionJob"
    asked = frame(message({"1 name": "projects/1/batchPredictionJobs/7"}))
    told = decode(call(path, asked, Body.whole(frame(message(job)), 1.0), wire_format="gemini_batches"))
    assert (told.response.finish_reasons, told.response.model) == (("SUCCEEDED",), "m")


def test_usage_of_both_apis() -> None:
    """The same number means one thing at the Gemini API and another at Vertex AI."""
    stated = {"1 prompt_token_count": 7, "2 candidates_token_count": 3, "8 it": 2, "14 it": 5}
    gemini = call(GEMINI + "GenerateContent", ASKED, Body.whole(frame(message({"3": stated})), 1.0))
    vertex = call(VERTEX + "GenerateContent", ASKED, Body.whole(frame(message({"4": stated})), 1.0))
    assert decode(gemini).response.usage == Usage(input_tokens=9, output_tokens=3, tool_input_tokens=2)
    told = decode(vertex).response
    assert told.usage == Usage(input_tokens=7, output_tokens=8, reasoning_output_tokens=5)
    assert told.service_tier == "PROVISIONED_THROUGHPUT"


@settings(max_examples=300, deadline=None)
@given(odd_messages(), odd_messages(), st.booleans(), st.sampled_from(["GenerateContent", "RawPredict", "Predict"]))
def test_whatever_the_bytes(asked: bytes, said: bytes, stream: bool, name: str) -> None:  # noqa: FBT001 -- hypothesis
    """Nothing raises, framed or not, and what comes out can be told."""
    for wrap in (frame, bytes):
        body = Body.whole(wrap(said), 1.0)
        told = decode(call(VERTEX + name, wrap(asked), body, stream=stream))
        assert json.dumps(told.problems)
        assert "response.unreadable" not in told.problems
