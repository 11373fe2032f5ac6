"""Letta: messages of many types, and what they used in the end."""

from llmtap.decode.formats import letta_messages
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold


def test_pieces_of_one_id_are_one_message() -> None:
    """Another id is another."""
    events = [{"message_type": "assistant_message", "id": id_, "content": id_} for id_ in ("a", "a", "b")]
    assert [part.text for part in fold(letta_messages, events).messages[0].parts] == ["aa", "b"]


def test_what_was_cached_is_within_the_prompt() -> None:
    """More of it than of the prompt is marked."""
    usage = {"message_type": "usage_statistics", "prompt_tokens": 9, "completion_tokens": 2, "cached_input_tokens": 8}
    assert fold(letta_messages, [usage]).usage == Usage(9, 2, 8)
    assert fold(letta_messages, [{**usage, "cached_input_tokens": 10}]).usage == Usage(9, 2, 9, inconsistent=True)
