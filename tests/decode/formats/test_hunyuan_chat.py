"""Hunyuan: in an envelope or bare."""

from hypothesis import given, settings

from llmtap.decode.formats import hunyuan_chat
from tests.decode.formats.laws import calm, deep, fold, odd_bodies, whole

WORDS = """Response Choices Delta Message Content Contents Text Type ToolCalls Function Name
    Arguments Index FinishReason Usage PromptTokens Error Code ErrorMsg Msg Messages Stop"""


def test_the_envelope_is_no_part_of_the_answer() -> None:
    """An event stands bare, a whole answer within `Response`, and both say the same."""
    said = {"Id": "h", "Choices": [{"Message": {"Content": "Calm."}, "FinishReason": "stop"}]}
    inside, bare = whole(hunyuan_chat, {"Response": said}), fold(hunyuan_chat, [said])
    assert (inside.messages, inside.finish_reasons) == (bare.messages, bare.finish_reasons)
    assert ("h", True) == (bare.id, bare.completed)


def test_a_mark_ends_a_stream_too() -> None:
    """Of relays that add it."""
    assert fold(hunyuan_chat, [b"[DONE]"]).completed


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(hunyuan_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(hunyuan_chat, b'{"Response":', b'{"Choices":')
