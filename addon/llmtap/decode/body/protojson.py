"""Spells a protobuf message as JSON, as protobuf itself does, so that who reads an API's JSON reads its gRPC as well.

A message is told by its fields: how a number is called, and of what kind it is. What is not told is passed over, and a
field that is not of its kind is left out, as `protobuf` does it. An enumeration is a word, or its number where it is
newer than the words. Values of any shape (`google.protobuf.Value`) end at a depth that nobody reaches in good faith.

Source: https://protobuf.dev/programming-guides/json/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from llmtap.decode.body.protobuf import BYTES, MisfitError, Raw, fields, fit, numbers, read

_DEEPEST = 64
_EXACT = 1 << 53
"""Up to here a fraction that is whole is a whole number in JSON too."""

type Names = Mapping[str, "Names | None"]
"""The members of a value that are spelled, and those of each; None for all of them."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of any shape, of which `names` are spelled; lists are passed through."""

    names: Names | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """An object of any shape (`google.protobuf.Struct`)."""


type Scalar = type[str | int | bool | float]
type Kind = "Scalar | tuple[str, ...] | Message | Value | Object"
"""A scalar, the words of an enumeration from 1 on, a message, or JSON of any shape."""
type Message = Mapping[int, "Field"]


class Field(NamedTuple):
    """What stands under a number."""

    name: str
    kind: Kind
    repeated: bool = False


class _Entry(msgspec.Struct, gc=False):
    name: str | None = msgspec.field(name="1", default=None)
    value: bytes | None = msgspec.field(name="2", default=None)


class _Entries(msgspec.Struct, gc=False):
    """The members of an object."""

    each: list[_Entry] | None = msgspec.field(name="1", default=None)


class _Items(msgspec.Struct, gc=False):
    """The items of a list."""

    each: list[bytes] | None = msgspec.field(name="1", default=None)


class _Any(msgspec.Struct, gc=False):
    """A value, of which one is there; null is none."""

    number: float | None = msgspec.field(name="2", default=None)
    text: str | None = msgspec.field(name="3", default=None)
    truth: bool | None = msgspec.field(name="4", default=None)
    members: bytes | None = msgspec.field(name="5", default=None)
    items: bytes | None = msgspec.field(name="6", default=None)


def one(kind: Kind, **numbered: int) -> dict[int, Field]:
    """Return the fields of a kind, by number."""
    return {number: Field(name, kind) for name, number in numbered.items()}


def many(kind: Kind, **numbered: int) -> dict[int, Field]:
    """Return the repeated fields of a kind, by number."""
    return {number: Field(name, kind, repeated=True) for name, number in numbered.items()}


def words(text: str) -> tuple[str, ...]:
    """Return the words of an enumeration in the order of their numbers."""
    return tuple(text.split())


def spelled(message: Message, data: bytes) -> bytes:
    """Return a message as JSON; raises msgspec.DecodeError for what is no message, or is one cut short."""
    return msgspec.json.encode(_message(message, data))


def _message(message: Message, data: bytes) -> dict[str, object]:
    told: dict[str, object] = {}
    lists: dict[str, list[object]] = {}
    for number, wire, value in fields(data, message):
        name, kind, repeated = message[number]
        try:
            if repeated:
                lists.setdefault(name, []).extend(_items(kind, wire, value))
            else:
                told[name] = _spell(kind, wire, value)
        except MisfitError:
            continue
    return told | lists


def _items(kind: Kind, wire: int, value: Raw) -> list[object]:
    """Return the items of a repeated field: numbers and words stand in one value, anything else each in its own."""
    if wire == BYTES and isinstance(value, bytes) and (kind is int or isinstance(kind, tuple)):
        return [_spell(kind, 0, number) for number in numbers(value)]
    return [_spell(kind, wire, value)]


def _spell(kind: Kind, wire: int, value: Raw) -> object:
    if isinstance(kind, tuple):
        number = fit(int, wire, value)
        return kind[number - 1] if isinstance(number, int) and 0 < number <= len(kind) else number
    if isinstance(kind, type):
        return fit(kind, wire, value)
    if wire != BYTES or isinstance(value, int):
        raise MisfitError
    try:
        match kind:
            case Value(names):
                return _any(value, names, _DEEPEST)
            case Object():
                return _members(value, None, _DEEPEST)
            case _:
                return _message(kind, value)
    except msgspec.DecodeError:
        raise MisfitError from None


def _any(data: bytes, names: Names | None, deep: int) -> object:
    told = read(_Any, data)
    if told.number is not None:
        whole = told.number.is_integer() and abs(told.number) <= _EXACT
        return int(told.number) if whole else told.number
    if told.members is not None:
        return _members(told.members, names, deep - 1)
    if told.items is not None:
        items = (read(_Items, told.items).each or ()) if deep > 0 else ()
        return [_any(item, names, deep - 1) for item in items]
    return told.truth if told.text is None else told.text


def _members(data: bytes, names: Names | None, deep: int) -> dict[str, object]:
    entries = (read(_Entries, data).each or ()) if deep > 0 else ()
    return {
        entry.name or "": _any(entry.value or b"", names and names.get(entry.name or ""), deep - 1)
        for entry in entries
        if names is None or (entry.name or "") in names
    }
