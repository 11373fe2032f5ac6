"""The tables of Google's messages: whatever REST tells of a call, gRPC tells as well, at either API."""

from collections.abc import Mapping

import msgspec
import pytest

from llmtap.capture.exchange import Body, Endpoint, Exchange, Request, Response
from llmtap.decode.body.protojson import Field, Kind, Object, Value
from llmtap.decode.decoder import decode
from llmtap.decode.googleapis import METHODS
from tests.decode.body.test_protojson import members, value
from tests.decode.wounds import events
from tests.exchanges.rpc import frame, message
from tests.exchanges.story import Story, told

GRPC = ((b"content-type", b"application/grpc"),)
GEMINI, VERTEX = "ai.generativelanguage", "cloud.aiplatform"
SERVICES = {GEMINI: "v1beta.GenerativeService", VERTEX: "v1.PredictionService"}
CALLS = (
    *(
        ("gemini_generate", name, api, "GenerateContent")
        for name in ("plain", "stream", "blocked", "blocked_stream", "tool_call", "tool_call_stream")
        for api in METHODS
    ),
    ("gemini_generate", "code_execution", VERTEX, "GenerateContent"),
    ("gemini_generate", "count_tokens", GEMINI, "CountTokens"),
    ("gemini_embeddings", "batch", GEMINI, "BatchEmbedContents"),
    ("gemini_predict", "embeddings", VERTEX, "Predict"),
    ("gemini_predict", "text", VERTEX, "Predict"),
    ("gemini_predict", "images", VERTEX, "Predict"),
    ("gemini_predict", "operation", GEMINI, "PredictLongRunning"),
)
UNTOLD = {"service_tier"}
"""What neither API's messages have room for, though REST does."""


def written(kinds: Kind, json: Mapping[str, object]) -> bytes:
    """JSON as a message, as far as the table tells it."""
    assert isinstance(kinds, Mapping)
    fields = ((number, field, json[field.name]) for number, field in kinds.items() if json.get(field.name) is not None)
    return b"".join(message({str(number): _value(field, stated)}) for number, field, stated in fields)


def _value(field: Field, stated: object) -> object:
    if field.repeated:
        assert isinstance(stated, list)
        return [_value(field._replace(repeated=False), item) for item in stated]
    if isinstance(field.kind, Value):
        return value(stated)
    if isinstance(field.kind, tuple):
        return field.kind.index(str(stated)) + 1
    if isinstance(stated, dict):
        return members(stated) if isinstance(field.kind, Object) else written(field.kind, stated)
    if field.kind is int and isinstance(stated, str):  # a modality, which its reader knows by number
        return ["TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT"].index(stated) + 1
    return float(str(stated)) if field.kind is float else stated


@pytest.mark.parametrize(("wire_format", "name", "api", "method"), CALLS)
def test_what_rest_tells_is_told(wire_format: str, name: str, api: str, method: str) -> None:
    """Law: the words of a story in protobuf's spelling give what they give in JSON; nothing has another name."""
    story = Story(wire_format, name)
    path = f"/google.{api}.{SERVICES[api]}/{'Stream' * story.streamed}{method}"
    table = METHODS[api][path.rpartition("/")[2]]
    assert table.asked is not None
    assert table.said is not None
    asked = msgspec.json.decode(story.request_body)
    said = [event.data for event in events(story)] or [story.response_body]
    frames = [(None, frame(written(table.said, msgspec.json.decode(data)))) for data in said]
    exchange = Exchange(
        id="0",
        started=0.0,
        origin=None,
        endpoint=Endpoint("google", wire_format=wire_format, stream=story.streamed or None),
        request=Request("POST", "https", "h", 443, path, GRPC, Body.whole(frame(written(table.asked, asked)))),
        response=Response(200, GRPC, Body(frames), trailers=((b"grpc-status", b"0"),)),
    )
    rest, rpc = decode(story.exchange()), decode(exchange)
    assert untold(rpc.request) == untold(rest.request)
    assert untold(rpc.response) == untold(rest.response)


def untold(value: object) -> dict[str, object]:
    """What was told, but for what gRPC leaves out; that a stream was asked for is told by its path alone."""
    return {name: stated for name, stated in told(value).items() if name not in UNTOLD | {"stream"}}
