"""Elasticsearch's inference: words, vectors or ranks, and no counts."""

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import elastic_inference


@pytest.mark.parametrize("task", ["text_embedding", "text_embedding_bytes", "sparse_embedding", "rerank", "embeddings"])
def test_what_was_made_stands_by_its_tasks_name(task: str) -> None:
    """An answer with one of the lists is no error."""
    answer = Answer()
    elastic_inference.read_response(answer, b'{"%b":[{"index":0}]}' % task.encode())
    assert (answer.error, answer.usage, list(answer.parts)) == (None, None, [])


def test_an_error_in_a_stream() -> None:
    """An event without a completion is asked for the error it states."""
    answer = Answer()
    assert not elastic_inference.merge(answer, Event(b'{"error":{"type":"t","reason":"no"},"status":400}', "error"))
    assert answer.error is not None
