"""Moderations: what is asked about; what was found is not kept."""

import json

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_moderations
from llmtap.decode.inference import ProviderError, Usage


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("a", [("user", "a")]),
        (["a", "b"], [("user", "a"), ("user", "b")]),
        ([{"type": "text", "text": "a"}], [("user", "a")]),
        ([{"role": "assistant", "content": "a"}], [("assistant", "a")]),
        (
            [[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]],
            [("user", "a"), ("assistant", "b")],
        ),
        ([], []),
        (None, []),
    ],
)
def test_kinds_of_input(stated: object, said: list[tuple[str, str]]) -> None:
    """Texts, pieces of content, and Mistral's conversations."""
    request = openai_moderations.read_request(json.dumps({"input": stated}).encode())
    assert [(message.role, message.parts[0].text) for message in request.messages] == said


def test_answers() -> None:
    """An event is read as a whole answer; one without results is an error."""
    answer = Answer()
    assert not openai_moderations.merge(answer, Event(b'{"id":"i","results":[{}],"usage":{"prompt_tokens":3}}'))
    assert (answer.id, answer.usage, answer.error) == ("i", Usage(3), None)
    openai_moderations.read_response(answer, b'{"error":"no"}')
    assert answer.error == ProviderError(message="no")


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        openai_moderations.read_response(Answer(), b"<html>")
