"""Hunyuan: in an envelope or bare."""

from llmtap.decode.formats import hunyuan_chat
from llmtap.decode.inference import Part, Usage
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


def test_cached_tokens_lie_within_the_prompt() -> None:
    """Where they are stated."""
    usage = {"PromptTokens": 9, "CompletionTokens": 2, "PromptTokensDetails": {"CachedTokens": 4}}
    said = whole(hunyuan_chat, {"Response": {"Choices": [], "Usage": usage}})
    assert said.usage == Usage(9, 2, cache_read_input_tokens=4)


def test_a_translation_is_asked_of_a_text() -> None:
    """And a chat may say who asks, in which session, and whether to think."""
    asked = hunyuan_chat.read_request(b'{"Model":"m","Text":"calm","Target":"fr"}')
    assert asked.messages[0].parts == (Part("text", "calm"),)
    asked = hunyuan_chat.read_request(b'{"UserId":"u","SessionId":"s","EnableThinking":true}')
    assert (asked.user, asked.conversation_id, asked.reasoning_level) == ("u", "s", "enabled")
