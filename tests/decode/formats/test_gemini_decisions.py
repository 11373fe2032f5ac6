"""Google's decisions: what was asked, what was found, and what was blocked."""

from llmtap.decode.formats import gemini_decisions
from llmtap.decode.inference import ProviderError
from tests.decode.formats.laws import fold, whole


def test_each_answer_is_a_part() -> None:
    """A choice is its word; a number is written as JSON has it."""
    answers = {"a": {"choice": "x"}, "b": {"score": 2.5}, "c": {"noul": 0.75}, "d": {}}
    said = whole(gemini_decisions, {"answers": answers})
    assert [part.text for part in said.messages[0].parts] == ["x", "2.5", "0.75", ""]
    assert fold(gemini_decisions, [{"answers": answers}]).messages == said.messages


def test_a_blocked_input_has_a_reason() -> None:
    """It is no error; without one, a body that answers nothing states an error."""
    blocked = whole(gemini_decisions, {"prompt_feedback": {"block_reason": "safety"}})
    assert (blocked.finish_reasons, blocked.error) == (("safety",), None)
    failed = whole(gemini_decisions, {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}})
    assert failed.error == ProviderError("INVALID_ARGUMENT", "400", "no")
