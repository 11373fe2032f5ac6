"""An Exchange becomes the Inference it meant; whatever is broken costs itself alone."""

import dataclasses
import gzip
import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Chunk, Endpoint, Exchange, Headers, Request, Response
from llmtap.decode.decoder import decode
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import Inference, Message, Part, ProviderError, Usage
from tests.exchanges.frames import event
from tests.exchanges.story import Story, stories

STORIES = [story for wire_format in FORMATS for story in stories(wire_format)]

EVENT_STREAM: Headers = ((b"content-type", b"text/event-stream"),)
JSON: Headers = ((b"content-type", b"application/json"),)
ASKED = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}'
ANSWER = b"""{"id":"c","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant",
    "content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}"""


def chunk(text: str, finish: str | None = None) -> bytes:
    """One event of a chat stream."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "model": "m-1", "choices": [choice]}).encode() + b"\n\n"


def exchange(
    response: bytes | Body,
    headers: Headers = JSON,
    *,
    request: bytes | Body = ASKED,
    status: int = 200,
    wire_format: str | None = "openai_chat",
) -> Exchange:
    """An exchange of the given bodies."""
    asked = Body.whole(request) if isinstance(request, bytes) else request
    said = Body.whole(response, 1.0) if isinstance(response, bytes) else response
    return Exchange(
        id="0",
        started=0.0,
        origin=0.0,
        endpoint=Endpoint("example", wire_format=wire_format),
        request=Request("POST", "https", "api.example.com", 443, "/", (), asked),
        response=Response(status, headers, said),
    )


def pieces(*data: bytes, gap: int | None = None) -> Body:
    """Pieces that arrived a second apart."""
    chunks: Sequence[Chunk] = tuple((float(number), piece) for number, piece in enumerate(data))
    return Body(chunks, sum(map(len, data)), 0 if gap is None else 1, gap)


def text(inference: Inference) -> str:
    """The words of the answer."""
    return "".join(part.text for message in inference.response.messages for part in message.parts)


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


def test_json_lines_are_a_stream() -> None:
    """Chunks without `data:` are merged as well."""
    lines = b"\n".join(chunk(word).removeprefix(b"data: ").strip() for word in ("Hel", "lo"))
    inference = decode(exchange(lines, ((b"content-type", b"application/x-ndjson"),)))
    assert (text(inference), inference.events) == ("Hello", 2)


def test_events_that_end_in_one_newline() -> None:
    """Servers that leave the blank line out are understood line by line."""
    body = b"".join(chunk(word).rstrip() + b"\n" for word in ("Hel", "lo")) + b"data: [DONE]\n"
    inference = decode(exchange(body, EVENT_STREAM))
    assert (text(inference), inference.response.completed, inference.problems) == ("Hello", True, ())


def test_an_unreadable_event_costs_itself_alone() -> None:
    """It is told once."""
    body = chunk("Hel") + b"data: {oops}\n\ndata: null\n\ndata:\n\n" + chunk("lo", "stop")
    inference = decode(exchange(body, EVENT_STREAM))
    assert (text(inference), inference.problems) == ("Hello", ("response.unreadable_event",))


def test_a_hopeless_stream_is_left_off() -> None:
    """Megabytes of events that nobody can read cost no time."""
    inference = decode(exchange(b"data: x\n\n" * 5000, EVENT_STREAM))
    assert (inference.events, inference.problems) == (1000, ("response.unreadable_event",))


def test_a_last_event_cut_short() -> None:
    """It is the mark of a stream broken off, not of a strange server."""
    inference = decode(exchange(chunk("Hello") + chunk(" you")[:40], EVENT_STREAM))
    assert (text(inference), inference.problems) == ("Hello", ("response.truncated_event",))
    assert inference.response.completed is False


def test_a_hole_in_a_stream() -> None:
    """Head and tail are read; the end mark in the tail counts."""
    body = pieces(chunk("Hel") + chunk("x")[:20], chunk("y")[9:] + chunk("lo", "stop") + b"data: [DONE]\n\n", gap=1)
    inference = decode(exchange(body, EVENT_STREAM))
    assert (text(inference), inference.problems) == ("Hello", ("response.dropped_bytes",))
    assert inference.response.completed is True


def test_a_body_that_a_recording_left_out() -> None:
    """Of an answer of which no byte was kept nobody knows whether it was whole."""
    stream = ((b"content-type", b"text/event-stream"),)
    inference = decode(exchange(Body((), 700, 700, 0), stream))
    assert (inference.response.completed, inference.events) == (None, None)
    assert decode(exchange(b"", stream)).response.completed is False


def test_truncated_json_saves_what_stands() -> None:
    """Cut off, or with a hole in its middle: identity from the head, usage and finish reason from the tail."""
    cut = decode(exchange(ANSWER[: ANSWER.index(b'"usage"')]))
    assert (cut.response.id, cut.response.model, cut.response.finish_reasons) == ("c", "m-1", ("stop",))
    assert cut.problems == ("response.truncated_json",)
    middle = ANSWER.index(b"Hello")
    holed = decode(exchange(pieces(ANSWER[:middle], ANSWER[middle + 2 :], gap=1)))
    assert holed.response.usage == Usage(5, 7)
    assert holed.response.finish_reasons == ("stop",)
    assert holed.problems == ("response.dropped_bytes", "response.truncated_json")


def test_what_is_not_json() -> None:
    """A body of another kind is told, and no error is made up for a success."""
    inference = decode(exchange(b"upstream connect error"))
    assert (inference.response.error, inference.problems) == (None, ("response.not_json",))
    assert decode(exchange(b'{"a": nope}')).problems == ("response.not_json",)


@pytest.mark.parametrize("wire_format", [None, "openai_chat", "unheard_of"])
def test_errors_are_read_without_a_wire_format(wire_format: str | None) -> None:
    """Any status from 400 on, whatever the path was."""
    inference = decode(exchange(b'{"detail":"no"}', status=404, request=b"", wire_format=wire_format))
    assert inference.response.error == ProviderError(message="no")
    assert decode(exchange(b"<html><title>Bad</title>", status=502)).response.error == ProviderError(message="Bad")


def test_an_error_of_megabytes_is_not_read() -> None:
    """An error that repeats the request is told to be too long, and costs no time."""
    body = json.dumps({"error": {"message": "no"}, "input": "x" * (1 << 20)}).encode()
    inference = decode(exchange(body, status=422))
    assert (inference.response.error, inference.problems) == (None, ("response.oversized_error",))
    assert decode(exchange(body[:-100] + b'"}', status=422)).response.error == ProviderError(message="no")


def test_an_unreadable_request_leaves_the_response() -> None:
    """What stands in the request is saved."""
    inference = decode(exchange(ANSWER, request=pieces(ASKED[:30], b'cut"}]}', gap=1)))
    assert (inference.request.model, inference.request.stream, text(inference)) == ("m", True, "Hello")
    assert inference.problems == ("request.dropped_bytes", "request.truncated_json")
    assert decode(exchange(ANSWER, request=b"model=m")).problems == ("request.not_json",)


def test_a_hole_in_sound_is_no_mistake() -> None:
    """Of a request that is a medium itself only that it is one is of interest."""
    sound = pieces(b"RIFF", b"end", gap=1)
    inference = decode(exchange(b'{"text":"Hello"}', request=sound, wire_format="media_jobs"))
    assert (inference.request.messages[0].parts[0].kind, text(inference)) == ("media", "Hello")
    assert inference.problems == ("request.dropped_bytes",)


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
