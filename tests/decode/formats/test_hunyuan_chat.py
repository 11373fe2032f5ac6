"""Hunyuan: in an envelope or bare."""

from llmtap.decode.formats import hunyuan_chat
from tests.decode.formats.laws import fold, whole


def test_the_envelope_is_no_part_of_the_answer() -> None:
    """An event stands bare, a whole answer within `Response`, and both say the same."""
    said = {"Id": "h", "Choices": [{"Message": {"Content": "Calm."}, "FinishReason": "stop"}]}
    inside, bare = whole(hunyuan_chat, {"Response": said}), fold(hunyuan_chat, [said])
    assert (inside.messages, inside.finish_reasons) == (bare.messages, bare.finish_reasons)
    assert ("h", True) == (bare.id, bare.completed)


def test_a_mark_ends_a_stream_too() -> None:
    """Of relays that add it."""
    assert fold(hunyuan_chat, [b"[DONE]"]).completed
