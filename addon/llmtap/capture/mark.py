"""What one WebSocket message means for the life of the responses in its session; its content is not looked at.

A mark is read from the few members that say so: the type of a message, the response it belongs to, whether a turn is
complete. Whatever cannot be read is `other`, and nothing raises. Linear in the message, and one pass over it.

Sources: https://platform.openai.com/docs/api-reference/realtime-client-events and .../realtime-server-events;
https://developers.openai.com/api/reference/resources/responses/websocket-events;
https://ai.google.dev/api/live (BidiGenerateContentClientMessage, BidiGenerateContentServerMessage);
https://www.xfyun.cn/doc/spark/Web.html.
"""

from typing import Literal, NamedTuple

import msgspec

type Kind = Literal[
    "other", "state", "input", "ask", "spoken", "heard", "begin", "event", "end", "usage", "error",
]  # fmt: skip
"""`state` replaces what its sender said of the session before; `input` and `heard` (the user's words, as the server
understood them) belong to the next request, which an `ask` or, without one, the user's silence (`spoken`) begins;
`begin`, `event`, `end` and `usage` belong to a response; an `error` to whatever caused it."""

_ABSENT = msgspec.Raw()
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_LAST = 2
_STATES = frozenset({"session", "transcription_session"})
_HEARD = "conversation.item.input_audio_transcription."


class Mark(NamedTuple):
    """What a message means.

    `lane` tells the responses of a session apart: the id of a Realtime response, the `stream_id` of a Responses lane,
    None where there is one at a time. `cause` is the id that a client gave its message (or the id that an error
    names). `begins` says that an event opens a response that nothing else opened; `counted` that a response ends with
    its usage stated; `transcribes` that a session makes transcripts and no responses. `billed` says that what was heard
    has a usage of its own, `hears` is the model that hears in a session.
    """

    kind: Kind = "other"
    lane: str | None = None
    cause: str | None = None
    begins: bool = False
    counted: bool = True
    transcribes: bool = False
    billed: bool = False
    hears: str | None = None


OTHER = Mark()


class _Message(msgspec.Struct, gc=False):
    """The members that an OpenAI message is told by."""

    type: object = None
    event_id: object = None
    response_id: object = None
    stream_id: object = None
    status: object = None
    response: msgspec.Raw = _ABSENT
    session: msgspec.Raw = _ABSENT
    usage: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT


class _Inner(msgspec.Struct, gc=False):
    """What is looked for within them."""

    id: object = None
    type: object = None
    event_id: object = None


class _Hearing(msgspec.Struct, gc=False):
    """The model that writes down what the user says."""

    model: object = None


class _Input(msgspec.Struct, gc=False):
    transcription: _Hearing | None = None


class _Audio(msgspec.Struct, gc=False):
    input: _Input | None = None


class _Session(msgspec.Struct, gc=False):
    """The members of a session that says who hears, by its names since general availability and before."""

    audio: _Audio | None = None
    input_audio_transcription: _Hearing | None = None


class _Content(msgspec.Struct, gc=False):
    """The members of Gemini's `serverContent` and `clientContent`, in both spellings of the latter."""

    model_turn: msgspec.Raw = msgspec.field(default=_ABSENT, name="modelTurn")
    said: msgspec.Raw = msgspec.field(default=_ABSENT, name="outputTranscription")
    heard: msgspec.Raw = msgspec.field(default=_ABSENT, name="inputTranscription")
    generated: object = msgspec.field(default=None, name="generationComplete")
    interrupted: object = None
    complete: object = msgspec.field(default=None, name="turnComplete")
    turn_complete: object = None


class _Live(msgspec.Struct, gc=False):
    """The members that a Gemini Live message is told by; clients may spell them either way (proto3 JSON)."""

    setup: msgspec.Raw = _ABSENT
    client: msgspec.Raw = msgspec.field(default=_ABSENT, name="clientContent")
    client_content: msgspec.Raw = _ABSENT
    result: msgspec.Raw = msgspec.field(default=_ABSENT, name="toolResponse")
    tool_response: msgspec.Raw = _ABSENT
    realtime: msgspec.Raw = msgspec.field(default=_ABSENT, name="realtimeInput")
    realtime_input: msgspec.Raw = _ABSENT
    server: msgspec.Raw = msgspec.field(default=_ABSENT, name="serverContent")
    call: msgspec.Raw = msgspec.field(default=_ABSENT, name="toolCall")
    cancelled: msgspec.Raw = msgspec.field(default=_ABSENT, name="toolCallCancellation")
    usage: msgspec.Raw = msgspec.field(default=_ABSENT, name="usageMetadata")


class _Realtime(msgspec.Struct, gc=False):
    """What of a `realtimeInput` is worth keeping."""

    text: object = None


def _read[T](kind: type[T], data: bytes | msgspec.Raw) -> T | None:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _stated(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:4]) not in (b"", b"null")


def realtime_client(data: bytes) -> Mark:
    """Return what a client's message of OpenAI's Realtime means."""
    message = _read(_Message, data)
    kind = _text(message.type) if message else None
    if message is None or kind is None:
        return OTHER
    match kind:
        case "response.create":
            return Mark("ask", cause=_text(message.event_id))
        case "conversation.item.create":
            return Mark("input")
        case "input_audio_buffer.commit":
            return Mark("spoken")
        case "session.update" | "transcription_session.update":
            return _session(kind, message)
    return OTHER


