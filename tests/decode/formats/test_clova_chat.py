"""CLOVA Studio: pieces, and the whole at the end."""

from llmtap.decode.formats import clova_chat
from tests.decode.formats.laws import fold, whole


def test_the_result_replaces_the_pieces() -> None:
    """Its words are those of the pieces once more."""
    said = {"message": {"role": "assistant", "content": "Calm."}, "finishReason": "stop"}
    answer = fold(clova_chat, [said, said], "result")
    assert (1, "Calm.", True) == (len(answer.messages), answer.messages[0].parts[0].text, answer.completed)


def test_all_is_well() -> None:
    """The status of success is no error, even without a result."""
    assert whole(clova_chat, {"status": {"code": "20000", "message": "OK"}}).error is None


def test_a_mark_ends_a_stream_too() -> None:
    """As version 1 says it."""
    assert fold(clova_chat, [b"[DONE]"]).completed
