"""Labels: a choice for each text, billed by the classification."""

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import cohere_v1_classify
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import whole


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
