"""The Interactions API's steps: each kind of them, and what a request may hold for its input."""

import json

import pytest

from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.steps import Step, Steps, message, messages, parts


def step(value: object) -> Step:
    """A step as it is read."""
    return read(Step, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "text", "text": "Hi"}, [Part("text", "Hi")]),
        ({"type": "model_output", "content": [{"type": "text", "text": "Hi"}]}, [Part("text", "Hi")]),
        ({"type": "model_output", "content": "Hi"}, [Part("text", "Hi")]),
        ({"type": "model_output"}, []),
        ({"type": "thought", "signature": "c2ln"}, []),
        ({"type": "thought", "summary": [{"text": "a"}, {"text": "b"}]}, [Part("reasoning", "ab")]),
        ({"type": "thought_summary", "content": {"type": "text", "text": "a"}}, [Part("reasoning", "a")]),
        ({"type": "image", "mime_type": "image/png", "data": "AAAA"}, [Part("media", "image/png")]),
        ({"type": "document", "uri": "gs://bucket/secret.pdf"}, [Part("media", "gs")]),
        (
            {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}},
            [Part("tool_call", '{"a":1}', "c", "f")],
        ),
        ({"type": "function_call", "id": "c", "name": "f", "arguments": {}}, [Part("tool_call", "", "c", "f")]),
        ({"type": "google_search_call", "id": "c"}, [Part("tool_call", "", "c", "google_search")]),
        ({"type": "arguments_delta", "arguments": '{"a"'}, [Part("tool_call", '{"a"')]),
        ({"type": "function_result", "call_id": "c", "name": "f", "result": 1}, [Part("tool_result", "1", "c", "f")]),
        ({"type": "of tomorrow", "data": 1}, []),
    ],
)
def test_each_kind_of_step(value: dict[str, object], expected: list[Part]) -> None:
    """What it says is kept; data and signatures are not."""
    assert parts(step(value)) == expected


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ({"type": "user_input", "content": "a"}, "user"),
        ({"type": "model_output", "content": "a"}, "assistant"),
        ({"role": "model", "content": "a"}, "assistant"),
        ({"role": "user", "content": [{"type": "text", "text": "a"}]}, "user"),
        ({"type": "thought", "summary": "a"}, "assistant"),
        ({"type": "function_call", "name": "f"}, "assistant"),
        ({"type": "function_result", "result": 1}, "tool"),
        ({"type": "user_input", "content": [{"type": "function_result", "result": 1}]}, "tool"),
        ({"type": "text", "text": "a"}, "user"),
    ],
)
def test_whose_turn_a_step_is(value: dict[str, object], role: str) -> None:
    """Its role, where it states one, or else what its type says."""
    assert message(step(value)).role == role


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (b"null", ()),
        (b'"Hi"', (Message("user", (Part("text", "Hi"),)),)),
        (b'["Hi"]', (Message("user", (Part("text", "Hi"),)),)),
        (b'{"type":"text","text":"Hi"}', (Message("user", (Part("text", "Hi"),)),)),
        (
            b'[{"type":"text","text":"Hi"},{"type":"image","mime_type":"image/png"}]',
            (Message("user", (Part("text", "Hi"), Part("media", "image/png"))),),
        ),
        (
            b'[{"type":"user_input","content":"a"},{"type":"thought"},{"type":"model_output","content":"b"}]',
            (Message("user", (Part("text", "a"),)), Message("assistant", (Part("text", "b"),))),
        ),
    ],
)
def test_input_in_all_its_forms(stated: bytes, expected: tuple[Message, ...]) -> None:
    """Words, a piece, pieces of one turn, or steps; a step that says nothing is no message."""
    assert messages(read(dict[str, Steps | None], b'{"c":' + stated + b"}")["c"]) == expected
