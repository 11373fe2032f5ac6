"""The items of the Realtime API become parts: words written or spoken, calls, results, and media by their kind."""

import pytest

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.utterances import Piece, Utterance, message, parts


def test_what_is_spoken_stands_in_its_transcript() -> None:
    """Written and spoken words are text alike; sound whose transcript has not come yet is an empty one."""
    item = Utterance(
        role="assistant", content=[Piece("output_audio", transcript="Hi."), Piece("text", "Ho."), Piece("audio")]
    )
    assert message(item) == Message("assistant", (Part("text", "Hi."), Part("text", "Ho."), Part("text", "")))


def test_media_are_told_by_their_kind() -> None:
    """What has no words is a medium: an image, or what the user said and nobody transcribed."""
    item = Utterance(role="user", content=[Piece("input_image"), Piece("input_audio"), Piece("")])
    assert message(item) == Message("user", (Part("media", "image"), Part("media", "audio"), Part("media", "*")))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Utterance("function_call", call_id="c", name="f", arguments="{}"), Part("tool_call", "{}", "c", "f")),
        (Utterance("mcp_call", id="m", arguments={"a": 1}), Part("tool_call", '{"a":1}', "m", "mcp")),
        (Utterance("function_call", role="user", call_id="c", name="f"), Part("tool_call", "", "c", "f")),
        (Utterance("function_call_output", call_id="c", output="fog"), Part("tool_result", "fog", "c")),
        (Utterance("function_call_output", call_id="c"), Part("tool_result", "", "c")),
    ],
)
def test_calls_and_results(item: Utterance, expected: Part) -> None:
    """A call keeps its name and arguments, a result its words; both the id that joins them."""
    assert parts(item) == [expected]


def test_who_speaks() -> None:
    """Results are of the role `tool`; what states no role is said by the model."""
    assert message(Utterance("function_call_output", output="fog")).role == "tool"
    assert message(Utterance()).role == "assistant"
    assert message(Utterance(role="system")).role == "system"
