"""Oracle: two shapes of a chat, and what came before."""

from llmtap.decode.formats import oci_inference
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
