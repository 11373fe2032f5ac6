"""Coze: an event is told by its name, and counts when the chat is over."""

from llmtap.decode.formats import coze_chat
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold


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
