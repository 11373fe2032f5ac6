"""Deepgram's API: sound written down, and words spoken (https://developers.deepgram.com/reference).

A request is sound itself, where it lies, or the words to be spoken; its query names the model. A transcript states how
long the sound was, by which it is billed; speech is sound, and its characters stand in a header (`decode.usage.terms`).
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import Answer, InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import measure

_SOUND = "audio/*"


class _Request(msgspec.Struct):
    text: str | None = None
    url: str | None = None


class _Model(msgspec.Struct, gc=False):
    arch: str | None = None


class _Metadata(msgspec.Struct):
    request_id: str | None = None
    duration: Decimal | None = None
    model_info: Mapping[str, _Model] = {}


class _Alternative(msgspec.Struct, gc=False):
    transcript: str | None = None


class _Channel(msgspec.Struct, gc=False):
    alternatives: list[_Alternative] = []


class _Results(msgspec.Struct, gc=False):
    channels: list[_Channel] = []


class _Answer(msgspec.Struct):
    metadata: _Metadata | None = None
    results: _Results | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for: words to be spoken, or sound, of which nothing is kept."""
    if body.lstrip()[:1] != b"{":
        return InferenceRequest(output_type="text", messages=(Message("user", (Part("media", _SOUND),)),))
    asked = read(_Request, body)
    part = Part("text", asked.text) if asked.text is not None else Part("media", _SOUND)
    return InferenceRequest(
        output_type="text" if asked.text is None else "speech",
        characters=len(asked.text) if asked.text else None,
        messages=(Message("user", (part,)),),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer: a transcript of each channel, sound, or an error; raises for an HTML page only."""
    start = body.lstrip()[:1]
    if start == b"<":
        raise msgspec.DecodeError("a page, not sound")
    if start != b"{":
        answer.part("sound", "media").text[:] = [_SOUND]
        return
    stated = read(_Answer, body)
    told = stated.metadata
    if told is not None:
        answer.id = told.request_id or answer.id
        answer.model = next((model.arch for model in told.model_info.values() if model.arch), answer.model)
        seconds = measure(told.duration)
        if seconds is not None:
            answer.usage = Usage(audio_seconds=seconds)
    for index, channel in enumerate(stated.results.channels if stated.results else ()):
        words = channel.alternatives[0].transcript if channel.alternatives else None
        if words:
            answer.part((index, "text"), "text", index).text[:] = [words]
    if stated.results is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since this door has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
