"""Anthropic's content blocks as parts of a message."""

import msgspec
import pytest

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.blocks import Block, Turn, compact, message, part, parts


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ('{"type":"text","text":"Hi"}', Part("text", "Hi")),
        ('{"type":"thinking","thinking":"So.","signature":"Eq"}', Part("reasoning", "So.")),
        ('{"type":"redacted_thinking","data":"Em"}', Part("reasoning")),
        ('{"type":"tool_use","id":"t","name":"f","input":{"a": [1, 2]}}', Part("tool_call", '{"a":[1,2]}', "t", "f")),
        ('{"type":"mcp_tool_use","id":"t","name":"f","server_name":"s"}', Part("tool_call", "{}", "t", "f")),
        ('{"type":"tool_result","tool_use_id":"t","content":"42"}', Part("tool_result", "42", "t")),
        ('{"type":"tool_result","tool_use_id":"t"}', Part("tool_result", "", "t")),
        (
            '{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"a"},{"type":"image"}]}',
            Part("tool_result", "a", "t"),
        ),
        (
            '{"type":"web_fetch_tool_result","tool_use_id":"t","content":{"type":"web_fetch_tool_error","error_code":"e"}}',
            Part("tool_result", "e", "t"),
        ),
        ('{"type":"document","source":{"type":"file","file_id":"f"}}', Part("media", "file")),
        ('{"type":"search_result","source":"https://example.com","content":[]}', None),
        ('{"type":"novelty_2031"}', None),
    ],
)
def test_a_block_makes_a_part(block: str, expected: Part | None) -> None:
    """Each kind makes its part; an unknown kind makes none."""
    assert part(msgspec.json.decode(block, type=Block)) == expected


def test_the_data_of_a_medium_is_never_read() -> None:
    """An image shows its MIME type alone, one behind a URL the scheme alone."""
    secret = '[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"c2VjcmV0"}},'
    secret += '{"type":"image","source":{"type":"url","url":"https://example.com/?key=secret"}}]'
    assert parts(msgspec.json.decode(secret, type=list[Block])) == (Part("media", "image/png"), Part("media", "https"))


def test_content_may_be_a_text_or_absent() -> None:
    """A bare text is one part, nothing is none."""
    assert (parts("Hi"), parts(None)) == ((Part("text", "Hi"),), ())


def test_what_is_nested_too_deep_is_empty() -> None:
    """A value that cannot be written again costs its words alone."""
    value: object = 1
    for _ in range(100_000):
        value = [value]
    assert compact(value) == ""


def test_turns() -> None:
    """A turn of tool results alone has the role `tool`; a text is a turn of one part."""
    result = Block("tool_result", tool_use_id="t", content="4")
    assert message(Turn("user", [result])) == Message("tool", (Part("tool_result", "4", "t"),))
    assert message(Turn("user", [result, Block("text", "so")])).role == "user"
    assert message(Turn("user", "hi")) == Message("user", (Part("text", "hi"),))
