"""Classifiers: labels are no words, and an error is one."""

from hypothesis import given, settings

from llmtap.decode.formats import text_classification
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = """inputs label score labels scores sequence error error_type"""


def test_labels_are_not_kept() -> None:
    """Whatever their shape."""
    for body in ([[{"label": "a", "score": 1}]], [{"label": "a", "score": 1}], {"labels": ["a"], "scores": [1]}):
        said = whole(text_classification, body)
        assert (said.messages, said.error) == ((), None)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(text_classification, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(text_classification, b'{"labels":', b'{"inputs":')
