"""Films: ordered by the second."""

from decimal import Decimal

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_videos
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import whole


@pytest.mark.parametrize(
    ("film", "usage"),
    [
        ({"status": "queued", "seconds": "8"}, Usage(video_seconds=Decimal(8))),
        ({"status": "completed", "seconds": 12}, Usage(video_seconds=Decimal(12))),
        ({"status": "failed", "seconds": "8"}, None),
        ({"status": "queued", "seconds": "8", "error": {"code": "c"}}, None),
        ({"status": "queued", "seconds": "NaN"}, None),
        ({"status": "queued"}, None),
    ],
)
def test_seconds_of_what_will_be_made(film: dict[str, object], usage: Usage | None) -> None:
    """A film that is refused or failed has none."""
    assert whole(openai_videos, film).usage == usage


def test_a_film_that_is_made_may_state_its_cost() -> None:
    """OpenRouter's does; one that is pending is not over, and owes nothing yet."""
    made = whole(openai_videos, {"id": "v", "status": "completed", "usage": {"cost": 0.5, "is_byok": False}})
    assert (made.reported_cost, made.finish_reasons) == (Decimal("0.5"), ("completed",))
    pending = whole(openai_videos, {"id": "v", "status": "pending", "usage": {"cost": 0.5}})
    assert (pending.reported_cost, pending.finish_reasons) == (None, ())


def test_a_form_with_a_picture() -> None:
    """The picture from which a film begins is a medium."""
    form = (
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nA river\r\n'
        b'--x\r\nContent-Disposition: form-data; name="input_reference"; filename="a"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--x--\r\n"
    )
    assert openai_videos.read_request(form).messages[0].parts == (Part("text", "A river"), Part("media", "image/png"))


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream."""
    answer = Answer()
    assert not openai_videos.merge(answer, Event(b'{"id":"v","status":"in_progress"}'))
    assert (answer.id, answer.finish_reasons) == ("v", {})
