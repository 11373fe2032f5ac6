"""Images: media and counts, never a picture's data or its address."""

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_images
from llmtap.decode.inference import Part, ProviderError, Usage


@pytest.mark.parametrize(
    ("answer", "medium"),
    [
        (b'{"data":[{"b64_json":"AA"}]}', "*"),
        (b'{"data":[{"b64_json":"AA"}],"output_format":"webp"}', "image/webp"),
        (b'{"data":[{"b64_json":"AA","mime_type":"image/jpeg"}]}', "image/jpeg"),
        (b'{"data":[{"url":"https://example.com/a.png?sig=secret"}]}', "https"),
    ],
)
def test_what_a_picture_is(answer: bytes, medium: str) -> None:
    """Its MIME type where it is stated, else the scheme of where it lies."""
    found = Answer()
    openai_images.read_response(found, answer)
    assert found.response(streamed=False).messages[0].parts == (Part("media", medium),)


def test_a_drawing_was_written_by_a_model_of_text() -> None:
    """Its tokens stand beside those of pictures, which a drawing alone has none of."""
    found = Answer()
    body = b'{"data":[{"b64_json":"AA"}],"svg_usage":{"model":"m","input_tokens":30,"output_tokens":700}}'
    openai_images.read_response(found, body)
    assert found.usage == Usage(svg_input_tokens=30, svg_output_tokens=700, images=1)


@pytest.mark.parametrize(
    "event",
    [
        Event(b'{"type":"error","error":{"type":"image_generation_user_error","message":"no"}}'),
        Event(b'{"error":{"type":"image_generation_user_error","message":"no"}}', "error"),
        Event(b'{"error":{"type":"image_generation_user_error","message":"no"}}'),
    ],
)
def test_an_error_within_a_stream(event: Event) -> None:
    """It is no content, and no end."""
    found = Answer()
    assert openai_images.merge(found, event) is False
    assert (found.error, found.completed) == (ProviderError("image_generation_user_error", None, "no"), False)


def test_an_edit_ends_like_a_generation() -> None:
    """The event says which it was by its first word."""
    found = Answer()
    assert openai_images.merge(found, Event(b'{"b64_json":"AA"}', "image_edit.completed"))
    assert openai_images.merge(found, Event(b"[DONE]")) is False
    assert found.completed


def test_what_is_not_json() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        openai_images.read_response(Answer(), b"\x89PNG")
    with pytest.raises(msgspec.MsgspecError):
        openai_images.read_request(b"")
