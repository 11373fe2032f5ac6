"""Deepgram's API: sound written down, and words spoken (https://developers.deepgram.com/reference).

A request is sound itself, where it lies, or the words to be spoken; its query names the model. A transcript states how
long the sound was, by which it is billed; speech is sound, and its characters stand in a header (`decode.usage.terms`).
A live session writes down stretch after stretch, each a whole answer; its last word is the metadata. One that speaks
sends sound, and in its second version counts what it spoke, of each speech and then of all. Flux (version 2)
writes down turn after turn, says each anew as it grows, and how far into the sound it has heard. What is understood of
a text, or of sound beside its words (a summary, topics, intents, sentiments), each model counts in tokens of its own.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, ProviderError, Usage
from llmtap.decode.usage.chat_usage import measure
from llmtap.decode.usage.tally import Count, added

_SOUND = "audio/*"


class _Request(msgspec.Struct):
    text: str | None = None
    url: str | None = None


class _Model(msgspec.Struct, gc=False):
    arch: str | None = None


class _Understood(msgspec.Struct, gc=False):
    input_tokens: Count | None = None
    output_tokens: Count | None = None


class _Metadata(msgspec.Struct):
    summary_info: _Understood | None = None
    topics_info: _Understood | None = None
    intents_info: _Understood | None = None
    sentiment_info: _Understood | None = None
    request_id: str | None = None
    duration: Decimal | None = None
    model_info: Mapping[str, _Model] = {}


class _Alternative(msgspec.Struct, gc=False):
    transcript: str | None = None


class _Channel(msgspec.Struct, gc=False):
    alternatives: list[_Alternative] = []


class _Summary(msgspec.Struct, gc=False):
    text: str | None = None


class _Results(msgspec.Struct, gc=False):
    summary: _Summary | None = None
    channels: list[_Channel] = []


class _Told(msgspec.Struct, gc=False):
    request_id: str | None = None
    model_info: _Model | None = None


class _Stretch(msgspec.Struct, gc=False):
    """What was heard for a while on one channel; a guess that is made again is not `is_final`."""

    channel: _Channel | None = None
    channel_index: list[int] = []
    is_final: bool = True
    metadata: _Told | None = None


class _Turn(msgspec.Struct, gc=False):
    """What was said in a turn until now, and the second of the sound until which it was heard."""

    request_id: str | None = None
    event: str | None = None
    turn_index: int = 0
    transcript: str | None = None
    heard: Decimal | None = msgspec.field(default=None, name="audio_window_end")


class _Spoken(msgspec.Struct, gc=False):
    """What was spoken, of one speech or of a whole session; what is billed leaves out the marks of a pronunciation."""

    speech_id: str | None = None
    audio_duration_ms: Decimal | None = None
    billable_character_count: Count | None = None
    total_audio_duration_ms: Decimal | None = None
    total_billable_character_count: Count | None = None


class _Fault(msgspec.Struct, gc=False):
    code: str | None = None
    description: str | None = None

    def error(self) -> ProviderError:
        """Return it as an error of the provider's."""
        return ProviderError(None, self.code, self.description)


class _Typed(msgspec.Struct, gc=False):
    type: str | None = None


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
    if stated.metadata is not None:
        _conclude(answer, stated.metadata)
    for index, channel in enumerate(stated.results.channels if stated.results else ()):
        words = channel.alternatives[0].transcript if channel.alternatives else None
        if words:
            answer.part((index, "text"), "text", index).text[:] = [words]
    summary = stated.results.summary.text if stated.results and stated.results.summary else None
    if summary and not answer.parts:
        answer.part("summary", "text").text[:] = [summary]
    if stated.results is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one message of a live session, or else a whole answer; return whether it carried words."""
    data = event.data
    match read(_Typed, data).type if data.lstrip()[:1] == b"{" else None:
        case "Results":
            return _hear(answer, read(_Stretch, data))
        case "TurnInfo":
            return _take(answer, read(_Turn, data))
        case "Connected":
            answer.id = read(_Turn, data).request_id or answer.id
        case "Metadata":
            answer.completed = True
            _conclude(answer, read(_Metadata, data))
        case "SpeechMetadata":
            spoken = read(_Spoken, data)
            answer.usage = added(answer.usage, _told(spoken.billable_character_count, spoken.audio_duration_ms))
        case "SessionMetadata":
            spoken = read(_Spoken, data)
            answer.usage = _told(spoken.total_billable_character_count, spoken.total_audio_duration_ms)
            answer.completed = True
        case "Error":
            answer.error = read_error(data) or read(_Fault, data).error()
        case None:
            read_response(answer, data)
    return False


def _conclude(answer: Answer, told: _Metadata) -> None:
    answer.id = told.request_id or answer.id
    answer.model = next((model.arch for model in told.model_info.values() if model.arch), answer.model)
    seconds = measure(told.duration)
    understood = (told.summary_info, told.topics_info, told.intents_info, told.sentiment_info)
    counts = [Usage(one.input_tokens, one.output_tokens) for one in understood if one is not None]
    heard = [Usage(audio_seconds=seconds)] if seconds is not None else []
    usage: Usage | None = reduce(added, [*heard, *counts], None)
    answer.usage = answer.usage if usage in (None, UNUSED) else usage


def _told(characters: int | None, milliseconds: Decimal | None) -> Usage:
    lasted = measure(milliseconds)
    return Usage(characters=characters, audio_seconds=None if lasted is None else measure(lasted / 1000))


def _hear(answer: Answer, stretch: _Stretch) -> bool:
    """Add the words of a stretch to those of its channel; return whether there were any."""
    told = stretch.metadata or _Told()
    answer.id = told.request_id or answer.id
    answer.model = (told.model_info and told.model_info.arch) or answer.model
    heard = stretch.channel.alternatives if stretch.channel else []
    words = heard[0].transcript if heard else None
    if not stretch.is_final:
        return False
    answer.completed = True
    index = stretch.channel_index[0] if stretch.channel_index else 0
    if words:
        draft = answer.part((index, "text"), "text", index)
        draft.text.append(f" {words}" if draft.text else words)
    return bool(words)


def _take(answer: Answer, turn: _Turn) -> bool:
    """Take a turn in place of what was said of it before; return whether it grew."""
    answer.id = turn.request_id or answer.id
    seconds = measure(turn.heard)
    if seconds is not None:
        answer.usage = Usage(audio_seconds=seconds)
    answer.completed = answer.completed or turn.event == "EndOfTurn"
    if not turn.transcript:
        return False
    draft = answer.part(("turn", turn.turn_index), "text")
    grew = draft.text != [turn.transcript]
    draft.text[:] = [turn.transcript]
    return grew
