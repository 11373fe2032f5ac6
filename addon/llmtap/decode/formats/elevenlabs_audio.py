"""ElevenLabs' API: words spoken, and sound written down (https://elevenlabs.io/docs/api-reference).

Music and noises are asked for in words as well (`prompt`), a dialogue by its turns. An answer that is no JSON is sound.
JSON, whole, in lines or in a session's messages, is sound as well (beside the instants of its letters), or a transcript
with its length, for all channels or for each. Credits stand in a header (`decode.usage.terms`).
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import measure

_SOUND = "audio/*"


class _Turn(msgspec.Struct, gc=False):
    text: str | None = None


class _Request(msgspec.Struct):
    text: str | None = None
    inputs: list[_Turn] = []
    prompt: str | None = None
    model_id: str | None = None
    seed: int | None = None


class _Channel(msgspec.Struct, gc=False):
    text: str | None = None


class _Answer(msgspec.Struct):
    audio_base64: str | None = None
    audio: str | None = None
    text: str | None = None
    transcripts: list[_Channel] | None = None
    transcription_id: str | None = None
    audio_duration_secs: Decimal | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form: what is to be spoken, or the sound that is to be written down."""
    asked, files = read_upload(_Request, body)
    spoken = [text for text in (asked.text, *(turn.text for turn in asked.inputs)) if text]
    words = [*spoken, *((asked.prompt,) if asked.prompt else ())]
    parts = (*(Part("text", text) for text in words), *files)
    return InferenceRequest(
        model=asked.model_id,
        seed=asked.seed,
        output_type="speech" if words or asked.text is not None else "text",
        characters=sum(map(len, spoken)) or None,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer: sound, a transcript, or an error; raises for an HTML page only."""
    start = body.lstrip()[:1]
    if start == b"<":
        raise msgspec.DecodeError("a page, not sound")
    if start != b"{":
        answer.part("sound", "media").text[:] = [_SOUND]
        return
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one line of sound; there is no end mark but the end."""
    answer.completed = True
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    sound = stated.audio_base64 or stated.audio
    answer.id = stated.transcription_id or answer.id
    seconds = measure(stated.audio_duration_secs)
    if seconds is not None:
        answer.usage = Usage(audio_seconds=seconds)
    if stated.text is not None:
        answer.part("text", "text").text[:] = [stated.text]
    elif stated.transcripts is not None:
        for index, channel in enumerate(stated.transcripts):
            if channel.text:
                answer.part((index, "text"), "text", index).text[:] = [channel.text]
    elif sound is not None:
        answer.part("sound", "media").text[:] = [_SOUND]
    else:
        answer.error = read_error(body) or answer.error
    return bool(stated.text or sound)
