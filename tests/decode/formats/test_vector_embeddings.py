"""Vectors alone, or with a count."""

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import vector_embeddings


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream; what has no vectors is no answer."""
    answer = Answer()
    assert not vector_embeddings.merge(answer, Event(b'{"error":"no"}'))
    assert (answer.usage, answer.error is None) == (None, False)
