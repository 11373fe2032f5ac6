"""Legacy completions and fill-in-the-middle: how the question is put; answers are told by test_completion."""

import json

import msgspec
import pytest

from llmtap.decode.formats import openai_completions
from llmtap.decode.inference import InferenceRequest, Message, Part


def asked(**members: object) -> InferenceRequest:
    """A request with the given members."""
    return openai_completions.read_request(json.dumps(members).encode())


@pytest.mark.parametrize(
    ("members", "messages"),
    [
        ({"prompt": "a"}, (("a",),)),
        ({"prompt": ["a", "b"]}, (("a",), ("b",))),
        ({"prompt": "a", "suffix": "z"}, (("a", "z"),)),
        ({"prompt": ["a", "b"], "suffix": "z"}, (("a",), ("b", "z"))),
        ({"suffix": "z"}, (("z",),)),
        ({"prompt": ""}, (("",),)),
        ({"prompt": []}, ()),
        ({}, ()),
    ],
)
def test_prompts(members: dict[str, object], messages: tuple[tuple[str, ...], ...]) -> None:
    """One message a prompt; what stands behind the gap is a part of the last."""
    expected = tuple(Message("user", tuple(Part("text", text) for text in texts)) for texts in messages)
    assert asked(**members).messages == expected


@pytest.mark.parametrize(("prompt", "count"), [([1, 2, 3], 1), ([[1, 2], [3]], 2)])
def test_token_numbers(prompt: object, count: int) -> None:
    """A prompt of numbers is a medium, of which nothing is kept."""
    assert asked(prompt=prompt).messages == (Message("user", (Part("media", "tokens"),)),) * count


def test_a_request_that_is_no_object() -> None:
    """The one documented error."""
    for body in (b"", b"[]", b"prompt=a"):
        with pytest.raises(msgspec.MsgspecError):
            openai_completions.read_request(body)
