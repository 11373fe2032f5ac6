"""Counts of OpenAI's newer kind: totals with their parts, unknown ones unknown."""

import json
from decimal import Decimal

import pytest

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Usage
from llmtap.decode.usage.token_usage import TokenUsage, token_usage


def usage(**stated: object) -> Usage | None:
    """The usage that a body states."""
    return token_usage(read(TokenUsage, json.dumps(stated).encode()))


def test_parts_beside_their_wholes() -> None:
    """Both spellings of the details, and every modality."""
    images = {"text_tokens": 4, "image_tokens": 6, "cached_tokens": 3}
    sound = {"audio_tokens": 6, "text_tokens": 4}
    assert usage(
        input_tokens=10, output_tokens=7, input_tokens_details=images, output_tokens_details={"image_tokens": 7}
    ) == Usage(10, 7, cache_read_input_tokens=3, text_input_tokens=4, image_input_tokens=6, image_output_tokens=7)
    assert usage(type="tokens", input_tokens=10, input_token_details=sound) == Usage(
        10, text_input_tokens=4, audio_input_tokens=6
    )


@pytest.mark.parametrize(
    "stated", [{}, {"type": "duration"}, {"cost_in_usd_ticks": 7}, {"input_tokens": -1}, {"seconds": -1}]
)
def test_nothing_counted(stated: dict[str, object]) -> None:
    """A cost is no count, and neither is nonsense."""
    assert usage(**stated) is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"type": "duration", "seconds": 6}, Usage(audio_seconds=Decimal(6))),
        ({"seconds": 5.75}, Usage(audio_seconds=Decimal("5.75"))),
        ({"seconds": 0.1234567}, Usage(audio_seconds=Decimal("0.123457"))),
        ({"prompt_audio_seconds": 203, "prompt_tokens": 4}, Usage(4, audio_seconds=Decimal(203))),
        (
            {"input_tokens": 9, "output_tokens": 2, "billable_audio_seconds": 1.5},
            Usage(9, 2, audio_seconds=Decimal("1.5")),
        ),
    ],
)
def test_seconds_of_sound(stated: dict[str, object], expected: Usage) -> None:
    """Each vendor's name for them, to the microsecond, beside tokens or alone."""
    assert usage(**stated) == expected


def test_a_part_beyond_its_whole() -> None:
    """It is clamped, and the usage says so."""
    found = usage(input_tokens=5, input_tokens_details={"cached_tokens": 9}, output_tokens=1)
    assert found == Usage(5, 1, cache_read_input_tokens=5, inconsistent=True)
    found = usage(output_tokens=1, output_tokens_details={"reasoning_tokens": 2})
    assert found == Usage(None, 1, reasoning_output_tokens=1, inconsistent=True)


@pytest.mark.parametrize(
    ("whole", "details", "expected"),
    [
        (10, {"cached_tokens": 6, "cache_write_tokens": 4}, Usage(10, None, 6, 4)),
        (10, {"cached_tokens": 6, "cache_write_tokens": 5}, Usage(10, None, 6, 4, inconsistent=True)),
        (10, {"cache_write_tokens": 10}, Usage(10, None, None, 10)),
        (10, {"cache_write_tokens": 11}, Usage(10, None, None, 10, inconsistent=True)),
        (None, {"cached_tokens": 6, "cache_write_tokens": 11}, Usage(None, 3, 6, 11)),
    ],
)
def test_what_is_written_was_not_read(whole: int | None, details: dict[str, int], expected: Usage) -> None:
    """Both lie in the input apart from each other; an input that is not stated bounds neither."""
    stated = {"input_tokens": whole} if whole is not None else {"output_tokens": 3}
    assert usage(**stated, input_tokens_details=details) == expected


def test_messages_of_a_conversation_of_sound() -> None:
    """xAI counts them beside the tokens."""
    assert usage(input_tokens=5, input_text_messages=2) == Usage(5, text_messages=2)


def test_the_names_of_chat_completions() -> None:
    """A relay's usage is read under those as well."""
    assert usage(prompt_tokens=5, completion_tokens=2) == Usage(5, 2)
