"""Embeddings: what is asked for, what it counts, and vectors that are never built."""

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_embeddings
from llmtap.decode.inference import Message, Part, ProviderError, Usage


@pytest.mark.parametrize(
    ("stated", "parts"),
    [
        (b'"one"', (Part("text", "one"),)),
        (b'["one","two"]', (Part("text", "one"), Part("text", "two"))),
        (b"[1,2,3]", (Part("media", "tokens"),)),
        (b"[[1,2],[3]]", (Part("media", "tokens"), Part("media", "tokens"))),
    ],
)
def test_kinds_of_input(stated: bytes, parts: tuple[Part, ...]) -> None:
    """Texts are kept; token numbers are a medium, one for each input."""
    request = openai_embeddings.read_request(b'{"model":"m","input":' + stated + b"}")
    assert request.messages == (Message("user", parts),)


@pytest.mark.parametrize("body", [b"{}", b'{"input":[]}', b'{"input":""}', b'{"input":{"a":1}}'])
def test_no_input(body: bytes) -> None:
    """A request without input has no messages."""
    assert openai_embeddings.read_request(body).messages == ()


def test_a_large_answer_states_its_usage() -> None:
    """Whatever the vectors are: floats, base64, or no objects at all."""
    vector = b'{"object":"embedding","embedding":[' + b",".join([b"0.1"] * 3000) + b"]}"
    for data in (b",".join([vector] * 100), b'{"embedding":"AACAPw=="}', b"[0.1,0.2]"):
        answer = Answer()
        body = b'{"data":[' + data + b'],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}}'
        openai_embeddings.read_response(answer, body)
        assert (answer.model, answer.usage, answer.error) == ("m", Usage(8), None)


def test_minimax_has_names_of_its_own() -> None:
    """Texts are asked for, bare vectors and their count come back, or else how it went."""
    asked = openai_embeddings.read_request(b'{"model":"embo-01","texts":["one","two"],"type":"db"}')
    assert asked.messages == (Message("user", (Part("text", "one"), Part("text", "two"))),)
    answer = Answer()
    openai_embeddings.read_response(answer, b'{"vectors":[[0.1],[0.2]],"total_tokens":5,"base_resp":{"status_code":0}}')
    assert (answer.usage, answer.error) == (Usage(5), None)
    body = b'{"vectors":null,"base_resp":{"status_code":1004,"status_msg":"login fail"}}'
    openai_embeddings.read_response(answer, body)
    assert answer.error == ProviderError(None, "1004", "login fail")


def test_an_error_in_place_of_vectors() -> None:
    """An error with status 200 is an error."""
    answer = Answer()
    openai_embeddings.read_response(answer, b'{"error":{"message":"m"}}')
    assert answer.error == ProviderError(message="m")


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream of vectors; one event is read as the answer, and is no content."""
    answer = Answer()
    assert openai_embeddings.merge(answer, Event(b'{"data":[],"usage":{"prompt_tokens":8}}')) is False
    assert answer.usage == Usage(8)


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        openai_embeddings.read_response(Answer(), b"<html>")
    with pytest.raises(msgspec.MsgspecError):
        openai_embeddings.read_request(b"")
