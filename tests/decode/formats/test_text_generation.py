"""Text in, text out: each dialect in its own names."""

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import text_generation
from tests.decode.formats.laws import fold, whole
from tests.exchanges.story import Story


def counts(body: object) -> tuple[int | None, int | None]:
    """The tokens of a whole answer."""
    usage = whole(text_generation, body).usage
    return (usage.input_tokens, usage.output_tokens) if usage else (None, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": "a", "meta_info": {"prompt_tokens": 3, "completion_tokens": 1}}, (3, 1)),
        ({"results": [{"text": "a", "prompt_tokens": 3, "completion_tokens": 1}]}, (3, 1)),
        ({"inference_status": {"tokens_input": 3, "tokens_generated": 1}}, (3, 1)),
        ({"generated_text": "a", "nb_input_tokens": 3, "nb_generated_tokens": 1}, (3, 1)),
        ({"prompt": {"tokens": [{}, {}, {}]}, "completions": [{"data": {"text": "a", "tokens": [{}]}}]}, (3, 1)),
        ([{"text": "a", "meta_info": {"prompt_tokens": 3}}, {"text": "b"}], (3, None)),
        ({"text_output": "a"}, (None, None)),
    ],
)
def test_who_counts(body: object, expected: tuple[int | None, int | None]) -> None:
    """Each in its own place; what is not counted is unknown."""
    assert counts(body) == expected


def test_what_is_said_again_is_said_once() -> None:
    """SGLang's events say all so far, or, as it may be set, what is new."""
    meta = {"meta_info": {"id": "s"}}
    for texts in (["Ca", "Calm."], ["Ca", "lm."], ["Ca", "Calm.", "Calm."]):
        said = fold(text_generation, [{"text": text, **meta} for text in texts])
        assert said.messages[0].parts[0].text == "Calm."


@pytest.mark.parametrize("story", ["sglang_plain", "sglang_stream"])
def test_an_unknown_address_is_told_by_its_answer(story: str) -> None:
    """SGLang's, whoever serves it."""
    inference = decode(Story("text_generation", story).exchange(sniffed=True))
    assert ("text_generation", "text_completion") == (inference.wire_format, inference.operation)
