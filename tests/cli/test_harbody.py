"""Bodies of a HAR: the bytes that passed, whichever way they were written down."""

import base64
import gzip
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.cli.harbody import Content, Param, body
from llmtap.decode.body.multipart import form

GZIP = ((b"Content-Encoding", b"gzip"), (b"content-type", b"application/json"))


@given(st.binary(min_size=1), st.booleans())
def test_base64_gives_the_bytes(data: bytes, padded: bool) -> None:  # noqa: FBT001 -- hypothesis hands it on
    """Any bytes survive base64 of either alphabet, with padding and without."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(data).decode()
        assert Content(text=text if padded else text.rstrip("="), encoding="BASE64").data == data
        assert Content(text=text, other_encoding="base64").data == data


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_text_gives_its_utf8(text: str) -> None:
    """Text is its UTF-8."""
    assert Content(text=text).data == text.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x00\x00\x06\xc3", b"\x00\x00\x06\xc3"),
        ("\x00 и", "\x00 и".encode()),
        ("naïve\r\n\t", "naïve\r\n\t".encode()),
    ],
)
def test_text_that_stands_for_bytes(text: str, expected: bytes) -> None:
    """Control characters betray bytes that were written as characters, one by one."""
    assert Content(text=text).data == expected


def test_base64_that_is_none() -> None:
    """What claims to be base64 and is not stands for itself."""
    assert Content(text='{"a": 1}', encoding="base64").data == b'{"a": 1}'
    assert Content(text="A", encoding="base64").data == b"A"


@given(st.binary(max_size=9_999))
def test_base64_that_does_not_say_so(data: bytes) -> None:
    """A frame or a gzip stream is known by what it spells; what only begins like one stands for itself."""
    sizes = (len(data) + 16).to_bytes(4) + bytes(4)
    frame = sizes + zlib.crc32(sizes).to_bytes(4) + data + bytes(4)
    for packed in (frame, gzip.compress(data)):
        assert Content(text=base64.b64encode(packed).decode()).data == packed
    for text in ("AAAA", "AAAAaAAAA", "AAAAEAAAAAAAAAAA", "H4sI said the fox", "AAA"):
        assert Content(text=text).data == text.encode()


@given(st.dictionaries(st.text(), st.integers() | st.text()), st.lists(st.integers()))
def test_json_that_is_no_text(members: dict[str, object], items: list[object]) -> None:
    """A body that is kept as what it says is written as JSON again."""
    for said in (members, items):
        content = msgspec.json.decode(msgspec.json.encode({"text": said}), type=Content)
        assert content.text == said
        assert not said or msgspec.json.decode(content.data) == said


def test_a_form_is_put_together() -> None:
    """Fields are sent as a form again; a file's contents are what HAR leaves of them."""
    plain = Content(mime_type="application/x-www-form-urlencoded", params=[Param("a", "1 2"), Param("b")])
    assert plain.data == b"a=1+2&b="
    upload = Content(
        mime_type="multipart/form-data; boundary=xyz",
        params=[Param("model", "whisper-1"), Param("file", None, "a.wav", "audio/wav")],
    )
    assert form(upload.data).fields == {"model": "whisper-1"}
    assert form(upload.data).files == ("audio/wav",)


def test_decoded_content_is_not_decoded_again() -> None:
    """The header of an encoding that the bytes do not have is taken away; one that they have stays."""
    plain, headers = body(Content(text='{"a":1}'), GZIP)
    assert (b'{"a":1}', GZIP[1:]) == (plain.chunks[0][1], headers)
    coded = base64.b64encode(gzip.compress(b'{"a":1}')).decode()
    assert body(Content(text=coded, encoding="base64"), GZIP)[1] == GZIP
    assert body(Content(text=coded[:16], encoding="base64"), GZIP)[1] == GZIP
    assert body(Content(text="x"), ((b"content-encoding", b"aws-chunked"),))[1] == ()


def test_a_body_left_out_is_missing() -> None:
    """A stated size without content is so many bytes lost; nothing stated is nothing."""
    lost, _ = body(Content(size=500), ())
    assert (500, 500, 0) == (lost.size, lost.dropped, len(lost.chunks))
    for content in (None, Content(), Content(size=0), Content(size=-1)):
        assert body(content, ())[0].size == 0


@given(st.dictionaries(st.sampled_from(["text", "encoding", "_encoding", "mimeType"]), st.text()))
def test_nothing_raises(said: dict[str, str]) -> None:
    """Whatever a writer says, it is a body."""
    body(msgspec.convert(said, Content), GZIP)
