"""What msgspec says of a value that does not fit, in the words of an operator, with what to write instead; pure.

A value is never repeated, since it may be a secret.
"""

import re

_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?: (?P<bound>[^`]+?))?(?:, got `(?P<found>[^`]+)`)?")
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`")
_WRITTEN = {
    "Invalid decimal string": "must be a number such as 0.88, without a unit, a currency or a comma",
    "Invalid RFC3339 encoded date": "must be a day such as 2026-11-01",
}
"""What is said of text that is no number, or no day."""
_KINDS = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a mapping",
    "str": "text",
}
_BOUNDS = {
    ">= ": "of at least ",
    "<= ": "of at most ",
    "> ": "greater than ",
    "< ": "less than ",
    "matching regex ": "of the form ",
}
_HINTS = {
    ("array", "str"): " (write [one, two], in brackets)",
    ("int", "str"): " (write digits only, such as 1000000)",
    ("str", "bool"): " (put it in quotes: YAML reads yes, no, on and off so)",
    ("str", "float"): " (put it in quotes)",
    ("str", "int"): " (put it in quotes)",
}
"""What to write, by what is wanted and what is there."""


def told(what: str, allowed: str) -> str:
    """Return what msgspec says of a value, as the end of a sentence; `allowed` are the words a key takes, if any."""
    if missing := _MISSING.fullmatch(what):
        return f"lacks the key `{missing['name']}`"
    if what in _WRITTEN:
        return _WRITTEN[what]
    expected = _EXPECTED.fullmatch(what)
    if expected is None:
        return what[:1].lower() + what[1:]
    return f"must be one of {allowed}" if allowed else _sentence(*expected.group("wanted", "bound", "found"))


def _sentence(wanted: str, bound: str | None, found: str | None) -> str:
    said = f"must be {_kinds(wanted)}"
    if bound:
        sign = next((sign for sign in _BOUNDS if bound.startswith(sign)), "")
        said += f" {_BOUNDS.get(sign, '')}{bound.removeprefix(sign).removesuffix('.0')}"
    if found is None:
        return said
    kind = wanted.partition(" ")[0]
    if (kind, found) == ("int", "float"):
        return f"{said}, without a fraction"
    return f"{said}, and is {_kinds(found)}{_HINTS.get((kind, found), '')}"


def _kinds(words: str) -> str:
    return " or ".join(_KINDS.get(word, word) for word in words.split(" | "))
