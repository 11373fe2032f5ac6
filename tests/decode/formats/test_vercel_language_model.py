"""The AI SDK's own calls of Vercel's gateway: parts, two versions of usage, the gateway's cost."""

from llmtap.decode.formats import vercel_language_model
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import fold, whole


def test_a_call_that_was_not_streamed_comes_whole() -> None:
    """A provider may tell a tool call at once; told before, it is not told twice."""
    call = {"type": "tool-call", "toolCallId": "c", "toolName": "tide", "input": {"port": "Brest"}}
    said = fold(vercel_language_model, [call, call])
    assert said.messages[0].parts == (Part("tool_call", '{"port":"Brest"}', "c", "tide"),)


def test_a_file_is_a_medium() -> None:
    """Its data is not kept."""
    said = whole(vercel_language_model, {"content": [{"type": "file", "mediaType": "image/png", "data": "AA"}]})
    assert said.messages[0].parts == (Part("media", "*"),)


def test_both_versions_of_usage() -> None:
    """Totals with parts, and plain numbers."""
    third = {"inputTokens": {"total": 9, "cacheRead": 4}, "outputTokens": {"total": 3, "reasoning": 1}}
    second = {"inputTokens": 9, "outputTokens": 3, "cachedInputTokens": 4, "reasoningTokens": 1}
    for usage in (third, second):
        said = fold(vercel_language_model, [{"type": "finish", "usage": usage}])
        assert said.usage == Usage(9, 3, 4, reasoning_output_tokens=1)
