"""A form is read by its own bytes: words by name, files by their MIME type, in linear time."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.multipart import MOST_FIELDS, Form, form, read_upload
from llmtap.decode.inference import Part


class Asked(msgspec.Struct):
    """A request with a word, a number and a flag."""

    model: str | None = None
    n: int | None = None
    stream: bool | None = None


def field(name: str, value: bytes, more: str = "", *, mark: bytes = b"--x") -> bytes:
    """One part of a form."""
    return mark + f'\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def file(name: str, value: bytes, kind: str = "audio/mpeg") -> bytes:
    """One part of a form that is a file."""
    return field(name, value, f'; filename="a"\r\nContent-Type: {kind}')


def test_words_and_files() -> None:
    """The first of a repeated name counts; a file's data never does, whatever it looks like."""
    data = b'\xff\r\n--y\r\nContent-Disposition: form-data; name="model"\r\n\r\nnone\r\n'
    body = field("model", b"m") + file("file", data) + field("model", b"other") + file("b", b"", "") + b"--x--\r\n"
    assert form(body) == Form({"model": "m"}, ("audio/mpeg", "*"))


def test_numbers_and_flags_are_read_as_such() -> None:
    """A form knows words only; they become what the request says they are."""
    body = field("n", b"2") + field("stream", b"true") + field("model", b"m") + file("image", b"x", "image/png")
    assert read_upload(Asked, body + b"--x--") == (Asked("m", 2, stream=True), (Part("media", "image/png"),))


def test_json_is_json() -> None:
    """A request of the same API that is no form."""
    assert read_upload(Asked, b' {"model":"m","n":2}') == (Asked("m", 2), ())


@pytest.mark.parametrize(
    "body",
    [
        b'--x\nContent-Disposition: form-data; name="model"\n\nm\n--x--\n',
        b"\r\n" + field("model", b"m") + b"--x--",
        field("model", b"m"),
        field("model", b"m") + b"--x\r\ncut off",
        b"--x\r\ncontent-disposition: form-data; name=model\r\n\r\nm\r\n--x--",
        file("file", b"\0" * 10 + b"a hole" + b"\0" * 10) + field("model", b"m") + b"--x--",
    ],
)
def test_other_spellings(body: bytes) -> None:
    """Bare line feeds, an empty line before, no quotes, no end, a hole in the file."""
    assert read_upload(Asked, body)[0] == Asked("m")


@pytest.mark.parametrize("body", [b"", b"model=m", b"\xff", b"--", b"--" + b"x" * 1000])
def test_what_is_no_form(body: bytes) -> None:
    """The one documented error."""
    with pytest.raises(msgspec.DecodeError):
        read_upload(Asked, body)


@given(st.binary(max_size=200), st.lists(st.sampled_from([b"--x", b"\r\n", b"--", b'; name="a"', b"x"]), max_size=30))
def test_any_bytes_are_a_form_or_an_error(data: bytes, pieces: list[bytes]) -> None:
    """Law: nothing else is ever raised."""
    for body in (data, b"--x\r\n" + data, b"--x\r\n" + b"".join(pieces), b"".join(pieces)):
        try:
            assert len(form(body).fields) <= MOST_FIELDS
            read_upload(Asked, body)
        except msgspec.MsgspecError:
            pass


def test_a_form_of_endless_parts_ends() -> None:
    """The number of parts that are looked at is bounded, and so is the work."""
    assert len(form(b"".join(field(f"f{number}", b"") for number in range(10_000))).fields) == MOST_FIELDS
    for piece in (b"--", b"\r\n", b"--x\r\n", b"\r\n--x\r\n", b"\r\n--x"):
        assert form(b"--x\r\n" + piece * 500_000) == Form({}, ())
