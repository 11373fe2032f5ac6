"""Decisions: what was asked, what was found, and what was refused."""

from decimal import Decimal

from llmtap.decode.formats import openai_decisions
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_each_answer_is_a_part() -> None:
    """A choice is its word, even where that is true or false; a number is written as JSON has it."""
    answers = [{"choice": "a"}, {"choice": False}, {"score": 2.5}, {"probability": 0.75}, {"type": "refusal"}, {}]
    said = whole(openai_decisions, {"answers": answers})
    assert [part.text for part in said.messages[0].parts] == ["a", "false", "2.5", "0.75", "", ""]
    assert [part.kind for part in said.messages[0].parts].index("refusal") == 4
    assert fold(openai_decisions, [{"answers": answers}]).messages == said.messages


def test_a_body_without_answers_states_an_error() -> None:
    """Whatever else it holds."""
    assert whole(openai_decisions, {"error": {"code": "c", "message": "no"}}).error == ProviderError(None, "c", "no")


def test_answers_may_have_names() -> None:
    """OpenRouter's questions and answers are told by name, and it says who answered and for how much."""
    asked = openai_decisions.read_request(
        b'{"state":"a cat","questions":{"q":{"type":"choice","instructions":"What?"}}}'
    )
    assert [message.parts[0].text for message in asked.messages] == ["a cat", "What?"]
    answers = {"q": {"type": "choice", "choice": "cat"}, "r": {"type": "noul", "noul": 0.5}}
    usage = {"input_tokens": 9, "output_tokens": 1, "cost": 0.25}
    said = whole(openai_decisions, {"answers": answers, "usage": usage, "provider": "Elsewhere"})
    assert [part.text for part in said.messages[0].parts] == ["cat", "0.5"]
    assert (said.usage, said.reported_cost, said.served_by) == (Usage(9, 1), Decimal("0.25"), "Elsewhere")
