"""xAI's Video over gRPC: ordered by one call, fetched by others."""

from llmtap.decode.formats import xai_video
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message


def test_who_fetches_names_the_order() -> None:
    """It asks for no model, and its one word is no prompt."""
    asked = xai_video.read_request(message({"1 request_id": "order-1"}))
    assert (asked.previous_response_id, asked.messages) == ("order-1", ())


def test_a_film_that_is_not_made_has_no_length() -> None:
    """A length of 0 is not sent, and is none."""
    said = fold(xai_video, [message({"1 status": 1, "2 response": {"1 video": {"1 url": "https://example.com/a"}}})])
    assert said.usage is not None
    assert said.usage.video_seconds is None
