"""Reads protobuf's wire format into a Struct whose fields are named by their numbers; no schema and no library needed.

`model: str | None = msgspec.field(name="2", default=None)` is field 2. What nobody asks for is passed over, and a field
whose wire type or content is not what its hint says keeps its default, so that one odd field never costs the rest. A
field that the message leaves out stays None: protobuf does not send a 0 unless it is declared optional. Of a field that
stands more than once the last counts, of a list every one. Linear in the bytes and as deep as the Structs are nested; a
message of more than `MOST` fields is not read.

Source: https://protobuf.dev/programming-guides/encoding/.
"""

import struct
from collections.abc import Container, Iterator
from functools import cache
from typing import NamedTuple, get_args, get_origin

import msgspec

MOST = 1 << 20
"""Fields of one message; the largest that is honest, a text cut into tokens, has one a token."""

_VARINT, _FIXED64, _FIXED32 = 0, 1, 5
BYTES = 2
"""The wire type of a text, of bytes, of a message and of packed numbers."""
_SIZES = {_FIXED64: 8, _FIXED32: 4}
_CONTINUES, _SIGN = 0x80, 1 << 63
_LONGEST_VARINT = 10
_DIGITS = 7
"""What a 32-bit float holds of a decimal fraction: 0.7 is sent as 0.699999988079071."""

type Raw = int | bytes
"""A value as it is sent; which of the two it is says its wire type."""


class _Field(NamedTuple):
    name: str
    kind: type
    repeated: bool


class MisfitError(Exception):
    """A value is not of its field's kind."""


def read[T: msgspec.Struct](kind: type[T], data: bytes) -> T:
    """Return `data` as a `kind`; raises msgspec.DecodeError for what is no message, or is one cut short."""
    plan = _plan(kind)
    members: dict[str, object] = {}
    lists: dict[str, list[object]] = {}
    for number, wire, value in fields(data, plan):
        field = plan[number]
        try:
            found = _packed(field, value) if field.repeated and wire == BYTES else [fit(field.kind, wire, value)]
        except MisfitError:
            continue
        if field.repeated:
            lists.setdefault(field.name, []).extend(found)
        else:
            members[field.name] = found[0]
    return kind(**members, **lists)


@cache
def _plan(kind: type[msgspec.Struct]) -> dict[int, _Field]:
    """Return the fields of a Struct by number."""
    plan: dict[int, _Field] = {}
    for field in msgspec.structs.fields(kind):
        hint = next((one for one in get_args(field.type) if one is not type(None)), field.type)
        repeated = get_origin(hint) is list
        plan[int(field.encode_name)] = _Field(field.name, get_args(hint)[0] if repeated else hint, repeated)
    return plan


def fields(data: bytes, asked: Container[int]) -> Iterator[tuple[int, int, Raw]]:
    """Yield the number, wire type and raw value of each field that is `asked` for.

    A group, which nobody sends any more, is refused.
    """
    at, end = 0, len(data)
    for _ in range(MOST):
        if at >= end:
            return
        tag, at = (data[at], at + 1) if data[at] < _CONTINUES else _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise msgspec.DecodeError("not protobuf: a field has no number")
        if wire == _VARINT:
            value, at = _varint(data, at)
            if number in asked:
                yield number, wire, value
            continue
        size, at = _size(data, at, wire)
        if at + size > end:
            raise msgspec.DecodeError("protobuf is truncated")
        if number in asked:
            yield number, wire, data[at : at + size]
        at += size
    if at < end:
        raise msgspec.DecodeError("not protobuf: too many fields")


def _size(data: bytes, at: int, wire: int) -> tuple[int, int]:
    """Return how long the value is that follows, and where it begins."""
    if wire == BYTES:
        return _varint(data, at)
    if wire not in _SIZES:
        raise msgspec.DecodeError("not protobuf: a field has no known wire type")
    return _SIZES[wire], at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, of 64 bits at most, and where it ends."""
    if at < len(data) and data[at] < _CONTINUES:
        return data[at], at + 1
    value = 0
    for shift, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & ~_CONTINUES) << 7 * shift
        if byte < _CONTINUES:
            return value & (_SIGN << 1) - 1, at + shift + 1
    if len(data) - at < _LONGEST_VARINT:
        raise msgspec.DecodeError("protobuf is truncated")
    raise msgspec.DecodeError("not protobuf: a number is too long")


def _packed(field: _Field, value: Raw) -> list[object]:
    """Return the items of a repeated field: numbers stand in one value, anything else each in its own."""
    if field.kind is not int or isinstance(value, int):
        return [fit(field.kind, BYTES, value)]
    return list(numbers(value))


def numbers(packed: bytes) -> Iterator[int]:
    """Yield the numbers that stand in one value."""
    at = 0
    while at < len(packed):
        try:
            item, at = _varint(packed, at)
        except msgspec.DecodeError:
            raise MisfitError from None
        yield _signed(item)


def fit(kind: type, wire: int, value: Raw) -> object:
    """Return a value as a `kind`: a number, a text, bytes, or a Struct; raises MisfitError for one that is none."""
    if isinstance(value, int):
        if kind is bool:
            return value != 0
        if kind is not int:
            raise MisfitError
        return _signed(value)
    if kind is float and wire in _SIZES:
        form, digits = ("<f", _DIGITS) if wire == _FIXED32 else ("<d", 17)
        return float(f"{struct.unpack(form, value)[0]:.{digits}g}")
    if wire != BYTES:
        raise MisfitError
    if kind is str:
        return value.decode("utf-8", "replace")
    if kind is bytes:
        return value
    if not issubclass(kind, msgspec.Struct):
        raise MisfitError
    try:
        return read(kind, value)
    except msgspec.DecodeError:
        raise MisfitError from None


def _signed(value: int) -> int:
    """Return a number as protobuf's int32 and int64 mean it."""
    return value - (_SIGN << 1) if value & _SIGN else value
