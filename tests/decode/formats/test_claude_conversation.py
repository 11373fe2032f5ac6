"""claude.ai: blocks of today, pieces of before, and no usage in either."""

from llmtap.decode.formats import claude_conversation
from llmtap.decode.inference import Message, Part, ProviderError
from tests.decode.formats.laws import fold, whole


def test_pieces_of_before() -> None:
    """The earlier stream says all in one kind of event, of which the last has a reason."""
    said = [{"type": "completion", "completion": word, "model": "claude-2.1"} for word in (" Hel", "lo")]
    answer = fold(
        claude_conversation, [*said, {"type": "completion", "completion": "", "stop_reason": "stop_sequence"}]
    )
    assert answer.messages == (Message("assistant", (Part("text", " Hello"),)),)
    assert (answer.model, answer.finish_reasons, answer.completed) == ("claude-2.1", ("stop_sequence",), True)


def test_blocks_of_today() -> None:
    """Thinking, words and tools, by their index; what is of the application alone is passed over."""
    answer = fold(
        claude_conversation,
        [
            {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "H"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "m."}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_summary_delta", "summary": {}}},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "id": "t", "name": "web"},
            },
            {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
            {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Hi."}},
            {"type": "message_limit", "message_limit": {"type": "within_limit"}},
        ],
    )
    assert answer.messages[0].parts == (
        Part("reasoning", "Hm."),
        Part("tool_call", "{}", "t", "web"),
        Part("text", "Hi."),
    )
    assert (answer.usage, answer.completed) == (None, False)


def test_attachments_come_before_the_prompt() -> None:
    """By their words, where they were read."""
    asked = claude_conversation.read_request(
        b'{"prompt":"What?","attachments":[{"extracted_content":"a"},{"file_type":"image/png"}],"tools":[{"name":"web"}]}'
    )
    assert asked.messages[0].parts == (Part("text", "a"), Part("media", "image/png"), Part("text", "What?"))
    assert asked.tools == ("web",)


def test_a_refusal() -> None:
    """As Anthropic says it, whole or as an event."""
    body = {"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}
    expected = ProviderError("rate_limit_error", None, "m")
    assert (whole(claude_conversation, body).error, fold(claude_conversation, [body]).error) == (expected, expected)
