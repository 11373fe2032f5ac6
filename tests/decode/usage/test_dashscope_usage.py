"""DashScope's counts: tokens, and what is no token."""

from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.inference import Usage
from llmtap.decode.usage.dashscope_usage import DashscopeUsage, dashscope_usage


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"video_count": 1, "video_duration": 5, "video_ratio": "standard"}, Usage(video_seconds=Decimal(5))),
        ({"video_count": 1, "duration": 10, "input_video_duration": 0}, Usage(video_seconds=Decimal(10))),
        ({"duration": 10}, Usage(audio_seconds=Decimal(10))),
        ({"total_tokens": 9}, Usage(9)),
        ({"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}, Usage(9, 2)),
        ({}, None),
    ],
)
def test_a_length_is_that_of_what_was_made(stated: dict[str, object], expected: Usage | None) -> None:
    """A film where films are counted, else sound."""
    assert dashscope_usage(msgspec.convert(stated, DashscopeUsage)) == expected
