"""A field that does not fit is given up alone."""

from contextlib import suppress
from decimal import Decimal
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.lenient import read

type Positive = Annotated[int, msgspec.Meta(ge=0)]


class Inner(msgspec.Struct):
    """An object within."""

    n: int = 0


class Tagged(msgspec.Struct, tag="this", tag_field="type"):
    """One of several kinds."""

    n: int | None = None


class Shape(msgspec.Struct):
    """Every kind of field that a wire format has."""

    number: int | None = None
    positive: Positive | None = None
    ratio: float | None = None
    word: str | None = None
    sure: bool | None = None
    money: Decimal | None = None
    inner: Inner | None = None
    inners: list[Inner] = []
    words: str | list[str] | None = None
    several: tuple[int, ...] = ()
    named: dict[str, int] = {}
    raw: msgspec.Raw = msgspec.Raw()
    kind: Tagged | None = None
    anything: object = None


class Strict(msgspec.Struct):
    """A shape that cannot do without its field."""

    n: int


def test_what_fits_is_taken() -> None:
    """A well-behaved body takes the typed path."""
    assert read(Shape, b'{"number":1,"inner":{"n":2},"unknown":[]}') == Shape(number=1, inner=Inner(2))


def test_integers_spelt_as_strings() -> None:
    """A number in quotes is the number, and a number for a word is its spelling."""
    assert read(Shape, b'{"number":"12","ratio":"0.5","word":7,"inner":{"n":"3"}}') == Shape(
        number=12, ratio=0.5, word="7", inner=Inner(3)
    )


def test_a_misfit_is_given_up_alone() -> None:
    """Null for an object, a list for a word, a word for a number, an object for a list: its neighbours stand."""
    body = b"""{"number":"many","positive":-1,"ratio":[],"word":{},"sure":"perhaps","money":"much","inner":[1],
        "inners":[{"n":1},null,{"n":"x"},5],"words":{},"several":[1,"2","x"],"named":{"a":1,"b":"x"},"kind":{"type":"that"},
        "anything":[1]}"""
    assert read(Shape, body) == Shape(inners=[Inner(1), Inner()], several=(1, 2), named={"a": 1}, anything=[1])


def test_null_is_a_default() -> None:
    """Null where nothing may be null leaves the default."""
    assert read(Shape, b'{"inner":{"n":null},"inners":null,"several":null,"number":3}') == Shape(
        inner=Inner(), number=3
    )


def test_raw_survives_a_misfit_elsewhere() -> None:
    """What is kept as JSON is still JSON after the lenient walk."""
    assert read(Shape, b'{"number":"x","raw":{"a":[1]}}').raw == msgspec.Raw(b'{"a":[1]}')


def test_tags_tell_kinds_apart() -> None:
    """A tagged shape takes its own kind only, and loses a misfit like any other."""
    assert read(Shape, b'{"kind":{"type":"this","n":"x"},"number":1}') == Shape(kind=Tagged(), number=1)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"word":"caf\xe9"}', "caf\N{REPLACEMENT CHARACTER}"),
        (b'{"word":"a\\ud83d"}', "a?"),
        (b'\xef\xbb\xbf{"word":"bom"}', "bom"),
        (b'{"ratio":NaN,"word":"nan"}', "nan"),
        (b'{"number":123456789012345678901234567890,"word":"big"}', "big"),
        (b'  \n\n{"word":"blank"}\n', "blank"),
    ],
)
def test_what_json_forbids_and_servers_send(body: bytes, word: str) -> None:
    """Bytes that are not UTF-8, half surrogates, a BOM, NaN: the rest is read, and every word can be written."""
    assert read(Shape, body).word == word


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'{"a":1', b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe"])
def test_what_is_not_json(body: bytes) -> None:
    """One documented error, whatever the bytes."""
    with pytest.raises(msgspec.DecodeError):
        read(Shape, body)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null"])
def test_json_of_another_kind(body: bytes) -> None:
    """A list where an object is wanted is refused."""
    with pytest.raises(msgspec.ValidationError):
        read(Shape, body)


def test_a_required_field() -> None:
    """A shape without its required field is none."""
    with pytest.raises(msgspec.ValidationError):
        read(Strict, b'{"n":"x"}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Shape.__struct_fields__, "n", "type"]), inner, max_size=5)
    ),
)


@given(st.dictionaries(st.sampled_from(Shape.__struct_fields__), JSON))
def test_any_object_is_read(value: dict[str, object]) -> None:
    """Law: an object of whatever members is read."""
    assert isinstance(read(Shape, msgspec.json.encode(value)), Shape)


@given(st.binary())
def test_calm(body: bytes) -> None:
    """Law: no bytes whatever raise anything else."""
    with suppress(msgspec.DecodeError):
        read(Shape, body)


class Nested(msgspec.Struct):
    """A shape that may contain itself."""

    inside: "Nested | None" = None
    n: int | None = None


def test_a_shape_that_contains_itself_too_often() -> None:
    """However deep an object lies in itself, one documented error is raised, or the object is read."""
    for depth in (100, 150, 300, 900):
        with suppress(msgspec.DecodeError):
            read(Nested, b'{"n":"x","inside":' * depth + b"{}" + b"}" * depth)


class Piece(msgspec.Struct):
    """A shape that may contain a word, or a list of its kind."""

    inside: "str | list[Piece] | None" = None
    n: int | None = None


def test_a_choice_of_one_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How deep a value lies does not matter to how often it is converted: its kind tells which member takes it."""
    converted: list[object] = []
    convert = msgspec.convert

    def counted(value: object, kind: type[object], *, strict: bool = True) -> object:
        converted.append(value)
        return convert(value, kind, strict=strict)

    monkeypatch.setattr(msgspec, "convert", counted)
    whole = read(Piece, b'{"n":"1","inside":[' * 50 + b'{"inside":"deep"}' + b"]}" * 50)
    assert (whole.n, len(converted)) == (1, 50 + 1)


def test_a_shape_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many items do not fit does not matter to how often msgspec is asked for the fields of their shape."""
    asked: list[object] = []
    ask = msgspec.structs.fields

    class Item(msgspec.Struct):
        n: int | None = None

    class Items(msgspec.Struct):
        items: list[Item] = []

    def counted(struct: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
        asked.append(struct)
        return ask(struct)

    monkeypatch.setattr(msgspec.structs, "fields", counted)
    assert [Item()] * 50 == read(Items, b'{"items":[%b]}' % b",".join([b'{"n":"x"}'] * 50)).items
    assert asked == [Items, Item]
