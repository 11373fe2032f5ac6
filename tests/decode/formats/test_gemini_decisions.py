"""Google's decisions: what was asked, what was found, and what was blocked."""

from hypothesis import given, settings

from llmtap.decode.formats import gemini_decisions
from llmtap.decode.inference import ProviderError
from tests.decode.formats.laws import calm, deep, fold, odd_bodies, whole

WORDS = """model input questions instructions name type answers choice score noul prompt_feedback block_reason usage
    total_input_tokens total_output_tokens total_cached_tokens error message role content text"""


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


@given(odd_bodies(WORDS))
@settings(max_examples=100)
def test_whatever_the_bytes(data: bytes) -> None:
    """Nothing but a msgspec error is raised."""
    calm(gemini_decisions, data)


def test_depth_harms_nothing() -> None:
    """However deep it nests."""
    deep(gemini_decisions, b'{"answers":', b'{"input":')