def realtime_server(data: bytes) -> Mark:
    """Return what a server's message of it means."""
    message = _read(_Message, data)
    kind = _text(message.type) if message else None
    if message is None or kind is None:
        return OTHER
    if kind.startswith("response."):
        lane = _text(message.response_id)
        if lane is None and _stated(message.response):
            inner = _read(_Inner, message.response)
            lane = _text(inner.id) if inner else None
        return Mark({"response.created": "begin", "response.done": "end"}.get(kind, "event"), lane)  # type: ignore[arg-type]  # the three are kinds
    if kind.startswith(_HEARD):
        # xAI says `completed` of each growth of a transcript, and what it means in `status`.
        whole = kind.endswith((".completed", ".failed")) and message.status in (None, "completed")
        return Mark("heard", billed=_stated(message.usage)) if whole else OTHER
    if kind in ("input_audio_buffer.committed", "session.closed"):  # a Live session is billed at its end, as a whole
        return Mark("end" if kind == "session.closed" else "spoken")
    if kind == "error":
        inner = _read(_Inner, message.error) if _stated(message.error) else None
        return Mark("error", cause=_text(inner.event_id) if inner else None)
    return _session(kind, message)


def _session(kind: str, message: _Message) -> Mark:
    noun, _, verb = kind.partition(".")
    if noun not in _STATES or verb not in ("created", "updated", "update", "started", "start"):
        return OTHER
    inner = _read(_Inner, message.session) if _stated(message.session) else None
    alone = noun != "session" or (inner is not None and inner.type == "transcription")
    return Mark("state", transcribes=alone, hears=_hearing(message.session))


def _hearing(session: msgspec.Raw) -> str | None:
    stated = (_read(_Session, session) if _stated(session) else None) or _Session()
    heard = stated.audio.input.transcription if stated.audio and stated.audio.input else None
    heard = heard or stated.input_audio_transcription
    return _text(heard.model) if heard else None


def responses_client(data: bytes) -> Mark:
    """Return what a client's message of Responses over a WebSocket means."""
    message = _read(_Message, data)
    if message is None or message.type != "response.create":
        return OTHER
    return Mark("ask", _text(message.stream_id))


def responses_server(data: bytes) -> Mark:
    """Return what a server's message of it means."""
    message = _read(_Message, data)
    kind = _text(message.type) if message else None
    if message is None or kind is None:
        return OTHER
    lane = _text(message.stream_id)
    if kind == "response.created":
        return Mark("begin", lane)
    if kind in _ENDS or kind == "response.done":
        return Mark("end", lane)
    if kind == "error":
        return Mark("error", lane)
    return Mark("event", lane) if kind.startswith("response.") else OTHER


def live_client(data: bytes) -> Mark:
    """Return what a client's message of Gemini Live means."""
    message = _read(_Live, data)
    if message is None:
        return OTHER
    if _stated(message.setup):
        return Mark("state")
    for raw in (message.client, message.client_content):
        if _stated(raw):
            content = _read(_Content, raw)
            asked = content is not None and (content.complete is True or content.turn_complete is True)
            return Mark("ask" if asked else "input")
    if _stated(message.result) or _stated(message.tool_response):
        return Mark("input")
    for raw in (message.realtime, message.realtime_input):
        if _stated(raw):
            words = _read(_Realtime, raw)
            return Mark("input" if words is not None and words.text else "spoken")
    return OTHER


def live_server(data: bytes) -> Mark:
    """Return what a server's message of it means."""
    message = _read(_Live, data)
    if message is None:
        return OTHER
    if _stated(message.server):
        content = _read(_Content, message.server) or _Content()
        if content.complete is True:
            return Mark("end", begins=True, counted=_stated(message.usage))
        others = (content.model_turn, content.said)
        silent = not any(map(_stated, others)) and content.generated is None and content.interrupted is None
        if _stated(content.heard) and silent and not _stated(message.usage):
            return Mark("heard")
        return Mark("event", begins=True)
    if _stated(message.call) or _stated(message.cancelled):
        return Mark("event", begins=_stated(message.call))
    return Mark("usage") if _stated(message.usage) else OTHER


class _Header(msgspec.Struct, gc=False):
    """How an answer of Spark stands: `status` 2 is the last message, a `code` that is not 0 is an error."""

    code: object = None
    status: object = None


class _Spark(msgspec.Struct, gc=False):
    """A message of Spark."""

    header: _Header | None = None
    payload: msgspec.Raw = _ABSENT


def spark_client(data: bytes) -> Mark:
    """Return what a client's message of iFlytek Spark means: each is a question."""
    message = _read(_Spark, data)
    return Mark("ask") if message is not None and _stated(message.payload) else OTHER


def spark_server(data: bytes) -> Mark:
    """Return what a server's message of it means."""
    message = _read(_Spark, data)
    if message is None or message.header is None:
        return OTHER
    ended = message.header.status == _LAST or message.header.code not in (None, 0)
    return Mark("end" if ended else "event", begins=True)
