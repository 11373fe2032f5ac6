"""The AI SDK's own calls of Vercel's gateway: parts, two versions of usage, the gateway's cost."""

from hypothesis import given, settings

from llmtap.decode.formats import vercel_language_model
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies, whole

WORDS = """type id modelId content text delta toolCallId toolName input finishReason unified raw usage inputTokens total
    cacheRead outputTokens reasoning providerMetadata gateway cost prompt response text-delta tool-call tool-input-delta
    tool-input-start finish error file"""


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


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(vercel_language_model, data)


def test_depth_harms_nothing() -> None:
    """Nested input of a tool is read or refused."""
    deep(vercel_language_model, b'{"type":"tool-call","input":', b'{"content":', b'{"prompt":')
