"""What cannot be read of a request or a response costs itself alone, and is told."""

import json

import pytest

from llmtap.capture.exchange import Body
from llmtap.decode.decoder import decode
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.chats import ANSWER, ASKED, EVENT_STREAM, chunk, exchange, pieces, text


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
