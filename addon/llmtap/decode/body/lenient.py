"""Reads JSON into a Struct, and gives up only what does not fit: vendors vary, and one odd field never costs the rest.

The typed path is tried first and is the only one that a well-behaved body takes. An integer sent as a string is taken
as the integer it spells; any other misfit leaves the default of its field (or drops its item from a list). Bytes that
are not UTF-8, half surrogates and NaN, which JSON forbids and servers send, are read too.
"""

import functools
import json
import types
import typing
from collections.abc import Callable
from typing import Any, TypeAliasType, Union

import msgspec

_NOTHING = object()
_BOM = b"\xef\xbb\xbf"


_DECODERS: dict[object, Callable[[bytes], Any]] = {}


def read[T](decoder_type: type[T], data: bytes) -> T:
    """Return `data` as a `decoder_type`, without the fields that do not fit.

    Raises msgspec.DecodeError for what is not JSON, and its subclass msgspec.ValidationError for JSON of another kind
    altogether (a list where an object is wanted).
    """
    decode = _DECODERS.get(decoder_type)
    if decode is None:
        decode = _DECODERS[decoder_type] = msgspec.json.Decoder(decoder_type).decode
    value: T
    try:
        value = decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            fitted = _fit(_loose(data), decoder_type)
        except RecursionError:  # of a Struct that may contain itself
            message = "nested too deeply"
            raise msgspec.DecodeError(message) from None
        if fitted is _NOTHING:
            message = f"not a {decoder_type.__name__}"
            raise msgspec.ValidationError(message) from None
        value = typing.cast("T", fitted)
    return value


def _loose(data: bytes) -> object:
    """Return JSON as plain Python values; raises msgspec.DecodeError only for what no reader takes for JSON."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        text = data.removeprefix(_BOM).decode("utf-8", "replace")
        try:
            return _clean(json.loads(text))
        except (ValueError, RecursionError):
            raise msgspec.DecodeError(str(error)) from None


def _clean(value: object) -> object:
    """Return `value` with half surrogates replaced, so that every string can be written as UTF-8."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case _:
            return value


def _fit(value: object, hint: object) -> object:
    """Return `value` as `hint` with the misfits left out, or _NOTHING when nothing of it fits."""
    origin, arguments = _anatomy(hint)
    if origin is msgspec.Struct:
        struct = typing.cast("type[msgspec.Struct]", arguments[0])
        return _fit_struct(value, struct) if isinstance(value, dict) else _NOTHING
    if origin is Union:
        return _fit_union(value, arguments)
    if origin in (list, tuple, dict):
        return _fit_container(value, origin, arguments)
    return _fit_scalar(value, arguments[0])


@functools.cache
def _anatomy(hint: object) -> tuple[object, tuple[object, ...]]:
    """Return the kind of a hint and its members, a Struct or scalar being its own; asked once, not for every value."""
    if isinstance(hint, TypeAliasType):
        return _anatomy(hint.__value__)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return msgspec.Struct, (hint,)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return Union, arguments
    return (origin, arguments) if origin in (list, tuple, dict) else (None, (hint,))


def _fit_container(value: object, origin: object, arguments: tuple[object, ...]) -> object:
    """Return a list, tuple or dict without the members that do not fit."""
    if origin is dict:
        if not isinstance(value, dict):
            return _NOTHING
        members = {key: _fit(item, arguments[1]) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not _NOTHING}
    if not isinstance(value, list):
        return _NOTHING
    items = [item for item in (_fit(item, arguments[0]) for item in value) if item is not _NOTHING]
    return tuple(items) if origin is tuple else items


def _fit_scalar(value: object, hint: object) -> object:
    """Return a number or word as `hint`: an integer spelt as a string is one; a number is also its own spelling."""
    if hint is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    try:
        if hint is msgspec.Raw:
            return msgspec.Raw(msgspec.json.encode(value))
        return msgspec.convert(value, typing.cast("type[object]", hint), strict=isinstance(value, bool))
    except (msgspec.ValidationError, RecursionError, TypeError, ValueError, OverflowError):
        return _NOTHING


def _fit_union(value: object, members: tuple[object, ...]) -> object:
    """Return `value` as the first member that takes it whole, else as the first that takes some of it."""
    if value is None:
        return None if type(None) in members else _NOTHING
    loose = [member for member in members if member is not type(None) and _alike(value, member)]
    for member in loose if len(loose) > 1 else ():
        try:
            return msgspec.convert(value, typing.cast("type[object]", member))
        except (msgspec.ValidationError, RecursionError, TypeError, ValueError):
            continue
    for member in loose:
        fitted = _fit(value, member)
        if fitted is not _NOTHING:
            return fitted
    return _NOTHING


def _alike(value: object, member: object) -> bool:
    """Return whether an object meets a shape for objects, a list one for lists: most unions are of one of each.

    Where one member alone can take a value nothing need be tried, which else is tried anew at each depth of the value.
    """
    kind, (struct, *_) = _anatomy(member)
    if kind in (list, tuple):
        return isinstance(value, list)
    if kind in (dict, msgspec.Struct):
        return isinstance(value, dict)
    return struct in (object, msgspec.Raw) or not isinstance(value, (list, dict))


@functools.cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, str, object, bool], ...]:
    """Return each field's name in JSON, its own name, hint, and whether it must be there; msgspec is slow to tell."""
    fields = msgspec.structs.fields(struct)
    return tuple((field.encode_name, field.name, field.type, field.required) for field in fields)


def _fit_struct(value: dict[str, object], struct: type[msgspec.Struct]) -> object:
    """Return a Struct of the members that fit; a tagged one takes its own tag only."""
    config = struct.__struct_config__
    if config.tag_field is not None and value.get(config.tag_field) != config.tag:
        return _NOTHING
    members: dict[str, object] = {}
    for key, name, hint, required in _fields(struct):
        if key in value:
            fitted = _fit(value[key], hint)
            if fitted is not _NOTHING:
                members[name] = fitted
                continue
        if required:
            return _NOTHING
    return struct(**members)
