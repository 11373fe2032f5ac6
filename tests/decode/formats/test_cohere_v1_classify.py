"""Labels: a choice for each text, billed by the classification."""

from hypothesis import given, settings

from llmtap.decode.body.events import Event
from llmtap.decode.formats import cohere_v1_classify
from llmtap.decode.inference import Answer, Part, Usage
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = "model inputs examples text label classifications prediction predictions meta billed_units message id"


def test_a_text_may_have_many_labels_or_none() -> None:
    """Each is a part of its choice; a text without any says nothing."""
    found = [{"predictions": ["a", "b"]}, {"predictions": []}, {"prediction": "c"}]
    said = whole(cohere_v1_classify, {"classifications": found}).messages
    assert [tuple(part.text for part in one.parts) for one in said] == [("a", "b"), ("c",)]
    assert said[0].parts[0] == Part("text", "a")


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream of labels."""
    answer = Answer()
    body = b'{"classifications":[],"meta":{"billed_units":{"classifications":3}}}'
    assert not cohere_v1_classify.merge(answer, Event(body))
    assert (answer.usage, answer.error) == (Usage(classifications=3), None)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(cohere_v1_classify, data)


def test_depth_harms_nothing() -> None:
    """Nested labels are read or refused."""
    deep(cohere_v1_classify, b'{"classifications":', b'{"inputs":')
