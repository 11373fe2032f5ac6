"""CLOVA Studio: pieces, and the whole at the end."""

from hypothesis import given, settings

from llmtap.decode.formats import clova_chat
from tests.decode.formats.laws import calm, deep, fold, odd_bodies, whole

WORDS = """result message content thinkingContent toolCalls function usage promptTokens status code
    finishReason stopReason inputLength outputLength messages stop text"""


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


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(clova_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(clova_chat, b'{"result":', b'{"message":')
