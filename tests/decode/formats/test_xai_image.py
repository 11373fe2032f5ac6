"""xAI's Image over gRPC: pictures by their cost."""

from decimal import Decimal

from llmtap.decode.formats import xai_image
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message


def test_tokens_of_a_picture_are_counted_where_they_are_stated() -> None:
    """Beside the cost, which may be 0."""
    usage = {"1 completion_tokens": 3, "2 prompt_tokens": 4, "3 total_tokens": 7, "11 cost_in_usd_ticks": 0}
    said = fold(xai_image, [message({"3 usage": usage})])
    assert (said.usage, said.reported_cost) == (Usage(4, 3), Decimal(0))
