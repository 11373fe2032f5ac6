"""Kiro: words, reasoning and tools by the names of their events, and credits at the end."""

import json
from decimal import Decimal

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import kiro_assistant
from llmtap.decode.inference import Message, Part, Usage


def fold(*events: tuple[str, dict[str, object]]) -> tuple[Answer, list[bool]]:
    """The answer that events add up to, and which of them carried content."""
    answer = Answer()
    carried = [kiro_assistant.merge(answer, Event(json.dumps(data).encode(), name)) for name, data in events]
    return answer, carried


def test_events_are_told_by_their_names() -> None:
    """One of another name carries nothing, whatever it holds."""
    answer, carried = fold(
        ("messageMetadataEvent", {"conversationId": "c"}),
        ("reasoningContentEvent", {"text": "Hm."}),
        ("assistantResponseEvent", {"content": "Hel"}),
        ("assistantResponseEvent", {"content": "lo"}),
        ("followupPromptEvent", {"content": "More?"}),
        ("toolUseEvent", {"toolUseId": "t", "name": "ls"}),
        ("toolUseEvent", {"toolUseId": "t", "name": "ls", "input": "{}"}),
    )
    assert carried == [False, True, True, True, False, False, True]
    assert answer.response(streamed=True).messages == (
        Message("assistant", (Part("reasoning", "Hm."), Part("text", "Hello"), Part("tool_call", "{}", "t", "ls"))),
    )
    assert (answer.conversation_id, answer.completed) == ("c", True)


def test_credits() -> None:
    """They are a fraction, exactly."""
    answer, _ = fold(("meteringEvent", {"unit": "credit", "usage": 0.0325}))
    assert answer.usage == Usage(credits=Decimal("0.0325"))


def test_the_turns_before() -> None:
    """History comes first; the model is that of the current question."""
    asked = {
        "history": [{"userInputMessage": {"content": "a"}}, {"assistantResponseMessage": {"content": "b"}}],
        "currentMessage": {"userInputMessage": {"content": "c", "modelId": "m"}},
    }
    found = kiro_assistant.read_request(json.dumps({"conversationState": asked}).encode())
    assert [(turn.role, turn.parts[0].text) for turn in found.messages] == [
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
    ]
    assert found.model == "m"
