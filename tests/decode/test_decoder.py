"""An Exchange becomes the Inference it meant; whatever is broken costs itself alone."""

import dataclasses
import gzip
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint
from llmtap.decode.decoder import decode
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import Message, Part
from tests.decode.chats import ANSWER, ASKED, EVENT_STREAM, JSON, chunk, exchange, pieces, text
from tests.exchanges.frames import event
from tests.exchanges.story import Story, stories

STORIES = [story for wire_format in FORMATS for story in stories(wire_format)]


def test_content_times_are_those_of_the_pieces() -> None:
    """Each event that carries content is as late as the piece that completed it."""
    first, second = chunk("Hel"), chunk("lo")
    body = pieces(b": ping\n\n", first[:9], first[9:] + second[:-1], second[-1:], chunk("", "stop"))
    inference = decode(exchange(body, EVENT_STREAM))
    assert inference.content_times == (2.0, 3.0)
    assert (inference.events, inference.response.completed, text(inference)) == (3, True, "Hello")


def test_compressed_bodies() -> None:
    """Both directions are decoded before they are read."""
    sent = exchange(gzip.compress(ANSWER), (*JSON, (b"content-encoding", b"gzip")))
    asked = dataclasses.replace(
        sent.request, headers=((b"content-encoding", b"gzip"),), body=Body.whole(gzip.compress(ASKED))
    )
    inference = decode(dataclasses.replace(sent, request=asked))
    assert (inference.request.model, text(inference), inference.problems) == ("m", "Hello", ())


@pytest.mark.parametrize("kind", [b"text/plain", b"application/octet-stream", b"application/json"])
def test_the_content_type_may_lie(kind: bytes) -> None:
    """A stream is a stream, and JSON is JSON, whatever the header says."""
    streamed = decode(exchange(chunk("Hello", "stop"), ((b"content-type", kind),)))
    assert (text(streamed), streamed.response.completed) == ("Hello", True)
    whole = decode(exchange(b"\n\n  \n" + ANSWER, EVENT_STREAM))
    assert (text(whole), whole.events, whole.response.completed) == ("Hello", None, None)


@given(st.lists(st.integers(1, 400), max_size=6))
def test_what_frames_carry_is_read_as_it_is(cuts: list[int]) -> None:
    """SageMaker's parts cut a container's stream anywhere; the format is told by what they carry."""
    stream = chunk("Hello") + chunk(" you", "stop") + b"data: [DONE]\n\n"
    bounds = [0, *sorted(cut % len(stream) for cut in cuts), len(stream)]
    parts = b"".join(event("PayloadPart", stream[a:b]) for a, b in itertools.pairwise(bounds) if a < b)
    headers = ((b"content-type", b"application/vnd.amazon.eventstream"),)
    inference = decode(exchange(parts, headers, wire_format=None))
    assert inference.wire_format == "openai_chat"
    assert text(inference) == "Hello you"
    assert inference.response.completed
    assert inference.problems == ()


def test_an_unknown_path_is_sniffed() -> None:
    """The bodies tell the wire format; where they do not, model and stream are read still."""
    sniffed = decode(exchange(ANSWER, wire_format=None))
    assert (sniffed.wire_format, sniffed.operation, text(sniffed)) == ("openai_chat", "chat", "Hello")
    unknown = decode(exchange(b"{}", request=b'{"model":"m","stream":false}', wire_format=None))
    assert (unknown.wire_format, unknown.operation) == (None, "unknown")
    assert (unknown.request.model, unknown.request.stream) == ("m", False)


def test_a_path_that_promised_another_wire_format() -> None:
    """The answer decides what was spoken."""
    body = b'{"type":"message","id":"msg","role":"assistant","model":"claude","content":[{"type":"text","text":"Hi"}]}'
    inference = decode(exchange(body, wire_format="openai_embeddings"))
    assert (inference.wire_format, text(inference)) == ("anthropic_messages", "Hi")


