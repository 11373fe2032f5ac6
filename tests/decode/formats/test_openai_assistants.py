"""Runs of an assistant: what is said in a stream, and how a run stands."""

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_assistants
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def delta(text: str, message: str = "m") -> dict[str, object]:
    """A growth of a message."""
    content = [{"index": 0, "type": "text", "text": {"value": text}}]
    return {"id": message, "object": "thread.message.delta", "delta": {"content": content}}


def test_each_message_is_a_part() -> None:
    """A finished one repeats its words, which replace its deltas; an image is none."""
    finished = {
        "id": "m",
        "object": "thread.message",
        "content": [{"text": {"value": "Hello."}}, {"type": "image_file"}],
    }
    said = fold(openai_assistants, [delta("Hel"), delta("lo"), finished, delta("Bye", "n")])
    assert [part.text for part in said.messages[0].parts] == ["Hello.", "Bye"]


def test_calls_are_told_once() -> None:
    """A run that waits may be told again."""
    calls = [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]
    run = {
        "object": "thread.run",
        "status": "requires_action",
        "required_action": {"submit_tool_outputs": {"tool_calls": calls}},
    }
    said = fold(openai_assistants, [run, run])
    assert [(part.id, part.text) for part in said.messages[0].parts] == [("c", "{}")]


def test_the_usage_of_steps_is_within_that_of_the_run() -> None:
    """Only the run's is taken."""
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    step = {"object": "thread.run.step", "usage": usage}
    assert fold(openai_assistants, [step]).usage is None
    assert whole(openai_assistants, {"object": "thread.run", "status": "completed", "usage": usage}).usage == Usage(
        5, 2
    )


def test_why_a_run_is_incomplete() -> None:
    """It says so, and its status stands in where it does not."""
    run = {"object": "thread.run", "status": "incomplete"}
    assert fold(openai_assistants, [run]).finish_reasons == ("incomplete",)
    told = {**run, "incomplete_details": {"reason": "max_prompt_tokens"}}
    assert fold(openai_assistants, [told]).finish_reasons == ("max_prompt_tokens",)


def test_an_error_event() -> None:
    """Whatever it says."""
    answer = Answer()
    openai_assistants.merge(answer, Event(b"{}", "error"))
    assert answer.error == ProviderError()
    assert whole(openai_assistants, {"error": {"message": "m"}}).error == ProviderError(message="m")
