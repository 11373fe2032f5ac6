"""llama.cpp's own completion: one shape for events and answers, and counts under several names."""

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import llamacpp_completion
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold, whole
from tests.exchanges.story import Story


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"tokens_evaluated": 12, "tokens_predicted": 7, "tokens_cached": 18}, Usage(12, 7)),
        ({"tokens_evaluated": 12, "tokens_predicted": 7, "timings": {"cache_n": 10, "prompt_n": 2}}, Usage(12, 7, 10)),
        ({"timings": {"cache_n": 10, "prompt_n": 2, "predicted_n": 7}}, Usage(12, 7, 10)),
        ({"timings": {"prompt_n": 2, "predicted_n": 7}}, Usage(2, 7)),
        ({}, None),
    ],
)
def test_names_of_counts(stated: dict[str, object], expected: Usage | None) -> None:
    """The prompt includes what came from the cache; `tokens_cached` is something else."""
    assert expected == whole(llamacpp_completion, {"content": "a", "stop": True} | stated).usage


@pytest.mark.parametrize(
    ("stated", "expected"),
    [({"stop_type": "limit"}, ("limit",)), ({"stopped_word": True}, ("word",)), ({"stop_type": "none"}, ()), ({}, ())],
)
def test_how_it_ended(stated: dict[str, object], expected: tuple[str, ...]) -> None:
    """A word, or a flag of older servers."""
    assert expected == whole(llamacpp_completion, {"content": "a", "stop": True} | stated).finish_reasons


def test_counts_grow() -> None:
    """A stream cut off has counted as far as it got; the end replaces that, and is counted once."""
    first = {"content": "a", "tokens_evaluated": 12, "tokens_predicted": 1}
    last = {"content": "", "stop": True, "tokens_evaluated": 12, "tokens_predicted": 2}
    assert Usage(12, 1) == fold(llamacpp_completion, [first]).usage
    assert Usage(12, 2) == fold(llamacpp_completion, [first, last, last]).usage


def test_several_prompts_add_up() -> None:
    """Each has its own counts, in a list or in a stream."""
    answers = [
        {"index": number, "content": "a", "stop": True, "tokens_evaluated": 3, "tokens_predicted": 2}
        for number in range(2)
    ]
    assert Usage(6, 4) == whole(llamacpp_completion, answers).usage
    assert Usage(6, 4) == fold(llamacpp_completion, answers).usage


def test_a_prompt_of_token_numbers() -> None:
    """It has no words."""
    assert () == llamacpp_completion.read_request(b'{"prompt":[1,2,3],"seed":-1,"n_predict":-1}').messages


@pytest.mark.parametrize("story", ["plain", "stream"])
def test_an_unknown_address_is_told_by_its_answer(story: str) -> None:
    """Whoever serves it, at whatever path."""
    inference = decode(Story("llamacpp_completion", story).exchange(sniffed=True))
    assert ("llamacpp_completion", "text_completion") == (inference.wire_format, inference.operation)
