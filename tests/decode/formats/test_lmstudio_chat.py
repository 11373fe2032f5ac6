"""LM Studio: stages, pieces, and the whole at the end."""

from hypothesis import given, settings

from llmtap.decode.formats import lmstudio_chat
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """type content output stats input_tokens total_output_tokens result response_id model_instance_id
    tool arguments input text error message message.delta chat.end reasoning.delta"""


def test_the_whole_replaces_the_pieces() -> None:
    """An end that holds nothing leaves them."""
    pieces = [{"type": "message.delta", "content": text} for text in ("Ca", "lm")]
    ended = {"type": "chat.end", "result": {"output": [{"type": "message", "content": "Calm."}]}}
    assert "Calm." == fold(lmstudio_chat, [*pieces, ended]).messages[0].parts[0].text
    bare = fold(lmstudio_chat, [*pieces, {"type": "chat.end", "result": {"output": []}}])
    assert ("Calm", True) == (bare.messages[0].parts[0].text, bare.completed)


def test_a_picture_is_a_medium() -> None:
    """Its data is not kept."""
    asked = lmstudio_chat.read_request(
        b'{"input":[{"type":"message","content":"a"},{"type":"image","data_url":"data:x"}]}'
    )
    assert [part.kind for part in asked.messages[0].parts] == ["text", "media"]


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(lmstudio_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(lmstudio_chat, b'{"output":', b'{"input":')
