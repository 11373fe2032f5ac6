"""Protobuf as JSON: what is told is spelled as protobuf spells it, whatever else stands there."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.protobuf import numbers
from llmtap.decode.body.protojson import Message, Object, Value, many, one, spelled, words
from tests.decode.formats.laws import odd_messages
from tests.exchanges.rpc import message, varint

INNER = one(str, text=1) | one(Object(), any=2)
OUTER: Message = (
    one(int, count=1)
    | one(float, share=2)
    | one(str, word=3)
    | one(bool, fine=4)
    | one(INNER, inner=5)
    | many(INNER, inners=6)
    | many(int, counts=7)
    | one(words("RED GREEN"), colour=8)
    | many(words("RED GREEN"), colours=9)
    | one(Value(), value=10)
    | many(Value({"a": {"b": None}}), some=11)
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def told(data: bytes) -> object:
    """The JSON of a message."""
    return json.loads(spelled(OUTER, data))


def value(given: object) -> dict[str, object]:
    """JSON as `google.protobuf.Value`, in the words of `tests.exchanges.rpc`."""
    match given:
        case None:
            return {"1 null_value": 0}
        case bool():
            return {"4 bool_value": int(given)}
        case int() | float():
            return {"2 number_value double": float(given)}
        case str():
            return {"3 string_value": given}
        case list():
            return {"6 list_value": {"1 values": [value(item) for item in given]}}
    assert isinstance(given, dict)
    return {"5 struct_value": members(given)}


def members(given: dict[str, object]) -> dict[str, object]:
    """JSON as `google.protobuf.Struct`."""
    return {"1 fields": [{"1 key": key, "2 value": value(item)} for key, item in given.items()]}


def test_each_kind() -> None:
    """Names stand for numbers, and words for those of an enumeration; a newer one stays a number."""
    told_ = {
        "1": -3,
        "2": 0.7,
        "3": "w",
        "4": 1,
        "5": {"1": "t"},
        "6": [{}, {"1": ""}],
        "8": 2,
        "9": [1, 3, 0],
        "99": 1,
    }
    assert told(message({**told_, "7": [1, 2]})) == {
        "count": -3,
        "share": 0.7,
        "word": "w",
        "fine": True,
        "inner": {"text": "t"},
        "inners": [{}, {"text": ""}],
        "colour": "GREEN",
        "colours": ["RED", 3, 0],
        "counts": [1, 2],
    }
    assert told(b"") == {}


def test_numbers_in_one_value() -> None:
    """Packed they are the same."""
    packed = message({"7": varint(5) + varint(300), "9": varint(2) + varint(1)})
    assert told(packed) == {"counts": [5, 300], "colours": ["GREEN", "RED"]}
    assert list(numbers(varint(300))) == [300]


@given(JSON, st.dictionaries(st.text(), JSON, max_size=3))
def test_json_of_any_shape(whole: object, some: dict[str, object]) -> None:
    """Law: what was JSON is the same JSON again, whatever its depth and words."""
    data = message({"10": value(whole), "5": {"2": members(some)}})
    assert told(data) == {"value": whole, "inner": {"any": some}}


def test_names_are_all_that_is_made() -> None:
    """Of a value that is told by names nothing else is spelled, through lists as well."""
    some = [{"a": {"b": 1, "c": 2}, "d": 3}, [{"a": {"b": [4]}}], {"e": 5}]
    assert told(message({"11": [value(one_) for one_ in some]})) == {"some": [{"a": {"b": 1}}, [{"a": {"b": [4]}}], {}]}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_has_not(number: float) -> None:
    """It is null."""
    assert told(message({"10": {"2 double": number}})) == {"value": None}


def test_depth_is_bounded() -> None:
    """What is nested deeper than anybody means it is empty there."""
    deep: object = 1
    for _ in range(80):
        deep = [deep]
    assert spelled(OUTER, message({"10": value(deep)})).count(b"[") == 65  # the last of them empty


@pytest.mark.parametrize(
    "odd",
    [{"1": "w"}, {"3": 1}, {"4": "w"}, {"5": 7}, {"6": 7}, {"7": b"\x80"}, {"8": "w"}, {"10": "\x00"}, {"5": b"\x00"}],
)
def test_a_misfit_costs_itself_alone(odd: dict[str, object]) -> None:
    """A field of another kind is left out."""
    found = told(message({**odd, "2": 0.5}))
    assert isinstance(found, dict)
    assert {name: member for name, member in found.items() if member} == {"share": 0.5}


@given(odd_messages())
def test_whatever_the_bytes(data: bytes) -> None:
    """JSON comes out, or what is no message is refused."""
    try:
        assert msgspec.json.decode(spelled(OUTER, data)) is not None
    except msgspec.DecodeError:
        return
