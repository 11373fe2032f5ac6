"""OpenAI's Realtime API, as OpenAI, Azure (voice-live too) and xAI speak it: one response of a session at a time.

Law: the final event of a response holds the whole answer once more, so what it says replaces what the deltas said.
A request is lines of messages: what client and server hold of the session, what was said since the response before, and
what asked for the response. A transcript of a session that makes nothing else is an answer of its own; so is the end of
a Live session, billed by the second. Sound is content without words; what is spoken is read from transcripts.

Source: https://platform.openai.com/docs/api-reference/realtime; providers.md 1.4, 1.6. xAI states usage beside the
response, and `status_details` in one word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, PartKind, ProviderError, Usage
from llmtap.decode.messages.utterances import Utterance, message, parts
from llmtap.decode.usage.tally import count
from llmtap.decode.usage.token_usage import TokenUsage, token_usage

_DELTAS: Mapping[str, PartKind] = {
    "response.text.delta": "text",
    "response.output_text.delta": "text",
    "response.audio_transcript.delta": "text",
    "response.output_audio_transcript.delta": "text",
    "response.function_call_arguments.delta": "tool_call",
    "response.mcp_call_arguments.delta": "tool_call",
}
"""By their names before and since general availability; Azure's voice-live still uses the older ones."""
_SOUND = frozenset({"response.audio.delta", "response.output_audio.delta"})
_HEARD = "conversation.item.input_audio_transcription.completed"
_UNFINISHED = frozenset({"in_progress", "queued"})
_ABSENT = msgspec.Raw()


class _Named(msgspec.Struct):
    type: str | None = None
    name: str | None = None
    model: str | None = None
    effort: str | None = None


class _Input(msgspec.Struct):
    transcription: _Named | None = None


class _Audio(msgspec.Struct):
    input: _Input | None = None


class _Session(msgspec.Struct):
    """A session, or what one response has otherwise than its session."""

    type: str | None = None
    model: str | None = None
    instructions: str | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    max_response_output_tokens: int | None = None
    modalities: list[str] | None = None
    output_modalities: list[str] | None = None
    tools: list[_Named] | None = None
    reasoning: _Named | None = None
    input: list[Utterance] | None = None
    audio: _Audio | None = None
    input_audio_transcription: _Named | None = None


class _Said(msgspec.Struct):
    type: str = ""
    session: _Session | None = None
    item: Utterance | None = None
    response: _Session | None = None
    transcript: str | None = None
    model: str | None = None


class _Cause(msgspec.Struct):
    type: str | None = None
    code: str | None = None
    message: str | None = None


class _Details(msgspec.Struct):
    reason: str | None = None
    error: _Cause | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    object: str | None = None
    model: str | None = None
    status: str | None = None
    status_details: _Details | str | None = None
    conversation_id: str | None = None
    output: list[Utterance] | None = None
    usage: msgspec.Raw = _ABSENT


class _Event(msgspec.Struct):
    type: str = ""
    item_id: str | None = None
    output_index: int = 0
    content_index: int = 0
    delta: str | None = None
    item: Utterance | None = None
    response: _Response | None = None
    transcript: str | None = None
    reason: str | None = None
    usage: msgspec.Raw = _ABSENT


class _Kept(msgspec.Struct):
    audio_tokens: int | None = None
    image_tokens: int | None = None


class _Into(msgspec.Struct):
    cached_tokens_details: _Kept | None = None


