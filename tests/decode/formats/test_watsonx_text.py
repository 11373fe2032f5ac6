"""watsonx.ai: counts that grow, an input that is stated once, and a chat of OpenAI's kind."""

from llmtap.decode.formats import watsonx_text
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold, whole


def event(text: str, made: int, seen: int, reason: str = "not_finished") -> dict[str, object]:
    """An event of a generation."""
    result = {"generated_text": text, "generated_token_count": made, "input_token_count": seen, "stop_reason": reason}
    return {"model_id": "m", "results": [result]}


def test_the_input_is_stated_once() -> None:
    """A 0 in a later event takes nothing away, and counts of output are not added up."""
    said = fold(watsonx_text, [event("", 0, 8), event("a", 1, 0), event("b", 2, 0, "max_tokens")])
    assert (Usage(8, 2), ("max_tokens",), True) == (said.usage, said.finish_reasons, said.completed)


def test_unfinished_is_no_finish_reason() -> None:
    """A stream cut off has none."""
    said = fold(watsonx_text, [event("a", 1, 8)])
    assert ((), False, Usage(8, 1)) == (said.finish_reasons, said.completed, said.usage)


def test_an_embedding_counts_its_input() -> None:
    """At the top, and no output."""
    assert Usage(10) == whole(watsonx_text, {"results": [{"embedding": [0.1]}], "input_token_count": 10}).usage


def test_a_deployment_has_no_model_in_its_body() -> None:
    """The path names it."""
    asked = watsonx_text.read_request(b'{"input":"a","parameters":{"max_new_tokens":5}}')
    assert (None, 5) == (asked.model, asked.max_tokens)


def test_an_error_event() -> None:
    """What went wrong in a stream is read."""
    said = fold(watsonx_text, [event("a", 1, 8), {"errors": [{"code": "x", "message": "m"}]}], "error")
    assert "m" == (said.error.message if said.error else None)
