"""Cohere's embeddings: what is asked for, what is billed, and vectors that are never built."""

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import cohere_embed
from llmtap.decode.inference import Message, Part, Usage
from tests.decode.formats.laws import whole


def test_each_input_is_a_part() -> None:
    """Texts first, then pictures, each for itself."""
    asked = cohere_embed.read_request(b'{"texts":["a","b"],"images":["data:image/gif;base64,R0"],"model":"m"}')
    expected = (Part("text", "a"), Part("text", "b"), Part("media", "image/gif"))
    assert (Message("user", expected),) == asked.messages
    assert () == cohere_embed.read_request(b"{}").messages


def test_a_large_answer_states_its_usage() -> None:
    """Whatever the vectors are: lists, or lists by type."""
    vector = b"[" + b",".join([b"0.1"] * 3000) + b"]"
    for vectors in (b"[" + b",".join([vector] * 50) + b"]", b'{"float":[' + vector + b'],"int8":[[1]]}'):
        answer = Answer()
        body = b'{"id":"e","embeddings":' + vectors + b',"meta":{"billed_units":{"input_tokens":31}}}'
        cohere_embed.read_response(answer, body)
        assert (Usage(31), None) == (answer.usage, answer.error)


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream of vectors."""
    answer = Answer()
    assert not cohere_embed.merge(answer, Event(b'{"embeddings":[],"meta":{"billed_units":{"input_tokens":8}}}'))
    assert Usage(8) == answer.usage


def test_an_error_in_place_of_vectors() -> None:
    """Words at the top are an error where a code stands beside them."""
    said = whole(cohere_embed, {"id": "x", "code": "c", "message": "no"})
    assert "no" == (said.error.message if said.error else None)
