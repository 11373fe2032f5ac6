"""Oracle: two shapes of a chat, and what came before."""

from llmtap.decode.formats import oci_inference
from llmtap.decode.inference import Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_the_whole_replaces_the_pieces() -> None:
    """Cohere's shape says its text again at the end; the generic one does not."""
    pieces = [{"text": "Ca"}, {"text": "lm."}]
    assert "Calm." == fold(oci_inference, pieces).messages[0].parts[0].text
    ended = fold(oci_inference, [*pieces, {"text": "Calm.", "finishReason": "COMPLETE"}])
    assert ("Calm.", True) == (ended.messages[0].parts[0].text, ended.completed)


def test_one_event_may_be_all() -> None:
    """Its words are content then."""
    assert "a" == fold(oci_inference, [{"text": "a", "finishReason": "COMPLETE"}]).messages[0].parts[0].text


def test_choices_without_an_index() -> None:
    """They are told by their place."""
    texts = {"inferenceResponse": {"generatedTexts": [{"text": "a"}, {"text": "b"}]}}
    assert ["a", "b"] == [said.parts[0].text for said in whole(oci_inference, texts).messages]


def test_a_mark_ends_a_stream_too() -> None:
    """Of relays that add it."""
    assert fold(oci_inference, [b"[DONE]"]).completed


def test_terms_and_searches_are_stated_beside_the_words() -> None:
    """The tier, what became of a prediction, and each search once."""
    details = {"reasoningTokens": 1, "acceptedPredictionTokens": 2, "rejectedPredictionTokens": 0}
    usage = {"promptTokens": 9, "completionTokens": 5, "completionTokensDetails": details}
    choice = {
        "index": 0,
        "message": {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": "Calm."}]},
        "finishReason": "stop",
        "groundingMetadata": {"webSearchQueries": ["sea", "sea", "tide"]},
    }
    said = whole(oci_inference, {"chatResponse": {"choices": [choice], "usage": usage, "serviceTier": "PRIORITY"}})
    assert said.usage == Usage(9, 5, reasoning_output_tokens=1, accepted_prediction_output_tokens=2, web_searches=2)
    assert (said.service_tier, said.error) == ("PRIORITY", None)
    streamed = fold(oci_inference, [choice | {"serviceTier": "PRIORITY"}])
    assert (streamed.service_tier, streamed.completed) == ("PRIORITY", True)


def test_the_second_shape_of_cohere_s() -> None:
    """It thinks, calls by function, names itself and may say what went wrong, with HTTP's status 200."""
    message = {
        "role": "ASSISTANT",
        "content": [{"type": "THINKING", "thinking": "Hm."}, {"type": "TEXT", "text": "Calm."}],
        "toolCalls": [{"id": "c", "type": "FUNCTION", "function": {"name": "tide", "arguments": "{}"}}],
    }
    said = whole(oci_inference, {"modelId": "m", "chatResponse": {"id": "x", "message": message, "errorMessage": "no"}})
    assert [part.kind for part in said.messages[0].parts] == ["reasoning", "text", "tool_call"]
    assert (said.id, said.model, said.error) == ("x", "m", ProviderError(message="no"))


def test_what_else_is_asked_for() -> None:
    """The form, the tier, the usage of a stream, a tool by its function, and what becomes vectors."""
    asked = oci_inference.read_request(
        b'{"chatRequest":{"responseFormat":{"type":"JSON_SCHEMA"},"serviceTier":"AUTO","tools":[{"function":{"name":"f"}}],'
        b'"streamOptions":{"isIncludeUsage":true}}}'
    )
    assert (asked.output_type, asked.service_tier, asked.include_usage, asked.tools) == ("json", "AUTO", True, ("f",))
    pieces = b'{"embedContents":[{"type":"TEXT","text":"a"},{"type":"IMAGE","imageUrl":{"url":"data:"}}]}'
    parts = oci_inference.read_request(pieces).messages[0].parts
    assert parts == (Part("text", "a"), Part("media", "image"))


def test_a_summary_and_vectors_by_type_are_no_errors() -> None:
    """Each is an answer."""
    assert whole(oci_inference, {"id": "s", "summary": "Calm."}).messages[0].parts == (Part("text", "Calm."),)
    vectors = {"embeddingsByType": {"float": [[0.5]]}, "usage": {"promptTokens": 3}, "message": "none"}
    assert whole(oci_inference, vectors).error is None