def test_the_path_may_name_the_model() -> None:
    """A body without a model takes the path's; one with a model keeps its own."""
    endpoint = Endpoint("azure", wire_format="openai_chat", operation="text_completion", model="deployment")
    asked = dataclasses.replace(exchange(ANSWER, request=b'{"messages":[]}'), endpoint=endpoint)
    assert (decode(asked).request.model, decode(asked).operation) == ("deployment", "text_completion")
    assert decode(dataclasses.replace(exchange(ANSWER), endpoint=endpoint)).request.model == "m"


@pytest.mark.parametrize(
    ("kind", "named", "asked"),
    [("session.created", "deployed", "deployed"), ("session.created", None, "m"), ("session.update", "deployed", "m")],
)
def test_a_session_has_a_model_of_its_own(kind: str, named: str | None, asked: str) -> None:
    """The address of a session and its client say what is asked for, the server says which model answers."""
    request = json.dumps({"type": kind, "session": {"model": "m"}}).encode()
    answer = b'{"type":"response.done","response":{"id":"r","status":"completed","output":[]}}'
    endpoint = Endpoint("example", wire_format="openai_realtime", model=named)
    inference = decode(dataclasses.replace(exchange(answer, request=request, status=101), endpoint=endpoint))
    assert inference.request.model == asked
    assert inference.response.model == (None if kind == "session.update" else "m")


@pytest.mark.parametrize(("asked", "stream"), [(b"{}", True), (b'{"stream":false}', False), (b"", True)])
def test_the_path_may_ask_for_a_stream(asked: bytes, stream: bool) -> None:  # noqa: FBT001 -- the expected value
    """A body that does not say whether it wants a stream takes the path's word; one that does keeps its own."""
    endpoint = Endpoint("example", wire_format="openai_chat", stream=True)
    assert decode(dataclasses.replace(exchange(ANSWER, request=asked), endpoint=endpoint)).request.stream is stream


def test_no_response() -> None:
    """A call that was never answered is still asked."""
    inference = decode(dataclasses.replace(exchange(b""), response=None))
    assert inference.request.messages == (Message("user", (Part("text", "Hi"),)),)
    assert inference.response == decode(exchange(b"", status=204)).response
    assert inference.events is None


@settings(max_examples=300)
@given(
    st.sampled_from([None, *FORMATS]),
    st.binary(max_size=60) | st.sampled_from(STORIES).map(lambda story: story.request_body),
    st.sampled_from(STORIES),
    st.lists(
        st.tuples(st.integers(0, 5000), st.binary(max_size=4) | st.sampled_from([b"[[", b'{"', b"\n\n", b"null"])),
        max_size=4,
    ),
    st.sampled_from([200, 400]),
    st.sampled_from([b"", b"gzip", b"br", b"zstd, deflate"]),
)
def test_calm(
    wire_format: str | None,
    request_body: bytes,
    story: Story,
    wounds: list[tuple[int, bytes]],
    status: int,
    encoding: bytes,
) -> None:
    """Law: no bytes whatever make decode raise."""
    body = story.response_body
    for place, wound in wounds:
        body = body[:place] + wound + body[place + 1 :]
    headers = ((b"content-encoding", encoding),)
    decode(exchange(body, headers, request=request_body, status=status, wire_format=wire_format))


def test_a_path_that_is_not_certain_gives_way_to_the_answer() -> None:
    """Somebody's own door may be called as another API's; what both bodies say counts, and its operation."""
    made = exchange(ANSWER, wire_format="openai_completions")
    unsure = dataclasses.replace(made.endpoint, operation="text_completion", certain=False)
    found = decode(dataclasses.replace(made, endpoint=unsure))
    assert (found.wire_format, found.operation) == ("openai_chat", "chat")
    sure = decode(dataclasses.replace(made, endpoint=dataclasses.replace(unsure, certain=True)))
    assert (sure.wire_format, sure.operation) == ("openai_completions", "text_completion")
