"""A fault of ours is told by kind and place."""

import re

from llmtap.decode.fault import fault


def _read(text: str) -> int:
    return _read(text[1:]) if text.startswith(" ") else int(text)


def _told(text: str) -> str:
    try:
        _read(text)
    except ValueError as error:
        return fault(error)
    return ""


def test_a_fault_is_told_without_its_message() -> None:
    """The kind and the way to the line are there; what Python quotes of the value is not."""
    assert re.fullmatch(r"ValueError at test_fault\.py:\d+ > test_fault\.py:\d+", _told("a secret word"))


def test_a_deep_fault_is_told_in_short() -> None:
    """Of many frames the innermost are named."""
    assert _told(" " * 100 + "x").count("test_fault.py") == 8
