"""A turn becomes a message of words and identifiers; deltas of one turn add up to the turn."""

import json

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.lenient import read
from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.turns import Turn, merge_turn, message


def turn(value: object) -> Turn:
    """A turn as it is read from a body."""
    return read(Turn, json.dumps(value).encode())


def merged(*deltas: object) -> tuple[Part, ...]:
    """The parts that deltas add up to."""
    answer = Answer()
    for delta in deltas:
        merge_turn(answer, 0, turn(delta))
    return answer.response(streamed=True).messages[0].parts


def call(name: str | None = None, arguments: object = None, **members: object) -> dict[str, object]:
    """A delta with one tool call."""
    return {"tool_calls": [{**members, "function": {"name": name, "arguments": arguments}}]}


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "words"}, Part("text", "words")),
        ({"type": "input_text"}, Part("text")),
        ({"type": "refusal", "refusal": "no"}, Part("refusal", "no")),
        ({"type": "thinking", "thinking": "hm"}, Part("reasoning", "hm")),
        ({"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"text": "m"}]}, Part("reasoning", "hm")),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, Part("media", "image/png")),
        ({"type": "image_url", "image_url": "https://example.com/secret.png"}, Part("media", "https")),
        ({"type": "image_url", "image_url": {"url": "data:,x"}}, Part("media", "*")),
        ({"type": "video_url", "video_url": {"url": "gs://bucket/x"}}, Part("media", "gs")),
        ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}, Part("media", "audio/wav")),
        ({"type": "file", "file": {"file_id": "f"}}, Part("media", "file")),
        ({}, Part("media", "*")),
    ],
)
def test_every_kind_of_content(block: dict[str, object], part: Part) -> None:
    """Media are named by MIME type or scheme, and their data is never kept."""
    assert message(turn({"role": "user", "content": [block]})) == Message("user", (part,))


def test_a_request_keeps_its_pieces_apart() -> None:
    """Two texts of one turn are two parts, before its tool calls."""
    content = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    asked = message(turn({"role": "assistant", "content": content, **call("f", "{}", id="1")}))
    assert asked == Message("assistant", (Part("text", "a"), Part("text", "b"), Part("tool_call", "{}", "1", "f")))


def test_results_of_tools() -> None:
    """A turn of a tool is a result, its words in one, whatever shape they have."""
    assert message(turn({"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "a"}]})) == Message(
        "tool", (Part("tool_result", "a", "1"),)
    )
    assert message(turn({"role": "function", "name": "f", "content": None})) == Message(
        "tool", (Part("tool_result", "", None, "f"),)
    )


def test_a_turn_without_anything() -> None:
    """A turn that says nothing has no parts."""
    assert message(turn({"content": ""})) == Message("user")


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_under_every_name(name: str) -> None:
    """Vendors name it differently; two names at once are one reasoning."""
    assert merged({name: "a"}, {name: "b", "content": "c"}) == (Part("reasoning", "ab"), Part("text", "c"))
    assert merged({"reasoning_content": "a", "reasoning": "a"}) == (Part("reasoning", "a"),)


def test_tool_calls_grow_by_index() -> None:
    """A name or an id that is repeated makes neither longer."""
    assert merged(
        call("f", "", index=0, id="1"),
        call("f", '{"a"', index=0, id="1"),
        call(None, ":1}", index=0),
        call("g", "{}", index=1),
    ) == (Part("tool_call", '{"a":1}', "1", "f"), Part("tool_call", "{}", None, "g"))


def test_calls_that_share_an_index() -> None:
    """Another id with a name is another call; what follows without an id belongs to the later one."""
    assert merged(
        call("f", "{}", index=0, id="1"),
        call("g", "{", index=0, id="2"),
        call(None, "}", index=0),
        call("h", "", index=0, id="3"),
    ) == (Part("tool_call", "{}", "1", "f"), Part("tool_call", "{}", "2", "g"), Part("tool_call", "", "3", "h"))


def test_calls_without_an_index() -> None:
    """Whole calls are told by their position."""
    both = {"tool_calls": [call("f", "{}", id="1")["tool_calls"], call("g", "{}", id="2")["tool_calls"]]}
    flat = {"tool_calls": [inner for calls in both["tool_calls"] if isinstance(calls, list) for inner in calls]}
    assert merged(flat) == (Part("tool_call", "{}", "1", "f"), Part("tool_call", "{}", "2", "g"))


def test_arguments_that_are_not_text() -> None:
    """An object in place of its JSON text is that text; a custom tool has an input."""
    assert merged(call("f", {"a": 1}, index=0)) == (Part("tool_call", '{"a":1}', None, "f"),)
    custom = {"tool_calls": [{"index": 0, "id": "1", "custom": {"name": "sql", "input": "SELECT"}}]}
    assert merged(custom) == (Part("tool_call", "SELECT", "1", "sql"),)


@pytest.mark.parametrize(
    ("delta", "carried"),
    [
        ({"role": "assistant"}, False),
        ({"role": "assistant", "content": "", "refusal": None, "reasoning": "", "tool_calls": []}, False),
        ({"content": [], "audio": {"id": "a", "data": ""}}, False),
        ({"content": "a"}, True),
        ({"content": [{"type": "text", "text": "a"}]}, True),
        ({"reasoning_content": "a"}, True),
        ({"refusal": "a"}, True),
        ({"audio": {"data": "AA"}}, True),
        ({"audio": {"transcript": "a"}}, True),
        ({"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,A"}}]}, True),
        (call("f", ""), True),
        (call(None, "{"), True),
        (call(None, ""), False),
        ({"function_call": {"arguments": "{"}}, True),
    ],
)
def test_what_counts_as_content(delta: dict[str, object], carried: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Words, sound, media and any piece of a tool call; a role and empty members are none."""
    assert merge_turn(Answer(), 0, turn(delta)) is carried
