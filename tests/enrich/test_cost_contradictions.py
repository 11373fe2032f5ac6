"""Parts of a usage that exclude each other fit into their whole together, or nothing is priced."""

import pytest

from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Cost, Prices, PriceSettings, price
from tests.enrich.call import exchange, inference

PRICES = Prices(PriceSettings())


def cost(usage: Usage) -> Cost:
    """Return the cost of a chat that used so much, at the shipped prices."""
    return price(exchange(), inference(usage, answered="gpt-5"), PRICES)


@pytest.mark.parametrize(
    "usage",
    [
        Usage(10, 5, 11),
        Usage(10, 5, 6, 6),
        Usage(-1, 5),
        Usage(10, 5, audio_input_tokens=11),
        Usage(10, 5, image_input_tokens=6, video_input_tokens=5),
        Usage(10, 5, 4, image_input_tokens=6, image_cache_read_input_tokens=5),
        Usage(10, 5, video_output_tokens=6),
        Usage(10, 5, audio_output_tokens=2, image_output_tokens=4),
        Usage(10, 5, audio_output_tokens=6),
        Usage(10, 5, reasoning_output_tokens=6),
        Usage(10, 5, 6, tool_input_tokens=5),
        Usage(10, 5, None, 4, 2, 3),
        Usage(10, 5, 4, audio_input_tokens=6, audio_cache_read_input_tokens=5),
        Usage(10, 5, 6, audio_input_tokens=4, audio_cache_read_input_tokens=5),
        Usage(None, 5, 1),
        Usage(10, 5, pages=2, annotated_pages=3),
    ],
)
def test_contradictory_usage_is_unpriced(usage: Usage) -> None:
    """Parts that exceed their whole cannot be priced."""
    assert cost(usage) == Cost("unpriced")


def test_parts_may_fill_their_whole() -> None:
    """As large as it is no contradiction, and neither is a count of zero."""
    usage = Usage(10, 5, 4, 6, reasoning_output_tokens=5, audio_input_tokens=0, web_searches=0)
    assert cost(usage).status == "priced"
