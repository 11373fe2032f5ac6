"""Vectors alone, or with a count."""

from hypothesis import given, settings

from llmtap.decode.body.events import Event
from llmtap.decode.formats import vector_embeddings
from llmtap.decode.inference import Answer
from tests.decode.formats.laws import calm, deep, odd_bodies

WORDS = """inputs texts text content model embeddings embedding data usage prompt_tokens total_tokens error"""


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream; what has no vectors is no answer."""
    answer = Answer()
    assert not vector_embeddings.merge(answer, Event(b'{"error":"no"}'))
    assert (answer.usage, answer.error is None) == (None, False)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(vector_embeddings, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(vector_embeddings, b'{"data":', b'{"inputs":')
