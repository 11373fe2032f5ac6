"""Google's embeddings: what is asked for, what they count where they count, and vectors that are never built."""

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import gemini_embeddings
from llmtap.decode.inference import Message, Part, ProviderError, Usage


@pytest.mark.parametrize(
    ("body", "model", "parts"),
    [
        (b'{"content":{"parts":[{"text":"a"}]},"model":"models/m"}', "m", (Part("text", "a"),)),
        (b'{"content":{"parts":[{"inline_data":{"mime_type":"image/png"}}]}}', None, (Part("media", "image/png"),)),
        (
            b'{"requests":[{"model":"m","content":"a"},{"model":"m","content":{"parts":{"text":"b"}}}]}',
            "m",
            (Part("text", "a"), Part("text", "b")),
        ),
    ],
)
def test_inputs(body: bytes, model: str | None, parts: tuple[Part, ...]) -> None:
    """One, or a batch whose inputs are the parts of one message."""
    request = gemini_embeddings.read_request(body)
    assert (request.model, request.messages) == (model, (Message("user", parts),))


def test_no_input() -> None:
    """A request without input has no messages."""
    assert gemini_embeddings.read_request(b'{"requests":[{}]}').messages == ()


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (b"", None),
        (
            b',"usageMetadata":{"promptTokenCount":2,"promptTokenDetails":[{"modality":"TEXT","tokenCount":2}]}',
            Usage(2),
        ),
    ],
)
def test_usage_where_it_is_stated(usage: bytes, expected: Usage | None) -> None:
    """Older models state none, and none is made up; vectors may be anything."""
    for vectors in (b'"embedding":{"values":[0.1]}', b'"embeddings":[{"values":[0.1]},7]', b'"embeddings":[]'):
        answer = Answer()
        gemini_embeddings.read_response(answer, b"{" + vectors + usage + b"}")
        assert (answer.usage and answer.usage.input_tokens) == (expected and expected.input_tokens)
        assert answer.error is None


def test_an_error_in_place_of_vectors() -> None:
    """It is read as an event as well, and is no content."""
    answer = Answer()
    assert gemini_embeddings.merge(answer, Event(b'{"error":{"message":"m"}}')) is False
    assert answer.error == ProviderError(message="m")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1"])
def test_what_is_not_json(body: bytes) -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        gemini_embeddings.read_response(Answer(), body)
    with pytest.raises(msgspec.MsgspecError):
        gemini_embeddings.read_request(body)
