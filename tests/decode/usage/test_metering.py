"""Cohere's two countings become one usage: what is billed."""

import pytest

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.metering import Metering, metered


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (b'{"billed_units":{"input_tokens":27,"output_tokens":8},"tokens":{"input_tokens":556}}', Usage(27, 8)),
        (b'{"tokens":{"input_tokens":556,"output_tokens":11},"cached_tokens":480}', Usage(556, 11, 480)),
        (b'{"billed_units":{"input_tokens":7.0,"output_tokens":3.0}}', Usage(7, 3)),
        (b'{"billed_units":{"output_tokens":3},"tokens":{"input_tokens":9}}', Usage(9, 3)),
        (b'{"billed_units":{"input_tokens":9}}', Usage(9)),
        (b'{"billed_units":{"search_units":1}}', Usage(search_units=1)),
        (b'{"billed_units":{"images":1}}', Usage(input_images=1)),
        (b'{"billed_units":{"pages":4.0}}', Usage(pages=4)),
        (b'{"billed_units":{"classifications":2.0}}', Usage(classifications=2)),
        (b'{"api_version":{"version":"1"}}', None),
    ],
)
def test_the_billed_count_is_reported(stated: bytes, expected: Usage | None) -> None:
    """What is not billed stands in where no bill is stated; other units stand beside the tokens."""
    assert expected == metered(read(Metering, stated))


def test_a_part_of_the_bill() -> None:
    """A part is kept where it can be one of what is billed, and is unknown where it exceeds that."""
    stated = b"""{"billed_units":{"input_tokens":4593,"output_tokens":314},"cached_tokens":992,
        "tokens":{"input_tokens":6058,"output_tokens":346,"reasoning_tokens":304}}"""
    assert Usage(4593, 314, 992, reasoning_output_tokens=304) == metered(read(Metering, stated))
    stated = b'{"billed_units":{"input_tokens":7,"output_tokens":3,"reasoning_tokens":3},"cached_tokens":7}'
    assert Usage(7, 3, 7, reasoning_output_tokens=3) == metered(read(Metering, stated))
    stated = b"""{"billed_units":{"input_tokens":7,"output_tokens":3},"cached_tokens":448,
        "tokens":{"input_tokens":502,"output_tokens":600,"reasoning_tokens":590}}"""
    assert Usage(7, 3) == metered(read(Metering, stated))


def test_image_tokens_are_billed_beside_the_text() -> None:
    """An embedding of both has the sum as its input, whatever the text is called."""
    for name in (b"input_tokens", b"text_tokens"):
        stated = b'{"billed_units":{"%b":3,"image_tokens":258}}' % name
        assert Usage(261, image_input_tokens=258) == metered(read(Metering, stated))
    assert Usage(258, image_input_tokens=258) == metered(read(Metering, b'{"billed_units":{"image_tokens":258}}'))
