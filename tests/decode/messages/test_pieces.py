"""Gemini's contents: each kind of piece, both spellings of a member, and answers that do not depend on their cut."""

import json
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.answer import Answer
from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.pieces import (
    Content,
    Contents,
    Piece,
    camel,
    merge_content,
    message,
    messages,
    named,
    spelled,
)

CALL = Part("tool_call", '{"a":1}', "c", "f")


def said(*pieces: Mapping[str, object]) -> tuple[Part, ...]:
    """The parts of a turn that holds the pieces."""
    return message(read(Content, json.dumps({"parts": pieces}).encode())).parts


@pytest.mark.parametrize(
    ("piece", "part"),
    [
        ({"text": "Hi"}, Part("text", "Hi")),
        ({"text": "Hm", "thought": True}, Part("reasoning", "Hm")),
        ({"text": "Hi", "thought": False, "thoughtSignature": "c2ln"}, Part("text", "Hi")),
        ({"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}, CALL),
        ({"functionCall": {"name": "f"}}, Part("tool_call", "{}", None, "f")),
        ({"toolCall": {"id": "c", "toolType": "FILE_SEARCH"}}, Part("tool_call", "{}", "c", "FILE_SEARCH")),
        ({"functionResponse": {"name": "f", "response": {"a": 1}}}, Part("tool_result", '{"a":1}', None, "f")),
        ({"toolResponse": {"id": "c", "toolType": "X"}}, Part("tool_result", "", "c", "X")),
        ({"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, Part("media", "image/png")),
        ({"fileData": {"fileUri": "gs://bucket/secret.pdf"}}, Part("media", "gs")),
        ({"fileData": {}}, Part("media", "*")),
        ({"executableCode": {"code": "1+1"}}, Part("tool_call", "1+1", None, "code_execution")),
        ({"codeExecutionResult": {"output": "2"}}, Part("tool_result", "2", None, "code_execution")),
    ],
)
def test_each_kind_of_piece(piece: dict[str, object], part: Part) -> None:
    """What it says is kept; data is not."""
    assert said(piece) == (part,)


@pytest.mark.parametrize("piece", [{}, {"text": ""}, {"thoughtSignature": "c2ln"}, {"newKind": {"a": 1}}])
def test_what_is_empty_adds_nothing(piece: dict[str, object]) -> None:
    """Neither does a kind that is not known."""
    assert said(piece) == ()


def test_the_order_of_kinds_is_kept() -> None:
    """Words grow the part before them only where it is of their kind; two images are two, sound is one."""
    image, sound = {"inlineData": {"mimeType": "image/png"}}, {"inlineData": {"mimeType": "audio/L16"}}
    call = {"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}
    assert said({"text": "a"}, {"text": "b"}, image, image, {"text": "c"}, call, call, sound, sound) == (
        Part("text", "ab"),
        Part("media", "image/png"),
        Part("media", "image/png"),
        Part("text", "c"),
        CALL,
        CALL,
        Part("media", "audio/L16"),
    )


PIECES = st.lists(
    st.sampled_from(
        [
            Piece(text="a"),
            Piece(text="b", thought=True),
            Piece(text=""),
            msgspec.json.decode(b'{"functionCall":{"name":"f"}}', type=Piece),
            msgspec.json.decode(b'{"inlineData":{"mimeType":"audio/L16"}}', type=Piece),
        ]
    ),
    max_size=12,
)


@given(PIECES, st.integers(0, 12))
def test_the_cut_does_not_matter(pieces: list[Piece | str], cut: int) -> None:
    """Law: the pieces of a content, in one event or in two, end in the same answer."""
    whole, parted = Answer(), Answer()
    merge_content(whole, 0, Content(parts=pieces))
    carried = [merge_content(parted, 0, Content(parts=some)) for some in (pieces[:cut], pieces[cut:])]
    assert whole.response(streamed=True) == parted.response(streamed=True)
    assert any(carried) == bool(whole.parts)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (b'"Hi"', (Message("user", (Part("text", "Hi"),)),)),
        (b'["Hi"]', (Message("user", (Part("text", "Hi"),)),)),
        (b'{"parts":{"text":"Hi"}}', (Message("user", (Part("text", "Hi"),)),)),
        (b'{"role":"model","parts":["Hi"]}', (Message("assistant", (Part("text", "Hi"),)),)),
        (b'{"parts":"Hi"}', (Message("user", (Part("text", "Hi"),)),)),
        (b'[{"role":"user","parts":[{"functionResponse":{}}]}]', (Message("tool", (Part("tool_result"),)),)),
        (b"null", ()),
    ],
)
def test_contents_in_all_their_forms(stated: bytes, expected: tuple[Message, ...]) -> None:
    """A list, one turn or words; responses of functions are a turn of the tool's."""
    assert messages(read(dict[str, Contents | None], b'{"c":' + stated + b"}")["c"]) == expected


def test_names_in_snake_case() -> None:
    """Members are renamed, words that look like them are not."""
    body = b'{"system_instruction": {"parts":[{"inline_data":{"mime_type":"a"},"text":"\\"top_p\\": 1"}]},"top_p" :1}'
    renamed = b'{"systemInstruction": {"parts":[{"inlineData":{"mimeType":"a"},"text":"\\"top_p\\": 1"}]},"topP" :1}'
    assert camel(body) == renamed


def test_what_cannot_be_spelled() -> None:
    """A value that is nested too deep is empty, a text is not quoted."""
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert [spelled(value) for value in (deep, None, "as it is", {"a": [1]})] == [
        "",
        "",
        "as it is",
        '{"a":[1]}',
    ]


def test_many_pieces_cost_linear_time() -> None:
    """Two candidates that alternate, one of them in kinds that never grow each other."""
    call = msgspec.json.decode(b'{"parts":[{"functionCall":{"name":"f"}}]}', type=Content)
    answer = Answer()
    for _ in range(20_000):
        merge_content(answer, 0, Content(parts=[Piece(text="a")]))
        merge_content(answer, 1, call)
    assert len(answer.response(streamed=True).messages[1].parts) == 20_000


@pytest.mark.parametrize(
    ("resource", "model"),
    [
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("gemini-2.5-pro", "gemini-2.5-pro"),
        ("tunedModels/mine", "mine"),
        ("projects/p/locations/l/publishers/google/models/gemini-2.5-pro@001", "gemini-2.5-pro@001"),
        ("projects/p/locations/l/endpoints/12", None),
        ("models/", None),
        ("", None),
        (None, None),
    ],
)
def test_a_model_is_named_by_a_resource(resource: str | None, model: str | None) -> None:
    """By the end of its name; an endpoint has a number, which names no model."""
    assert named(resource) == model
