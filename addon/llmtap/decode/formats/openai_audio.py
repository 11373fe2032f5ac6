"""OpenAI Audio (transcriptions, translations, speech), as OpenAI, Groq, Mistral, OpenRouter and Venice speak it.

Law: a streamed and an unstreamed answer of the same content end in the same Answer. An answer that is no JSON is sound,
or the words of a transcript (`response_format` text, srt, vtt), and no mistake; it states no usage. A transcript is
billed by its tokens or by the seconds of its sound: those that its usage states, else its `duration` (verbose_json).
Mistral wraps sound in JSON, and gives the events of a transcript names of its own. Zhipu streams sound in
choices.

Source: https://platform.openai.com/docs/api-reference/audio, https://docs.mistral.ai/capabilities/audio; providers.md
1.4.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Sound
from llmtap.decode.usage.chat_usage import chat_cost, measure
from llmtap.decode.usage.token_usage import TokenUsage, token_usage

_SOUND = "audio/*"
_ABSENT = msgspec.Raw()


class _Request(msgspec.Struct):
    model: str | None = None
    input: str | None = None
    voice: object = None
    instructions: str | None = None
    prompt: str | None = None
    input_audio: Sound | None = None
    stream: bool | None = None
    stream_format: str | None = None
    temperature: float | None = None


class _Groq(msgspec.Struct, gc=False):
    id: str | None = None


class _Sounded(msgspec.Struct, gc=False):
    finish_reason: str | None = None


class _Answer(msgspec.Struct):
    """A whole transcript, or an event of a stream of words or of sound (whose data is passed over)."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    text: str | None = None
    duration: Decimal | None = None
    delta: str | None = None
    usage: TokenUsage | None = None
    error: object = None
    x_groq: _Groq | None = None
    audio_data: msgspec.Raw = _ABSENT
    choices: list[_Sounded] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form: what is to be spoken, or the sound that is to be written down."""
    asked, files = read_upload(_Request, body)
    heard = asked.input_audio
    if heard is not None:  # OpenRouter takes the sound within JSON.
        files = (*files, Part("media", f"audio/{heard.format or '*'}"))
    spoken = asked.input is not None or asked.voice is not None
    parts = tuple(Part("text", words) for words in (asked.instructions, asked.prompt, asked.input) if words) + files
    return InferenceRequest(
        model=asked.model,
        stream=True if asked.stream_format == "sse" else asked.stream,
        temperature=asked.temperature,
        output_type="speech" if spoken else "text",
        characters=len(asked.input) if asked.input else None,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer: a transcript in JSON, an error, words, or sound; raises for an HTML page only."""
    if body.lstrip()[:1] != b"{":
        _merge_plain(answer, body)
        return
    stated = read(_Answer, body)
    _merge_head(answer, stated)
    if bytes(memoryview(stated.audio_data)[:1]) == b'"':
        answer.part("sound", "media").text[:] = [_SOUND]
    elif stated.text is None:
        answer.error = read_error(body) or answer.error
    else:
        answer.part("text", "text").text[:] = [stated.text]


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; pieces of words or of sound are content, and `….done` is the end mark.

    The final event of a transcript holds its words once more, so they replace what the deltas said.
    """
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    match stated.type or event.name:
        case "transcript.text.delta":
            answer.part("text", "text").text.append(stated.delta or "")
            return bool(stated.delta)
        case "transcription.text.delta":
            answer.part("text", "text").text.append(stated.text or "")
            return bool(stated.text)
        case "speech.audio.delta":
            answer.part("sound", "media").text[:] = [_SOUND]
            return True
        case "transcript.text.done" | "transcription.done" | "speech.audio.done":
            _merge_head(answer, stated)
            if stated.text is not None:
                answer.part("text", "text").text[:] = [stated.text]
            answer.completed = True
        case None if stated.choices:
            answer.part("sound", "media").text[:] = [_SOUND]
            answer.completed = any(one.finish_reason for one in stated.choices)
            return True
        case kind if kind == "error" or stated.error is not None:
            answer.error = read_error(event.data) or answer.error
    return False


def _merge_head(answer: Answer, stated: _Answer) -> None:
    answer.id = stated.id or (stated.x_groq.id if stated.x_groq else None) or answer.id
    answer.model = stated.model or answer.model
    if stated.usage is not None:
        answer.usage = token_usage(stated.usage) or answer.usage
        answer.reported_cost = chat_cost(stated.usage)
        answer.service_tier = stated.usage.service_tier or answer.service_tier
    if (answer.usage or UNUSED).audio_seconds is None and (lasted := measure(stated.duration)) is not None:
        answer.usage = replace(answer.usage or UNUSED, audio_seconds=lasted)


def _merge_plain(answer: Answer, body: bytes) -> None:
    if body.lstrip().startswith(b"<"):
        raise msgspec.DecodeError("a page, not a transcript")
    try:
        words = body.decode()
    except UnicodeDecodeError:
        words = "\0"
    if "\0" in words:
        answer.part("sound", "media").text[:] = [_SOUND]
    else:
        answer.part("text", "text").text[:] = [words]
