"""LM Studio: stages, pieces, and the whole at the end."""

from llmtap.decode.formats import lmstudio_chat
from tests.decode.formats.laws import fold


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
