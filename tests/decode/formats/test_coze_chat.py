"""Coze: an event is told by its name, and counts when the chat is over."""

from hypothesis import given, settings

from llmtap.decode.formats import coze_chat
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """id chat_id conversation_id status completed last_error code msg usage input_count output_count data
    content reasoning_content type answer error_code error_message execute_id additional_messages role"""


def test_a_chat_counts_once_it_is_over() -> None:
    """What is stated before is of nothing."""
    usage = {"input_count": 3, "output_count": 2}
    for status, counted in (
        ("created", None),
        ("in_progress", None),
        ("completed", Usage(3, 2)),
        ("failed", Usage(3, 2)),
    ):
        said = fold(coze_chat, [{"id": "c", "status": status, "usage": usage}], f"conversation.chat.{status}")
        assert (said.usage, said.completed) == (counted, counted is not None)


def test_a_message_that_did_not_grow() -> None:
    """It is said whole; one that grew is not said twice."""
    said = {"id": "m", "type": "answer", "content": "Calm."}
    assert fold(coze_chat, [said, said], "conversation.message.completed").messages[0].parts[0].text == "Calm."


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    for name in ("Message", "Error", "conversation.message.delta", "conversation.chat.completed", "done", "error", ""):
        calm(coze_chat, data, name)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(coze_chat, b'{"data":', b'{"usage":', b'{"additional_messages":')
