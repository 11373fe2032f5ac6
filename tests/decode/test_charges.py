"""Units in headers: they fill in, and never replace."""

import pytest

from llmtap.decode.charges import charged
from llmtap.decode.inference import Usage


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        (b"X-Compute-Tokens", Usage(7)),
        (b"x-prompt-tokens", Usage(7)),
        (b"x-generated-tokens", Usage(output_tokens=7)),
        (b"character-cost", Usage(characters=7)),
        (b"dg-char-count", Usage(characters=7)),
        (b"x-other", None),
    ],
)
def test_what_a_header_counts(name: bytes, usage: Usage | None) -> None:
    """Each its own unit."""
    assert charged(None, ((name, b"7"),)) == usage


@pytest.mark.parametrize("value", [b"", b"-1", b"1.5", b"9" * 15, b"many"])
def test_what_is_no_count(value: bytes) -> None:
    """It is unknown."""
    assert charged(None, ((b"x-compute-tokens", value),)) is None


def test_what_the_answer_says_holds() -> None:
    """Headers say nothing against it."""
    said = Usage(1, 2, characters=3)
    assert charged(said, ((b"x-prompt-tokens", b"7"), (b"character-cost", b"7"))) == said
