"""Classifiers: labels are no words, and an error is one."""

from llmtap.decode.formats import text_classification
from tests.decode.formats.laws import whole


def test_labels_are_not_kept() -> None:
    """Whatever their shape."""
    for body in ([[{"label": "a", "score": 1}]], [{"label": "a", "score": 1}], {"labels": ["a"], "scores": [1]}):
        said = whole(text_classification, body)
        assert (said.messages, said.error) == ((), None)
