"""The state of the fold becomes a value: parts in the order in which they began, choices by their number."""

from decimal import Decimal

from llmtap.decode.answer import Answer
from llmtap.decode.inference import InferenceResponse, Message, Part, Usage


def test_an_empty_answer_states_nothing() -> None:
    """Unknown is None; only a stream has an end."""
    assert Answer().response(streamed=False) == InferenceResponse()
    assert Answer().response(streamed=True) == InferenceResponse(completed=False)


def test_parts_keep_the_order_in_which_they_began() -> None:
    """A part that grows later stays where it is."""
    answer = Answer()
    answer.part("a", "reasoning").text.append("Hm")
    answer.part("b", "text").text.append("Yes")
    answer.part("a", "reasoning").text.append("m.")
    assert answer.response(streamed=True).messages == (
        Message("assistant", (Part("reasoning", "Hmm."), Part("text", "Yes"))),
    )


def test_choices_are_ordered_by_number() -> None:
    """Whichever choice began or finished first."""
    answer = Answer(roles={1: "assistant", 0: "model"}, finish_reasons={1: "length", 0: "stop"})
    answer.part("b", "text", 1).text.append("B")
    answer.part("a", "text", 0).text.append("A")
    response = answer.response(streamed=False)
    assert response.finish_reasons == ("stop", "length")
    assert response.messages == (Message("model", (Part("text", "A"),)), Message("assistant", (Part("text", "B"),)))


def test_everything_stated_is_handed_on() -> None:
    """No fact is lost on the way from the fold to the value."""
    answer = Answer(
        id="i",
        model="m",
        usage=Usage(1, 2),
        reported_cost=Decimal("0.1"),
        service_tier="flex",
        system_fingerprint="f",
        conversation_id="c",
        completed=True,
    )
    draft = answer.part("t", "tool_call")
    draft.id, draft.name = "call", "tool"
    assert answer.response(streamed=True) == InferenceResponse(
        id="i",
        model="m",
        usage=Usage(1, 2),
        reported_cost=Decimal("0.1"),
        service_tier="flex",
        system_fingerprint="f",
        conversation_id="c",
        completed=True,
        messages=(Message("assistant", (Part("tool_call", "", "call", "tool"),)),),
    )


def test_steps_that_differ_are_of_no_model() -> None:
    """Nor does one that agrees with the last make it so again; a step that names none says nothing."""
    for steps, model in ((("a", None, "a"), "a"), (("a", "b"), None), (("a", "b", "b"), None), ((None,), None)):
        answer = Answer()
        for step in steps:
            answer.agree(step)
        assert answer.response(streamed=True).model == model
