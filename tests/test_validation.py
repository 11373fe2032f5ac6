"""What does not fit is told in an operator's words, whatever msgspec says of it."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
import pytest

from llmtap.validation import told

type Data = str | float | list[str] | dict[str, str] | None


def said(kind: object, value: Data) -> str:
    """Return what is told of a value that is no `kind`."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind, strict=False)
    return told(str(caught.value).partition(" - at ")[0], "")


class Named(msgspec.Struct):
    """A mapping with a key that must be there."""

    name: str


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (int, "1GB", "must be a whole number, and is text (write digits only, such as 1000000)"),
        (int | None, 1.5, "must be a whole number or nothing, without a fraction"),
        (Annotated[int, msgspec.Meta(ge=1)], 0, "must be a whole number of at least 1"),
        (Annotated[int, msgspec.Meta(le=9)], 10, "must be a whole number of at most 9"),
        (Annotated[float, msgspec.Meta(gt=0)], 0, "must be a number greater than 0"),
        (Annotated[float, msgspec.Meta(lt=2.5)], 3, "must be a number less than 2.5"),
        (Annotated[str, msgspec.Meta(pattern="^[a-z]{1,9}$")], "A", "must be text of the form '^[a-z]{1,9}$'"),
        (str, True, "must be text, and is true or false (put it in quotes: YAML reads yes, no, on and off so)"),
        (str, 5, "must be text, and is a whole number (put it in quotes)"),
        (list[str], "a", "must be a list, and is text (write [one, two], in brackets)"),
        (bool, [], "must be true or false, and is a list"),
        (Named, {}, "lacks the key `name`"),
        (Decimal, "cheap", "must be a number such as 0.88, without a unit, a currency or a comma"),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(kind: object, value: Data, sentence: str) -> None:
    """What is wanted comes first, then what is there, then what to write."""
    assert sentence == said(kind, value)


def test_a_key_that_takes_certain_words_names_them() -> None:
    """Whatever stands there, the words that are allowed are the answer."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(1, Literal["leave", "inject"])

    assert told(str(caught.value), "leave, inject") == "must be one of leave, inject"


def test_a_check_of_our_own_keeps_its_words() -> None:
    """What a Struct says of itself begins in lower case, since file and key stand before it."""
    assert told("Is no URL", "") == "is no URL"
