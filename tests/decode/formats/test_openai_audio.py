"""Sound and words: what is JSON is read, what is none is taken as it is."""

import msgspec
import pytest

from llmtap.capture.exchange import Body, Endpoint, Exchange, Request, Response
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.decoder import decode
from llmtap.decode.formats import openai_audio
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold


def whole(body: bytes) -> tuple[Message, ...]:
    """The messages of a whole answer."""
    answer = Answer()
    openai_audio.read_response(answer, body)
    return answer.response(streamed=False).messages


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"WEBVTT\n\nThe sun.", Part("text", "WEBVTT\n\nThe sun.")),
        ("Die Töne.".encode(), Part("text", "Die Töne.")),
        (b"RIFF\0\0WAVE", Part("media", "audio/*")),
        (b"\xff\xf3\xc4", Part("media", "audio/*")),
    ],
)
def test_an_answer_that_is_no_json(body: bytes, part: Part) -> None:
    """Words are words, anything else is sound, of which nothing is kept."""
    assert whole(body) == (Message("assistant", (part,)),)


def test_a_page_is_no_answer() -> None:
    """The one documented error, for pages of proxies and for broken JSON."""
    for body in (b"<html>", b"{", b'{"text"'):
        with pytest.raises(msgspec.MsgspecError):
            whole(body)
    with pytest.raises(msgspec.MsgspecError):
        openai_audio.read_request(b"RIFF")


def test_groq_states_its_id_aside() -> None:
    """`x_groq.id` is the id of the answer."""
    answer = Answer()
    openai_audio.read_response(answer, b'{"text":"a","x_groq":{"id":"req_1"}}')
    assert answer.id == "req_1"


def test_mistral_s_transcript() -> None:
    """Its events have names of their own, and the last states the tier that the call ran on."""
    answer = Answer()
    usage = b'{"prompt_tokens":4,"service_tier":"priority"}'
    done = b'{"type":"transcription.done","model":"m","text":"The sun","usage":%b}' % usage
    events = (b'{"type":"transcription.text.delta","text":"The "}', b'{"type":"transcription.language"}', done)
    assert [openai_audio.merge(answer, Event(event)) for event in events] == [True, False, False]
    said = answer.response(streamed=True)
    assert (said.completed, said.model, said.service_tier, said.usage) == (True, "m", "priority", Usage(4))
    assert said.messages == (Message("assistant", (Part("text", "The sun"),)),)


def test_mistral_wraps_sound_in_json() -> None:
    """Nothing of it is kept."""
    assert whole(b'{"audio_data":"AAAA"}') == (Message("assistant", (Part("media", "audio/*"),)),)


def test_the_final_event_holds_the_words_once_more() -> None:
    """It replaces what the deltas said, and is the end."""
    answer = Answer()
    deltas = (
        b'{"type":"transcript.text.delta","delta":"The son"}',
        b'{"type":"transcript.text.done","text":"The sun"}',
    )
    assert [openai_audio.merge(answer, Event(delta)) for delta in deltas] == [True, False]
    assert (answer.completed, answer.response(streamed=True).messages[0].parts[0].text) == (True, "The sun")
    assert openai_audio.merge(answer, Event(b'{"type":"transcript.text.segment","text":"The"}')) is False


@pytest.mark.parametrize(
    "event", [Event(b'{"error":{"type":"t","message":"m"}}'), Event(b'{"type":"error","message":"m"}')]
)
def test_an_error_within_a_stream(event: Event) -> None:
    """By whatever shape."""
    answer = Answer()
    openai_audio.merge(answer, event)
    assert answer.error in (ProviderError("t", None, "m"), ProviderError("error", None, "m"))


def test_an_upload_beyond_the_cap() -> None:
    """A form is read around the hole in its file: fields stand before it and behind it."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: audio/wav\r\n\r\nRIFF'
    tail = b'\0\r\n--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--x--\r\n'
    asked = Request("POST", "https", "h", 443, "/", (), Body(((None, head), (None, tail)), 1 << 25, 1 << 24, 1))
    answer = Response(200, ((b"content-type", b"text/plain"),), Body.whole(b"The sun."))
    found = decode(Exchange("0", 0.0, None, Endpoint("p", wire_format="openai_audio"), asked, answer))
    assert (found.request.model, found.problems) == ("whisper-1", ("request.dropped_bytes",))


def test_a_stream_of_sound_may_be_choices() -> None:
    """Zhipu's; the last one has a finish reason."""
    pieces = [{"choices": [{"index": 0, "delta": {"content": "AAAA"}}]}]
    assert fold(openai_audio, pieces).completed is False
    said = fold(openai_audio, [*pieces, {"choices": [{"index": 0, "finish_reason": "stop"}]}])
    assert (said.completed, said.messages[0].parts) == (True, (Part("media", "audio/*"),))
