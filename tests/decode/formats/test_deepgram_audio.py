"""Deepgram: a transcript for each channel, billed by the length of the sound."""

from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import deepgram_audio
from llmtap.decode.inference import InferenceResponse, Part, ProviderError, Usage
from tests.decode.formats.laws import whole


def test_each_channel_is_a_choice() -> None:
    """Of its alternatives the first; a silent one says nothing."""
    channels = [{"alternatives": [{"transcript": "a"}, {"transcript": "b"}]}, {"alternatives": []}, {}]
    said = whole(deepgram_audio, {"results": {"channels": channels}})
    assert [part for one in said.messages for part in one.parts] == [Part("text", "a")]


def test_the_length_and_the_model() -> None:
    """They stand in the metadata."""
    told = {"request_id": "r", "duration": 25.933313, "model_info": {"u": {"name": "general", "arch": "nova-3"}}}
    said = whole(deepgram_audio, {"metadata": told, "results": {}})
    assert (said.id, said.model, said.usage) == ("r", "nova-3", Usage(audio_seconds=Decimal("25.933313")))


def test_a_request_may_be_sound() -> None:
    """Sound itself, or where it lies, is a medium; words are to be spoken."""
    for body in (b"RIFF\0\0", b'{"url":"https://example.com/a.wav"}'):
        asked = deepgram_audio.read_request(body)
        assert (asked.messages[0].parts, asked.characters) == ((Part("media", "audio/*"),), None)
    assert deepgram_audio.read_request(b'{"text":"Hello"}').characters == 5


def test_sound_and_pages() -> None:
    """Bytes are sound, a page is the one documented error, and an event is a whole answer."""
    answer = Answer()
    assert not deepgram_audio.merge(answer, Event(b"\xff\xf3"))
    assert answer.response(streamed=False).messages[0].parts == (Part("media", "audio/*"),)
    with pytest.raises(msgspec.MsgspecError):
        deepgram_audio.read_response(Answer(), b"<html>")


def fold(*events: object) -> InferenceResponse:
    """The answer of a live session."""
    answer = Answer()
    for event in events:
        deepgram_audio.merge(answer, Event(msgspec.json.encode(event)))
    return answer.response(streamed=True)


def stretch(words: str, channel: int = 0, *, final: bool = True) -> dict[str, object]:
    """What was heard for a while."""
    told = {"request_id": "r", "model_info": {"name": "general", "arch": "nova-3"}}
    heard = {"alternatives": [{"transcript": words}]}
    return {"type": "Results", "channel_index": [channel, 2], "is_final": final, "channel": heard, "metadata": told}


def test_a_live_session_is_one_answer() -> None:
    """Its stretches are joined, each on its channel; guesses and silence say nothing, and the metadata end it."""
    said = fold(stretch("The", final=False), stretch("The sun"), stretch("Yes", 1), stretch(""), stretch("rises."))
    assert [part.text for one in said.messages for part in one.parts] == ["The sun rises.", "Yes"]
    assert (said.id, said.model, said.usage, said.completed) == ("r", "nova-3", None, True)
    ended = fold(
        {"type": "SpeechStarted", "channel": [0], "timestamp": 1.0},
        {"type": "Metadata", "request_id": "r", "duration": 12.5, "model_info": {"u": {"arch": "nova-3"}}},
    )
    assert (ended.id, ended.model, ended.usage) == ("r", "nova-3", Usage(audio_seconds=Decimal("12.5")))
    assert ended.completed


def test_a_guess_completes_nothing() -> None:
    """A session that was cut off before anything was final has no answer."""
    assert fold(stretch("The", final=False)).completed is False


def test_a_live_session_may_fail() -> None:
    """The error has a description or none."""
    assert fold({"type": "Error", "message": "No.", "variant": "v"}).error == ProviderError("Error", None, "No.")
    assert fold({"type": "Error"}).error is not None


def flux(event: str, said: str, turn: int, until: float) -> dict[str, object]:
    """A message of version 2, as far as it is read."""
    return {
        "type": "TurnInfo",
        "request_id": "r",
        "event": event,
        "turn_index": turn,
        "audio_window_end": until,
        "transcript": said,
    }


def test_turns_are_said_anew_as_they_grow() -> None:
    """Each takes the place of what was said of it before, and tells how far into the sound it has heard."""
    connected = {"type": "Connected", "request_id": "r"}
    growing = [flux("StartOfTurn", "calm", 0, 0.8), flux("EndOfTurn", "Calm, with swell.", 0, 2)]
    said = fold(connected, *growing, flux("Update", "", 1, 3.04))
    assert [part.text for part in said.messages[0].parts] == ["Calm, with swell."]
    assert (said.id, said.usage, said.completed) == ("r", Usage(audio_seconds=Decimal("3.04")), True)
    assert not fold(connected, growing[0]).completed


def test_an_error_of_a_session() -> None:
    """It has a code and a description."""
    said = fold({"type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "out of order"})
    assert said.error == ProviderError(None, "INTERNAL_SERVER_ERROR", "out of order")


def test_what_is_understood_is_counted_in_tokens() -> None:
    """Each model's are added, beside the seconds; a summary of a text is the answer."""
    told = {
        "request_id": "r",
        "summary_info": {"input_tokens": 9, "output_tokens": 2},
        "topics_info": {"input_tokens": 4},
    }
    read = whole(deepgram_audio, {"metadata": told, "results": {"summary": {"text": "Calm."}}})
    assert (read.usage, read.messages[0].parts[0].text) == (Usage(13, 2), "Calm.")
    heard = whole(deepgram_audio, {"metadata": told | {"duration": 2.5}, "results": {"channels": []}})
    assert heard.usage == Usage(13, 2, audio_seconds=Decimal("2.5"))
    assert whole(deepgram_audio, {"metadata": {"summary_info": {}}, "results": {}}).usage is None


def test_what_is_spoken_is_counted_twice_and_once() -> None:
    """Speech by speech, and at last in all, which takes the place of the sum."""
    speech = {"type": "SpeechMetadata", "speech_id": "s", "audio_duration_ms": 1500, "billable_character_count": 20}
    said = fold(speech, speech)
    assert (said.usage, said.completed) == (Usage(characters=40, audio_seconds=Decimal(3)), False)
    total = {"type": "SessionMetadata", "total_audio_duration_ms": 3000, "total_billable_character_count": 40}
    ended = fold(speech, speech, total)
    assert (ended.usage, ended.completed) == (said.usage, True)
    assert fold(speech | {"audio_duration_ms": "sNaN"}).usage == Usage(characters=20)
