"""Replicate: a prediction as it stands, from its start to its end."""

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import replicate_predictions
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import whole


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"input_token_count": 18, "output_token_count": 8}, Usage(18, 8)),
        ({"token_input_count": 18, "token_output_count": 8}, Usage(18, 8)),
        ({"predict_time": 2.8}, None),
        (None, None),
    ],
)
def test_not_all_models_count(metrics: object, expected: Usage | None) -> None:
    """Seconds are no tokens."""
    assert expected == whole(replicate_predictions, {"id": "p", "metrics": metrics}).usage


@pytest.mark.parametrize(("status", "expected"), [("succeeded", ("succeeded",)), ("starting", ()), (402, ())])
def test_only_an_end_is_a_finish_reason(status: object, expected: tuple[str, ...]) -> None:
    """A status that it may leave, and the number in an error body, are none."""
    assert expected == whole(replicate_predictions, {"id": "p", "status": status}).finish_reasons


def test_kinds_of_output() -> None:
    """Words in pieces are one text; each file is a medium; what is neither is passed over."""
    output = ["Calm", " sea", "", "https://replicate.delivery/a.png", {"x": 1}]
    parts = (Part("text", "Calm sea"), Part("media", "https"))
    assert parts == whole(replicate_predictions, {"id": "p", "output": output}).messages[0].parts
    assert (Part("text", "Calm"),) == whole(replicate_predictions, {"id": "p", "output": "Calm"}).messages[0].parts


def test_an_event_is_a_prediction() -> None:
    """The stream of one comes from elsewhere."""
    answer = Answer()
    assert not replicate_predictions.merge(answer, Event(b'{"id":"p","status":"canceled"}'))
    assert {0: "canceled"} == answer.finish_reasons
