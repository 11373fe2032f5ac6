"""Letta: messages of many types, and what they used in the end."""

from hypothesis import given, settings

from llmtap.decode.formats import letta_messages
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """id message_type assistant_message reasoning_message tool_call_message stop_reason usage_statistics content
    reasoning tool_call name arguments tool_call_id prompt_tokens completion_tokens cached_input_tokens
    messages usage type text error_message error_type message input"""


def test_pieces_of_one_id_are_one_message() -> None:
    """Another id is another."""
    events = [{"message_type": "assistant_message", "id": id_, "content": id_} for id_ in ("a", "a", "b")]
    assert [part.text for part in fold(letta_messages, events).messages[0].parts] == ["aa", "b"]


def test_what_was_cached_is_within_the_prompt() -> None:
    """More of it than of the prompt is marked."""
    usage = {"message_type": "usage_statistics", "prompt_tokens": 9, "completion_tokens": 2, "cached_input_tokens": 8}
    assert fold(letta_messages, [usage]).usage == Usage(9, 2, 8)
    assert fold(letta_messages, [{**usage, "cached_input_tokens": 10}]).usage == Usage(9, 2, 9, inconsistent=True)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(letta_messages, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(letta_messages, b'{"messages":', b'{"content":', b'{"tool_call":')
