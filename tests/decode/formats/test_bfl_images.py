"""Pictures ordered: one an order, with its cost in credits."""

from decimal import Decimal

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import bfl_images
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import whole


@pytest.mark.parametrize(
    ("stated", "cost"),
    [({}, None), ({"cost": 4.0}, Decimal("0.04")), ({"cost": 0.3}, Decimal("0.003")), ({"cost": -1}, None)],
)
def test_a_credit_is_a_cent(stated: dict[str, object], cost: Decimal | None) -> None:
    """Exactly."""
    answer = whole(bfl_images, {"id": "b", **stated})
    assert (answer.reported_cost, answer.usage) == (cost, Usage(images=1))


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream; what has no id is no order."""
    answer = Answer()
    assert not bfl_images.merge(answer, Event(b'{"error":{"message":"no"}}'))
    assert (answer.usage, answer.error is None) == (None, False)
