"""Converse's blocks as parts of a message."""

import msgspec
import pytest

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.contents import Block, Turn, Words, message, part, words

BLOCKS: list[tuple[str, Part | None]] = [
    ('{"text": "Hi"}', Part("text", "Hi")),
    ('{"text": ""}', Part("text", "")),
    ('{"reasoningContent": {"reasoningText": {"text": "So"}}}', Part("reasoning", "So")),
    ('{"reasoningContent": {"redactedContent": "AA=="}}', Part("reasoning")),
    ('{"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}}', Part("tool_call", '{"a":1}', "t", "f")),
    ('{"toolUse": {"toolUseId": "t", "name": "f"}}', Part("tool_call", "{}", "t", "f")),
    ('{"toolResult": {"toolUseId": "t", "content": [{"json": [1]}, {"text": "x"}, {"image": {}}]}}',
     Part("tool_result", "[1]\nx", "t")),
    ('{"image": {"format": "png", "source": {"bytes": "AA=="}}}', Part("media", "image/png")),
    ('{"image": {}}', Part("media", "image/*")),
    ('{"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/k"}}}}', Part("media", "s3")),
    ('{"audio": {"format": "wav", "source": {"bytes": "AA=="}}}', Part("media", "audio/wav")),
    ('{"document": {"format": "pdf", "name": "d", "source": {"bytes": "AA=="}}}', Part("media", "application/pdf")),
    ('{"document": {"format": "md", "source": {"text": "x"}}}', Part("media", "text/markdown")),
    ('{"guardContent": {"text": {"text": "G", "qualifiers": ["query"]}}}', Part("text", "G")),
    ('{"guardContent": {"image": {"format": "png"}}}', Part("media", "image/png")),
    ('{"citationsContent": {"content": [{"text": "a"}, {"text": "b"}]}}', Part("text", "ab")),
    ('{"searchResult": {"source": "s", "title": "t", "content": [{"text": "found"}]}}', Part("text", "found")),
    ('{"cachePoint": {"type": "default"}}', None),
    ('{"tomorrow": {}}', None),
]  # fmt: skip


@pytest.mark.parametrize(("block", "expected"), BLOCKS)
def test_a_block_is_told_by_its_member(block: str, expected: Part | None) -> None:
    """Every kind makes its part; a kind that holds nothing to show makes none."""
    assert expected == part(msgspec.json.decode(block, type=Block))


def test_a_turn_of_results_is_of_the_tool() -> None:
    """It is sent as the user's, and the user said nothing."""
    results = msgspec.json.decode('{"role":"user","content":[{"toolResult":{"toolUseId":"t"}}]}', type=Turn)
    assert message(results) == Message("tool", (Part("tool_result", "", "t"),))
    assert message(Turn("assistant")) == Message("assistant")


def test_words_take_a_line_each() -> None:
    """JSON is spelled in its compact form, and what has no words takes no line."""
    assert words([Words(json={"a": 1}), Words(), Words("x")]) == '{"a":1}\nx'
    assert words(None) == ""