class _Heard(msgspec.Struct):
    """What this API states and no other: of which modality the cached tokens are."""

    input_token_details: _Into | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the messages before a response ask for; the server's word on the session wins over the client's.

    The model is what the client asks for, and beside it the one that the server says the session has.
    """
    asked = InferenceRequest()
    said: list[Message] = []
    system: str | None = None
    for stated in _lines(body):
        for settings in (stated.session, stated.response):
            if settings is not None:
                asked = _settled(asked, settings, stated.type)
                system = settings.instructions if settings.instructions is not None else system
                said += (message(item) for item in settings.input or ())
        if stated.item is not None:
            said.append(message(stated.item))
        elif stated.type == _HEARD and stated.transcript:
            said.append(Message("user", (Part("text", stated.transcript),)))
        elif not stated.type and stated.model:  # what was saved of messages too long to keep
            asked = replace(asked, model=asked.model or stated.model)
    opening = () if not system else (Message("system", (Part("text", system),)),)
    return replace(asked, messages=(*opening, *(turn for turn in said if turn.parts)))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole response, as a final event holds it; a body that is none is that of an error."""
    stated = read(_Response, body)
    if stated.output is None and stated.status is None:
        answer.error = read_error(body)
        return
    answer.completed = True
    _conclude(answer, stated, stated.usage)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a response; return whether it carried words, sound or the arguments of a tool."""
    stated = read(_Event, event.data)
    kind = stated.type
    if kind in _SOUND:
        return bool(stated.delta)
    if kind in _DELTAS:
        if stated.delta:
            key = stated.item_id or stated.output_index
            answer.part((key, stated.content_index), _DELTAS[kind]).text.append(stated.delta)
        return bool(stated.delta)
    match kind:
        case "response.created" if stated.response:
            _open(answer, stated.response)
        case "response.output_item.added" | "response.output_item.done" if stated.item:
            return _item(answer, stated.output_index, stated.item)
        case "response.done" if stated.response:
            answer.completed = True
            within = bytes(stated.response.usage) not in (b"", b"null", b"{}")
            return _conclude(answer, stated.response, stated.response.usage if within else stated.usage)
        case "conversation.item.input_audio_transcription.completed":
            answer.completed = True
            answer.usage = _usage(stated.usage)
            answer.part((0, 0), "text").text[:] = [stated.transcript or ""]
            return bool(stated.transcript)
        case "session.closed":
            answer.completed, answer.usage = True, _usage(stated.usage)
            answer.finish_reasons[0] = stated.reason or "closed"
        case "conversation.item.input_audio_transcription.failed" | "error":
            answer.completed = True
            answer.error = read_error(event.data) or ProviderError()
    return False


def _lines(body: bytes) -> Iterator[_Said]:
    """Yield the messages; raises msgspec.DecodeError when there are lines and none of them can be read."""
    readable, problem = False, None
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            stated = read(_Said, line)
        except msgspec.MsgspecError as error:
            problem = error
            continue
        readable = True
        yield stated
    if problem is not None and not readable:
        raise problem


def _settled(before: InferenceRequest, stated: _Session, kind: str) -> InferenceRequest:
    """Return a request with what a session, or a single response, states; what is not stated stays as it was.

    A session that makes transcripts alone has the model that makes them.
    """
    limit = stated.max_output_tokens or stated.max_response_output_tokens
    modalities = stated.output_modalities or stated.modalities
    tools = stated.tools
    model = stated.model
    if kind.startswith("transcription_session") or stated.type == "transcription":
        heard = stated.audio.input.transcription if stated.audio and stated.audio.input else None
        heard = heard or stated.input_audio_transcription
        model = (heard and heard.model) or model
    resolved = kind.endswith(("created", "updated", "started"))
    return replace(
        before,
        model=before.model if resolved else model or before.model,
        session_model=(resolved and model) or before.session_model,
        temperature=before.temperature if stated.temperature is None else stated.temperature,
        max_tokens=limit or before.max_tokens,
        output_type=before.output_type if not modalities else "speech" if "audio" in modalities else "text",
        reasoning_level=(stated.reasoning and stated.reasoning.effort) or before.reasoning_level,
        tools=before.tools if tools is None else tuple(name for tool in tools if (name := tool.name or tool.type)),
    )


def _open(answer: Answer, response: _Response) -> None:
    answer.id = response.id or answer.id
    answer.model = response.model or answer.model
    answer.conversation_id = response.conversation_id or answer.conversation_id


def _conclude(answer: Answer, response: _Response, usage: msgspec.Raw) -> bool:
    """Merge a whole response; return whether its words are the first that were seen.

    The finish reason is the status in the provider's word, or the reason that it gives for another than `completed`
    (`turn_detected`: the user spoke; `client_cancelled`, `max_output_tokens`, `content_filter`).
    """
    _open(answer, response)
    details = response.status_details if isinstance(response.status_details, _Details) else _Details()
    if response.status is not None and response.status not in _UNFINISHED:
        answer.finish_reasons[0] = details.reason or response.status
    if details.error is not None:
        answer.error = ProviderError(details.error.type, details.error.code, details.error.message)
    output = response.output or []
    silent = False
    if any(part.text for item in output for part in parts(item)):
        silent = not any(any(draft.text) for draft in answer.parts.values())
        answer.parts.clear()
    first = False
    for index, item in enumerate(output):
        first = _item(answer, index, item) or first
    answer.usage = _usage(usage) or answer.usage
    return first and silent


def _item(answer: Answer, index: int, item: Utterance) -> bool:
    """Write an item over what its deltas said, as far as it says anything; return whether its words are the first.

    It is told by its id: xAI gives every item of a response the same index.
    """
    first = False
    for position, part in enumerate(parts(item)):
        draft = answer.part((item.id or index, position), part.kind)
        draft.kind, draft.id, draft.name = part.kind, part.id, part.name
        if part.text:
            first = first or not any(draft.text)
            draft.text[:] = [part.text]
    return first


def _usage(stated: msgspec.Raw) -> Usage | None:
    """Return the counts in OTel's arithmetic: cached tokens are inside the input, whatever their modality."""
    if bytes(stated) in (b"", b"null"):
        return None
    usage = token_usage(read(TokenUsage, bytes(stated)))
    into = read(_Heard, bytes(stated)).input_token_details
    kept = (into.cached_tokens_details if into else None) or _Kept()
    return usage and msgspec.structs.replace(
        usage,
        audio_cache_read_input_tokens=count(kept.audio_tokens),
        image_cache_read_input_tokens=count(kept.image_tokens),
    )
