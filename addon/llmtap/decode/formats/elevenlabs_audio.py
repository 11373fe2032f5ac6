"""ElevenLabs' API: words spoken, and sound written down (https://elevenlabs.io/docs/api-reference).

An answer that is no JSON is sound. JSON, whole or in lines, is sound as well (beside the instants of its letters), or a
transcript with its length. Credits stand in a header (`decode.terms`).
"""

from decimal import Decimal

import msgspec

from llmtap.decode.errors import read_error
from llmtap.decode.events import Event
from llmtap.decode.inference import Answer, InferenceRequest, Message, Part, Usage
from llmtap.decode.lenient import read
from llmtap.decode.multipart import read_upload
from llmtap.decode.usage import measure

_SOUND = "audio/*"


class _Request(msgspec.Struct):
    text: str | None = None
    model_id: str | None = None
    seed: int | None = None


class _Answer(msgspec.Struct):
    audio_base64: str | None = None
    text: str | None = None
    transcription_id: str | None = None
    audio_duration_secs: Decimal | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form: what is to be spoken, or the sound that is to be written down."""
    asked, files = read_upload(_Request, body)
    parts = ((Part("text", asked.text),) if asked.text else ()) + files
    return InferenceRequest(
        model=asked.model_id,
        seed=asked.seed,
        output_type="speech" if asked.text is not None else "text",
        characters=len(asked.text) if asked.text else None,
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
    answer.id = stated.transcription_id or answer.id
    seconds = measure(stated.audio_duration_secs)
    if seconds is not None:
        answer.usage = Usage(audio_seconds=seconds)
    if stated.text is not None:
        answer.part("text", "text").text[:] = [stated.text]
    elif stated.audio_base64 is not None:
        answer.part("sound", "media").text[:] = [_SOUND]
    else:
        answer.error = read_error(body) or answer.error
    return bool(stated.text or stated.audio_base64)
