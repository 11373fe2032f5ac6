"""Deepgram: a transcript for each channel, billed by the length of the sound."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings

from llmtap.decode.body.events import Event
from llmtap.decode.formats import deepgram_audio
from llmtap.decode.inference import Answer, Part, Usage
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = "metadata request_id duration model_info arch results channels alternatives transcript text url err_msg"


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


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(deepgram_audio, data)


def test_depth_harms_nothing() -> None:
    """Nested channels are read or refused."""
    deep(deepgram_audio, b'{"results":', b'{"metadata":')
