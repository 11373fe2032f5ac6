"""Cloudflare's `run`: a model's own answer, in an envelope or bare."""

import pytest

from llmtap.decode.formats import cloudflare_run
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import fold, whole


@pytest.mark.parametrize(
    ("response", "expected"), [("Calm", "Calm"), ({"calm": True}, '{"calm":true}'), (4, "4"), ([1], "[1]")]
)
def test_kinds_of_response(response: object, expected: str) -> None:
    """Words, a JSON value where the request has a schema, and a number where a token is one."""
    assert (Part("text", expected),) == whole(cloudflare_run, {"result": {"response": response}}).messages[0].parts


@pytest.mark.parametrize(
    "usage",
    [{"prompt_tokens": 5, "completion_tokens": 3}, {"input_tokens": 5, "output_tokens": 3}],
)
def test_names_of_counts(usage: dict[str, int]) -> None:
    """Some models count in the words of OpenAI's newer API."""
    assert Usage(5, 3) == whole(cloudflare_run, {"result": {"response": "a", "usage": usage}}).usage


def test_a_bare_answer() -> None:
    """A gateway may take the envelope off."""
    said = whole(cloudflare_run, {"response": "a", "usage": {"prompt_tokens": 5, "completion_tokens": 3}})
    assert (Usage(5, 3), "a") == (said.usage, said.messages[0].parts[0].text)


@pytest.mark.parametrize("result", [[{"label": "POSITIVE", "score": 0.9}], "aGk=", {"shape": [1, 2]}])
def test_models_of_another_kind(result: object) -> None:
    """A classification, a picture, vectors: no words, no usage, and no error."""
    said = whole(cloudflare_run, {"result": result, "success": True})
    assert ((), None, None) == (said.messages, said.usage, said.error)


def test_a_stream_of_choices() -> None:
    """Newer models stream in OpenAI's shape."""
    chunk = {"choices": [{"index": 0, "delta": {"content": "Calm"}, "finish_reason": "stop"}]}
    said = fold(cloudflare_run, [chunk, b"[DONE]"])
    assert (("stop",), True, "Calm") == (said.finish_reasons, said.completed, said.messages[0].parts[0].text)
