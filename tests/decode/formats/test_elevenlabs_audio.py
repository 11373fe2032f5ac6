"""ElevenLabs: sound in any wrapping, and transcripts with their length."""

from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.formats import elevenlabs_audio
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import fold, whole


def test_sound_is_sound() -> None:
    """As bytes, in JSON, or in lines of it: a medium, of which nothing is kept."""
    plain = Answer()
    elevenlabs_audio.read_response(plain, b"ID3\0sound")
    said = (plain.response(streamed=False), whole(elevenlabs_audio, {"audio_base64": "aGk="}))
    for one in (*said, fold(elevenlabs_audio, [{"audio_base64": "aGk="}, {"audio_base64": "aGk="}])):
        assert one.messages[0].parts == (Part("media", "audio/*"),)


def test_a_transcript_has_its_length() -> None:
    """Where it is stated; never made up."""
    said = whole(elevenlabs_audio, {"text": "The sun.", "audio_duration_secs": 6.25})
    assert (said.messages[0].parts[0].text, said.usage) == ("The sun.", Usage(audio_seconds=Decimal("6.25")))
    assert whole(elevenlabs_audio, {"text": ""}).usage is None


def test_a_page_is_no_sound() -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        elevenlabs_audio.read_response(Answer(), b"<html>")


def test_each_channel_is_a_choice() -> None:
    """A silent one says nothing."""
    said = whole(
        elevenlabs_audio, {"transcripts": [{"text": "a"}, {"text": ""}, {"text": "b"}], "transcription_id": "t"}
    )
    assert (said.id, [one.parts[0].text for one in said.messages], said.error) == ("t", ["a", "b"], None)
