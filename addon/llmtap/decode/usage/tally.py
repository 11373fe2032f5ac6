"""Makes a Usage of counts as a provider states them one by one: totals include their parts, what is no count is None.

For wire formats that count in names of their own; a `usage` object of OpenAI's kind is read by `chat_usage`.
"""

from typing import Annotated

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import Usage

LARGEST = 1 << 48
"""What is as large is no count, nor an amount of money."""
type Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 48)]
"""A count, where a format can do without what is none."""
_NO_PARTS = (None, None, None)


def count(*stated: int | None) -> int | None:
    """Return the first that is stated and can be a count."""
    for value in stated:
        if value is not None and 0 <= value < LARGEST:
            return value
    return None


def tally(
    input_tokens: int | None,
    output_tokens: int | None,
    *,
    cached: int | None = None,
    reasoning: int | None = None,
    images: int | None = None,
) -> Usage | None:
    """Return the usage, or None when nothing is counted.

    `cached` and `images` are parts of the input, `reasoning` is one of the output. A part that exceeds its whole is
    clamped, and the usage marked `inconsistent`.
    """
    whole_input, whole_output = count(input_tokens), count(output_tokens)
    parts = (count(cached), count(images), count(reasoning))
    if whole_input is None and whole_output is None and parts == _NO_PARTS:
        return None
    within = (_within(parts[0], whole_input), _within(parts[1], whole_input), _within(parts[2], whole_output))
    return Usage(
        input_tokens=whole_input,
        output_tokens=whole_output,
        cache_read_input_tokens=within[0],
        image_input_tokens=within[1],
        reasoning_output_tokens=within[2],
        inconsistent=within != parts,
    )


def added(one: Usage | None, other: Usage | None) -> Usage | None:
    """Return what two steps of one call used together; a count that only one of them states is that one's."""
    if one is None or other is None:
        return other if one is None else one
    stated = {name: value for name in other.__struct_fields__ if (value := getattr(other, name)) is not None}
    sums = {name: value + (getattr(one, name) or 0) for name, value in stated.items()}
    return replace(one, **{**sums, "inconsistent": one.inconsistent or other.inconsistent})


def _within(part: int | None, whole: int | None) -> int | None:
    return part if part is None or whole is None else min(part, whole)
