"""Text Generation Inference: tokens one by one, and the whole text at the end."""

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import tgi_generate
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold, whole
from tests.exchanges.story import Story


def token(text: str, *, special: bool = False) -> dict[str, object]:
    """An event of a stream."""
    return {"token": {"text": text, "special": special}, "generated_text": None, "details": None}


def test_the_whole_text_replaces_its_tokens() -> None:
    """What the last event says holds; a special token is no word."""
    said = fold(tgi_generate, [token("Ca"), token("<s>", special=True), token("lm"), {"generated_text": "Calm."}])
    assert ("Calm.", True) == (said.messages[0].parts[0].text, said.completed)
    assert "Calm" == fold(tgi_generate, [token("Ca"), token("lm")]).messages[0].parts[0].text


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"generated_tokens": 4, "input_length": 9}, Usage(9, 4)),
        ({"generated_tokens": 4, "prefill": [{"text": "a"}, {"text": "b"}]}, Usage(2, 4)),
        ({"generated_tokens": 4, "prefill": []}, Usage(output_tokens=4)),
        ({}, None),
        (None, None),
    ],
)
def test_who_counts_the_prompt(details: object, expected: Usage | None) -> None:
    """A length or a list of its tokens; an empty list says that it was not asked for."""
    assert expected == whole(tgi_generate, {"generated_text": "a", "details": details}).usage


def test_a_list_of_one() -> None:
    """The task API wraps the answer in a list."""
    assert "a" == whole(tgi_generate, [{"generated_text": "a"}]).messages[0].parts[0].text


@pytest.mark.parametrize("story", ["plain", "stream"])
def test_an_unknown_address_is_told_by_its_answer(story: str) -> None:
    """Whoever serves it, at whatever path."""
    inference = decode(Story("tgi_generate", story).exchange(sniffed=True))
    assert ("tgi_generate", "text_completion") == (inference.wire_format, inference.operation)
