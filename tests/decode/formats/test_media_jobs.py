"""Media: who was asked, and the units of a bill, whatever they are called."""

from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.formats import media_jobs
from llmtap.decode.inference import Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole


@pytest.mark.parametrize(
    ("body", "kind", "images"),
    [
        (b"\x89PNG....", "image/png", 1),
        (b"\xff\xd8\xff", "image/jpeg", 1),
        (b"RIFF....WEBP", "image/webp", 1),
        (b"RIFF....WAVE", "audio/*", None),
        (b"....ftypisom", "video/mp4", None),
        (b"ID3", "audio/*", None),
    ],
)
def test_a_medium_is_told_by_its_first_bytes(body: bytes, kind: str, images: int | None) -> None:
    """A picture is one of its kind, to be counted."""
    answer = Answer()
    media_jobs.read_response(answer, body)
    assert answer.response(streamed=False).messages[0].parts == (Part("media", kind),)
    assert (answer.usage.images if answer.usage else None) == images


def test_a_page_is_no_medium() -> None:
    """It is refused."""
    with pytest.raises(msgspec.DecodeError):
        media_jobs.read_response(Answer(), b"<html>")


def test_sound_may_be_the_request() -> None:
    """Of any kind; a form holds it in a file."""
    assert media_jobs.read_request(b"RIFF").messages[0].parts == (Part("media", "*"),)


def test_nothing_made_is_nothing_counted() -> None:
    """An empty list counts no pictures."""
    assert whole(media_jobs, {"id": "a", "images": []}).usage is None


def test_what_is_said_again_is_said_once() -> None:
    """An event has all words so far."""
    said = fold(media_jobs, [{"output": "Ca", "partial": True}, {"output": "Calm.", "partial": False}])
    assert "Calm." == said.messages[0].parts[0].text


def test_a_mark_ends_a_stream_too() -> None:
    """Of those that have one."""
    assert fold(media_jobs, [b"[DONE]"]).completed


def test_a_task_states_its_credits_once_it_is_over() -> None:
    """Runway's, whether it failed or not; what one will cost is no bill."""
    made = whole(media_jobs, {"id": "t", "status": "SUCCEEDED", "cost": {"credits": 25}, "output": ["https://x"]})
    assert (made.usage, made.finish_reasons) == (Usage(credits=Decimal(25)), ("SUCCEEDED",))
    failed = {"id": "t", "status": "FAILED", "cost": {"credits": 0}, "failure": "no", "failureCode": "SAFETY.INPUT"}
    said = whole(media_jobs, failed)
    assert (said.usage, said.error) == (Usage(credits=Decimal(0)), ProviderError(None, "SAFETY.INPUT", "no"))
    assert whole(media_jobs, {"id": "t", "status": "RUNNING", "estimatedCost": {"credits": 25}}).usage is None


def test_a_session_ends_with_its_length() -> None:
    """AssemblyAI's: each turn takes the place of what was said of it before."""
    turns = [
        {"type": "Turn", "turn_order": order, "transcript": text} for order, text in ((0, "a"), (0, "A."), (1, "B."))
    ]
    begun = fold(media_jobs, [{"type": "Begin", "id": "s"}, *turns])
    assert (begun.id, [part.text for part in begun.messages[0].parts], begun.completed) == ("s", ["A.", "B."], False)
    ended = fold(media_jobs, [*turns, {"type": "Termination", "audio_duration_seconds": 9}])
    assert (ended.usage, ended.completed, ended.error) == (Usage(audio_seconds=Decimal(9)), True, None)
