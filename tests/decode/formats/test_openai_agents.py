"""Sessions of agents: what a stream sums up, when it is complete, and what failed."""

from llmtap.decode.formats import openai_agents
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def ended(verb: str, **turn: object) -> dict[str, object]:
    """A turn that has ended."""
    return {"type": f"agent.session.turn.{verb}", "turn": turn}


def test_turns_are_added_up() -> None:
    """Each states its own usage, in the event or in the turn; one that states none adds nothing."""
    first = {**ended("completed"), "usage": {"input_tokens": 5, "output_tokens": 2}}
    events = [first, ended("cancelled", usage={"input_tokens": 7, "output_tokens": 1}), ended("completed")]
    assert fold(openai_agents, events).usage == Usage(12, 3)


def test_a_session_rests_and_goes_on() -> None:
    """A stream that is left while it runs was cut off."""
    waits = {"type": "agent.session.requires_action", "session": {"id": "s"}}
    rested = fold(openai_agents, [waits])
    assert (rested.completed, rested.finish_reasons, rested.conversation_id) == (True, ("requires_action",), "s")
    assert fold(openai_agents, [waits, {"type": "agent.session.in_progress"}]).completed is False


def test_what_failed() -> None:
    """A turn, the session, the stream itself or the request for it."""
    cause = {"code": "c", "message": "no"}
    for event in (
        ended("failed", error=cause),
        {"type": "agent.session.failed", "session": {"error": cause}},
    ):
        said = fold(openai_agents, [event])
        assert (said.error, said.finish_reasons) == (ProviderError(None, "c", "no"), ("failed",))
    assert fold(openai_agents, [{"type": "error", "error": cause}]).error == ProviderError(None, "c", "no")
    assert whole(openai_agents, {"error": cause}).error == ProviderError(None, "c", "no")


def test_a_session_that_is_created_answers_nothing_yet() -> None:
    """It tells who will."""
    said = whole(openai_agents, {"id": "s", "agent": {"model": "m"}})
    assert (said.conversation_id, said.model, said.error, said.messages) == ("s", "m", None, ())
