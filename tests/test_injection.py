"""Injection: what is asked is answered to us alone; every other byte passes, however the stream is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Endpoint
from llmtap.injection import ASKED, asking, without_answer

STREAM = ((b"content-type", b"text/event-stream"),)
BODY = b'{"model":"gpt-4o","stream":true,"messages":[]}'
EXTRA = b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
EVENTS = [
    b'data: {"id":"c","choices":[{"delta":{"content":"a"}}],"usage":null}\n\n',
    b": comment\n\n",
    b'data: {"id":"c","choices":[],"prompt_filter_results":[]}\r\n\r\n',
    b'data: {"id":"c","choices":[{"delta":{"content":"\\"usage\\""}}]}\n\n',
    b'data: {"id":"c","choices":[],"usage":null}\n\n',
    b'data: {"id":"c","choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}\n\n',
    b"data: [DONE]\n\n",
]


def passed(pieces: list[bytes]) -> tuple[bytes, bytes]:
    """Return what the client gets and what the tap sees of a stream in `pieces`."""
    seen: list[bytes] = []

    def tap(data: bytes) -> bytes:
        seen.append(data)
        return data

    strip = without_answer(STREAM, tap)
    sent: list[bytes] = []
    for piece in [*pieces, b""]:
        answer = strip(piece)
        sent += [answer] if isinstance(answer, bytes) else list(answer)
        assert answer != b"" or piece == b""  # b"" for data would end the client's stream
    return b"".join(sent), b"".join(seen)


@given(st.lists(st.sampled_from([*EVENTS, EXTRA])), st.data())
def test_only_the_extra_event_is_missing(events: list[bytes], data: st.DataObject) -> None:
    """Cut anywhere, the client gets all events but the extra one, and the tap sees all of them."""
    whole = b"".join(events)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(whole) - 1)), max_size=8)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True) if whole[a:b]]

    client, seen = passed(pieces)

    assert client == b"".join(event for event in events if event != EXTRA)
    assert seen == whole


@given(st.lists(st.binary(min_size=1)))
def test_any_bytes_pass(pieces: list[bytes]) -> None:
    """Whatever is no event stream passes whole."""
    assert passed(pieces)[0] == b"".join(pieces)


def test_whole_events_pass_at_once() -> None:
    """A piece of whole events is handed on as the same object."""
    strip = without_answer(STREAM, lambda data: data)

    assert strip(EVENTS[0].replace(b',"usage":null', b"")) == EVENTS[0].replace(b',"usage":null', b"")


def test_a_stream_without_its_last_blank_line() -> None:
    """What is held back at the end is sent then."""
    assert passed([EVENTS[0] + b"data: [DONE]"])[0] == EVENTS[0] + b"data: [DONE]"
    assert passed([EVENTS[0] + EXTRA.rstrip()])[0] == EVENTS[0]


def test_the_question() -> None:
    """A request that streams gets the question and stays otherwise as it is."""
    asked = asking(Endpoint("openai", wire_format="openai_chat"), (), BODY)

    assert asked is not None
    assert asked.replace(ASKED, b"") == BODY
    assert json.loads(asked)["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("provider", "wire_format", "headers", "body"),
    [
        ("somebody", "openai_chat", (), BODY),
        ("openai", "openai_responses", (), BODY),
        ("openai", "openai_chat", ((b"Content-Encoding", b"gzip"),), BODY),
        ("openai", "openai_chat", (), BODY.replace(b"true", b"false")),
        ("openai", "openai_chat", (), b'{"stream":true,"stream_options":{"include_usage":false}}'),
        ("openai", "openai_chat", (), b'[{"stream":true}]'),
        ("openai", "openai_chat", (), b"not json"),
    ],
)
def test_requests_that_stay(
    provider: str, wire_format: str, headers: tuple[tuple[bytes, bytes], ...], body: bytes
) -> None:
    """Others' requests, other dialects, encoded bodies, unstreamed ones, and those that chose themselves stay."""
    assert asking(Endpoint(provider, wire_format=wire_format), headers, body) is None


def test_answers_that_stay() -> None:
    """An encoded answer, and one that is no event stream, pass whole."""

    def tap(data: bytes) -> bytes:
        return data

    assert without_answer(((b"content-type", b"application/json"),), tap) is tap
    assert without_answer((*STREAM, (b"content-encoding", b"gzip")), tap) is tap
