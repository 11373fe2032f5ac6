"""Which answer a request gets: path and body to dialect, behaviour to status, headers and the pieces of the body."""

import http
import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate

import brotli  # type: ignore[import-untyped]
import zstandard

from tests.fakes import anthropic_wire, ask, behaviour, openai_wire
from tests.fakes.ask import Ask, Dialect
from tests.fakes.behaviour import Behaviour

SUFFIXES: tuple[tuple[str, Dialect], ...] = (
    ("/chat/completions", "chat"),
    ("/responses", "responses"),
    ("/embeddings", "embeddings"),
    ("/messages", "messages"),
)
DEFAULT_MODEL = {
    "chat": "gpt-4o-mini",
    "responses": "gpt-4o-mini",
    "embeddings": "text-embedding-3-small",
    "messages": "claude-haiku-4-5",
}
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Reply:
    """An answer to be written: `end` is how it ends; `silent` answers are not even begun."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: Iterable[bytes]
    chunked: bool = False
    interval: float = 0.0
    end: str = "answered"
    silent: bool = False

    @property
    def reason(self) -> str:
        """The reason phrase of the status."""
        try:
            return http.HTTPStatus(self.status).phrase
        except ValueError:
            return "Unknown"


def answer(path: str, host: str, body: bytes, header: str) -> Reply:
    """Return the answer to a request; a path of no dialect gets a 404 in OpenAI's words."""
    stem = path.partition("?")[0].rstrip("/")
    dialect = next((name for suffix, name in SUFFIXES if stem.endswith(suffix)), None)
    if dialect is None:
        dialect = "messages" if "anthropic" in host else "chat"
        asked = ask.read(dialect, b"{}", DEFAULT_MODEL[dialect], (), cached=False)
        return _whole(asked, 404, _dump(_error(asked, 404, f"Invalid URL (POST {stem})")), Behaviour())
    model, steered = behaviour.read(_model(body), header)
    words = ask.answer(steered.events)
    asked = ask.read(dialect, body, model or DEFAULT_MODEL[dialect], words, cached="cached" in steered.words)
    if "no-headers" in steered.words:
        return Reply(200, (), (), silent=True)
    if steered.status:
        return _whole(asked, steered.status, _dump(_error(asked, steered.status)), steered)
    if steered.megabytes and not asked.stream:
        return _huge(asked, steered)
    if asked.stream and dialect != "embeddings":
        return _stream(asked, steered)
    text = _dump(_error(asked, 500) if "error-in-stream" in steered.words else _value(asked))
    if "truncated-json" in steered.words:
        text = text[: len(text) * 2 // 3]
    if "not-json" in steered.words:
        text = b"<html><body>upstream connect error</body></html>"
    return _whole(asked, 200, text, steered)


def _model(body: bytes) -> str:
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    model = value.get("model") if isinstance(value, dict) else None
    return model if isinstance(model, str) else ""


def _dump(value: ask.Json) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _error(asked: Ask, status: int, message: str | None = None) -> ask.Json:
    wire: Callable[[int, str | None], ask.Json] = (
        anthropic_wire.error if asked.dialect == "messages" else openai_wire.error
    )
    return wire(status, message)


def _value(asked: Ask) -> ask.Json:
    makers: dict[Dialect, Callable[[Ask], ask.Json]] = {
        "chat": openai_wire.chat,
        "responses": openai_wire.response,
        "embeddings": openai_wire.embeddings,
        "messages": anthropic_wire.message,
    }
    return makers[asked.dialect](asked)


def _events(asked: Ask) -> list[bytes]:
    makers: dict[Dialect, Callable[[Ask], list[bytes]]] = {
        "chat": openai_wire.chat_events,
        "responses": openai_wire.response_events,
        "messages": anthropic_wire.events,
    }
    return makers[asked.dialect](asked)


def _headers(asked: Ask, content_type: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    wire = anthropic_wire if asked.dialect == "messages" else openai_wire
    return (("date", formatdate(usegmt=True)), ("content-type", content_type), *wire.headers(asked), *more)


def _whole(asked: Ask, status: int, text: bytes, steered: Behaviour) -> Reply:
    more = [("retry-after", "1"), ("x-should-retry", "true")] if status in (429, 503, 529) else []
    pieces, encoding = _encoded([text], steered)
    encoded = b"".join(pieces)
    more += [*encoding, ("content-length", str(len(encoded)))]
    end = _end(steered)
    if end != "answered":
        encoded = encoded[: len(encoded) // 2] if end != "stall" else b""
    parts = list(_trickled([encoded], steered)) if encoded else []
    return Reply(status, _headers(asked, JSON_TYPE, *more), parts, interval=steered.interval, end=end)


def _huge(asked: Ask, steered: Behaviour) -> Reply:
    head, _, tail = _dump(_value(asked)).partition(b"The capital")
    size = steered.megabytes * 1024 * 1024
    piece = b"The capital of France is Paris. " * 2048

    def pieces() -> Iterator[bytes]:
        yield head
        for start in range(0, size, len(piece)):
            yield piece[: size - start]
        yield tail

    length = ("content-length", str(len(head) + size + len(tail)))
    return Reply(200, _headers(asked, JSON_TYPE, length), pieces(), interval=steered.interval)


def _stream(asked: Ask, steered: Behaviour) -> Reply:
    events: Iterable[bytes] = _events(asked)
    if steered.megabytes:
        events = _swollen(asked, steered.megabytes)
    if "not-json" in steered.words:
        events = [b"data: upstream connect error\n\n"]
    if "truncated-json" in steered.words:
        events = [event[: len(event) // 2] + b"\n\n" if event.startswith(b"data: {") else event for event in events]
    end = _end(steered)
    if "error-in-stream" in steered.words:
        broken = anthropic_wire.error_event() if asked.dialect == "messages" else openai_wire.error_event(asked.dialect)
        events = [*list(events)[: steered.after], broken]
    elif end != "answered":
        events = list(events)[: steered.after if end != "stall" else 0]
    if "crlf" in steered.words:
        events = (event.replace(b"\n", b"\r\n") for event in events)
    pieces, encoding = _encoded(events, steered)
    headers = _headers(asked, "text/event-stream; charset=utf-8", ("cache-control", "no-cache"), *encoding)
    framing = ("transfer-encoding", "chunked")
    return Reply(200, (*headers, framing), _trickled(pieces, steered), True, steered.interval, end)  # noqa: FBT003 -- one line


def _swollen(asked: Ask, megabytes: int) -> Iterator[bytes]:
    """Yield a stream whose first piece of text, grown to about 60 KB, is repeated until `megabytes` have passed."""
    text = "The capital of France is Paris. " * 1900
    events = _events(replace(asked, words=("@@",), tool=None))
    number = next(number for number, event in enumerate(events) if b"@@" in event)
    longer = events[number].replace(b"@@", text.encode())
    yield from events[:number]
    for _ in range(0, megabytes * 1024 * 1024, len(longer)):
        yield longer
    yield from events[number + 1 :]


def _end(steered: Behaviour) -> str:
    if "reset-mid-stream" in steered.words:
        return "reset"
    return next((name for name in ("cut", "stall") if name in steered.words), "answered")


def _trickled(pieces: Iterable[bytes], steered: Behaviour) -> Iterator[bytes]:
    if "trickle" not in steered.words:
        yield from pieces
        return
    sizes = random.Random(7)
    for piece in pieces:
        start = 0
        while start < len(piece):
            size = sizes.randint(1, 9)
            yield piece[start : start + size]
            start += size


def _encoded(pieces: Iterable[bytes], steered: Behaviour) -> tuple[Iterable[bytes], list[tuple[str, str]]]:
    """Return the pieces under the content encoding asked for, each of them flushed, and the header that says so."""
    if "bad-gzip" in steered.words:
        return pieces, [("content-encoding", "gzip")]
    match steered.encoding:
        case "gzip" | "deflate" as name:
            deflater = zlib.compressobj(wbits=31 if name == "gzip" else 15)
            parts = (deflater.compress(piece) + deflater.flush(zlib.Z_SYNC_FLUSH) for piece in pieces)
            return _ended(parts, deflater.flush), [("content-encoding", name)]
        case "br":
            brotler = brotli.Compressor()
            parts = (brotler.process(piece) + brotler.flush() for piece in pieces)
            return _ended(parts, brotler.finish), [("content-encoding", "br")]
        case "zstd":
            zstd = zstandard.ZstdCompressor().compressobj()
            parts = (zstd.compress(piece) + zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for piece in pieces)
            return _ended(parts, zstd.flush), [("content-encoding", "zstd")]
        case _:
            return pieces, []


def _ended(parts: Iterable[bytes], finish: Callable[[], bytes]) -> Iterator[bytes]:
    yield from parts
    yield finish()
