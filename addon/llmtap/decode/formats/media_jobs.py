"""Pictures, films and sound of vendors that have an API each: made at once, or ordered and made later.

They are alike in what a bill is made of, and each member read here is some vendor's: who was asked, what for, and the
units that the answer states. A body that is no JSON is the medium itself. The path tells what is made. Vendors: fal,
Stability, Ideogram, Luma, Runway (pictures and films); AssemblyAI, Cartesia, Hume (sound); MiniMax, Zhipu, xAI and
Volcengine's Ark (films, sound, pictures). Seconds are AssemblyAI's `audio_duration`; characters are MiniMax's
`usage_characters`; tokens are counted by AssemblyAI's LeMUR and Ark; pictures are counted as they come. Runway states
the credits of a task that is over. AssemblyAI's sessions write down turn after turn, and end with a length.

Source: https://docs.fal.ai/model-apis, https://platform.stability.ai/docs/api-reference, https://developer.ideogram.ai,
https://docs.lumalabs.ai, https://docs.dev.runwayml.com/api, https://www.assemblyai.com/docs/api-reference,
https://docs.cartesia.ai, https://dev.hume.ai/reference, https://platform.minimax.io/docs/api-reference,
https://docs.z.ai/api-reference, https://www.volcengine.com/docs/82379/1520757.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage, measure
from llmtap.decode.usage.tally import count

_ENDED = frozenset({"succeeded", "success", "completed", "complete", "failed", "error", "canceled", "cancelled"})
_BEFORE_THE_END = frozenset({"Begin", "Turn"})
_FAILED = frozenset({"failed", "error"})
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


class _Words(msgspec.Struct, gc=False):
    text: str | None = None


class _Request(msgspec.Struct):
    """What is asked for: `transcript` is Cartesia's, `utterances` Hume's, `text_prompts` Stability's, `content` Ark's.

    Runway says `promptText`.
    """

    model: str | None = None
    model_id: str | None = None
    speech_model: str | None = None
    speech_models: list[str] | None = None
    final_model: str | None = None
    prompt: str | None = None
    prompt_text: str | None = msgspec.field(default=None, name="promptText")
    text: str | None = None
    transcript: str | None = None
    utterances: list[_Words] = []
    text_prompts: list[_Words] = []
    content: list[_Words] = []
    seed: int | None = None


class _Made(msgspec.Struct, gc=False):
    """One picture, of which nothing is read."""


class _Extra(msgspec.Struct, gc=False):
    usage_characters: int | None = None


class _Data(msgspec.Struct, gc=False):
    """What MiniMax made."""

    image_urls: list[str] = []
    audio: str | None = None


class _Spoken(msgspec.Struct, gc=False):
    audio: str | None = None


class _Charged(msgspec.Struct, gc=False):
    credits: Decimal | None = None


class _Answer(msgspec.Struct):
    """What came, or how an order stands: `status`, Luma's `state` or Zhipu's `task_status`."""

    id: str | None = None
    request_id: str | None = None
    task_id: str | None = None
    model: str | None = None
    speech_model: str | None = None
    status: str | int | None = None
    state: str | None = None
    task_status: str | None = None
    text: str | None = None
    response: str | None = None
    output: str | None = None
    audio_duration: Decimal | None = None
    extra_info: _Extra | None = None
    images: list[_Made] | None = None
    artifacts: list[_Made] | None = None
    data: list[_Made] | _Data | str | None = None
    generations: list[_Spoken] = []
    audio: object = None
    video: object = None
    usage: ChatUsage | None = None
    cost: _Charged | None = None
    failure: str | None = None
    failure_code: str | None = msgspec.field(default=None, name="failureCode")
    error: object = None
    kind: str | None = msgspec.field(default=None, name="type")
    turn_order: int = 0
    transcript: str | None = None
    audio_duration_seconds: Decimal | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form; sound that is the body itself is a medium of its one message."""
    if body.lstrip()[:1] not in (b"{", b"[", b"-"):
        return InferenceRequest(messages=(Message("user", (Part("media", "*"),)),))
    asked, files = read_upload(_Request, body)
    listed = [one.text for one in asked.utterances if one.text]
    spoken = [text for text in (asked.text, asked.transcript, *listed) if text]
    shown = [one.text for one in (*asked.text_prompts, *asked.content)]
    words = [text for text in (asked.prompt, asked.prompt_text, *shown, *spoken) if text]
    parts = (*(Part("text", text) for text in words), *files)
    models = (asked.model, asked.model_id, asked.speech_model, asked.final_model, *(asked.speech_models or ()))
    return InferenceRequest(
        model=next(filter(None, models), None),
        seed=asked.seed,
        characters=sum(map(len, spoken)) or None,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge what came; raises for an HTML page only."""
    start = body.lstrip()[:1]
    if start == b"<":
        raise msgspec.DecodeError("a page, not a medium")
    if start not in (b"{", b"["):
        _merge_medium(answer, _kind(body[:16]))
        return
    _merge(answer, read(_Answer, body), body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event, each as if it were a whole answer; no mark of the end is common to all.

    What fal's language models say is the `output` so far.
    """
    answer.completed = True
    if event.data.startswith(b"[DONE]"):
        return False
    stated, said = read(_Answer, event.data), answer.parts.get("text")
    if stated.kind in _BEFORE_THE_END:
        answer.completed = False
        answer.id = stated.id or answer.id
        if stated.transcript:
            answer.part(("turn", stated.turn_order), "text").text[:] = [stated.transcript]
        return bool(stated.transcript)
    before = len(said.text[0]) if said is not None else 0
    _merge(answer, stated, event.data)
    return _sounds(stated) or len(stated.output or "") > before


def _sounds(stated: _Answer) -> bool:
    """Return whether sound came: Cartesia's is `data` outright."""
    data = stated.data
    held = data.audio if isinstance(data, _Data) else data if isinstance(data, str) else None
    return bool(held or stated.audio or any(one.audio for one in stated.generations))


def _merge(answer: Answer, stated: _Answer, body: bytes) -> None:
    answer.id = stated.id or stated.request_id or stated.task_id or answer.id
    answer.model = stated.model or stated.speech_model or answer.model
    status = next((word for word in (stated.state, stated.task_status, stated.status) if isinstance(word, str)), None)
    if status is not None and status.lower() in _ENDED:
        answer.finish_reasons[0] = status
    made = _pictures(stated)
    words = [text for text in (stated.text, stated.response, stated.output) if text]
    if words:
        answer.part("text", "text").text[:] = words
    if _sounds(stated):
        _merge_medium(answer, "audio/*")
    failed = status is not None and status.lower() in _FAILED
    empty = not (answer.id or answer.parts or made or stated.video)
    if stated.error is not None or failed or empty:
        answer.error = read_error(body) or answer.error
    if stated.failure:
        answer.error = ProviderError(None, stated.failure_code, stated.failure)
    _count(answer, stated, made)


def _pictures(stated: _Answer) -> int | None:
    """Return how many pictures came, or None when none were to come."""
    listed = stated.images if stated.images is not None else stated.artifacts
    if listed is None and isinstance(stated.data, list):
        listed = stated.data
    if listed is not None:
        return len(listed) or None
    return len(stated.data.image_urls) or None if isinstance(stated.data, _Data) else None


def _count(answer: Answer, stated: _Answer, made: int | None) -> None:
    """Merge the units that are stated, and the pictures that came."""
    usage = (chat_usage(stated.usage, answered=True) if stated.usage else None) or answer.usage or UNUSED
    usage = replace(
        usage,
        audio_seconds=measure(stated.audio_duration, stated.audio_duration_seconds),
        characters=count(stated.extra_info.usage_characters if stated.extra_info else None),
        images=made,
        credits=measure(stated.cost.credits if stated.cost else None),
    )
    answer.usage = None if usage == UNUSED else usage


def _merge_medium(answer: Answer, kind: str) -> None:
    answer.part("medium", "media").text[:] = [kind]
    if kind.startswith("image/"):
        answer.usage = replace(answer.usage or UNUSED, images=1)


def _kind(head: bytes) -> str:
    """Return the MIME type that the first bytes of a medium tell; sound has too many beginnings to tell apart."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "audio/*")
