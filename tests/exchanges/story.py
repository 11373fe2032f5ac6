"""Loads a story: `tests/exchanges/<wire_format>/<story>/`, one exchange and the facts that decoding it must give.

    request.json     the request body, as the application sends it (absent: an empty body), or
    request.message  the same as a message of gRPC (`rpc.py`)
    response.sse     the response body of a stream, or
    response.ndjson  the same as lines of JSON, or
    response.frames  the same in AWS's binary framing, a line of JSON for each frame (`frames.py`), or
    response.messages  the same in gRPC's framing, a line of JSON for each message (`rpc.py`), or
    response.message the one message of a gRPC call without a stream, or
    response.json    the response body of an unstreamed answer (of success or of an error)
    inference.json   the expected facts:
        "status"      optional, the response status (200)
        "headers"     optional, {name: value} of response headers; without a content-type the file's suffix sets it
        "trailers"    optional, {name: value} of the fields after the body
        "path"        optional, the path of the request ("/")
        "operation"   optional, as in Inference ("chat", "embeddings")
        "request"     the fields of InferenceRequest that are not at their default
        "response"    the fields of InferenceResponse that are not at their default: `usage` likewise holds the fields
                      of Usage that are not at their default, `reported_cost` is a string, a Message is
                      {"role": …, "parts": [Part fields that are not at their default, …]}
        "contents"    optional, how many events carried content (stream), compared with the length of content_times
        "events"      optional, how many events the stream had
        "problems"    optional, the list of problems (none)
        "same_as"     optional, the name of the sibling story that tells the same answer the other way (streamed or
                      unstreamed): usage, finish reasons and messages of both are equal

`Story.exchange(pieces)` makes the Exchange; a stream arrives as one piece an event, the n-th at 100 + n seconds, unless
the body is given in other pieces.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import msgspec

from llmtap.capture.exchange import Body, Chunk, Endpoint, Exchange, Headers, Request, Response
from tests.exchanges.frames import frames
from tests.exchanges.rpc import framed

ROOT = Path(__file__).parent


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of inference.json."""

    request: dict[str, object]
    response: dict[str, object]
    status: int = 200
    headers: dict[str, str] = {}
    trailers: dict[str, str] = {}
    path: str = "/"
    operation: str | None = None
    contents: int | None = None
    events: int | None = None
    problems: list[str] = []
    same_as: str | None = None


@dataclass(frozen=True)
class Story:
    """One story: where it lies, and what it says."""

    wire_format: str
    name: str

    def __repr__(self) -> str:
        return f"{self.wire_format}/{self.name}"

    @property
    def folder(self) -> Path:
        """The folder of the story."""
        return ROOT / self.wire_format / self.name

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream."""
        return self.framed or self.lined or any(self._has(name) for name in ("response.sse", "response.messages"))

    @property
    def lined(self) -> bool:
        """Whether the stream is lines of JSON."""
        return (self.folder / "response.ndjson").exists()

    @property
    def framed(self) -> bool:
        """Whether the stream is in AWS's binary framing."""
        return (self.folder / "response.frames").exists()

    @property
    def remote(self) -> bool:
        """Whether it is a gRPC call."""
        return self._has("request.message")

    def _has(self, name: str) -> bool:
        return (self.folder / name).exists()

    @cached_property
    def request_body(self) -> bytes:
        """The request body."""
        if self.remote:
            return b"".join(framed((self.folder / "request.message").read_bytes()))
        path = self.folder / "request.json"
        return path.read_bytes() if path.exists() else b""

    @cached_property
    def response_body(self) -> bytes:
        """The response body."""
        if self.framed:
            return b"".join(frames((self.folder / "response.frames").read_bytes()))
        if self.lined:
            return (self.folder / "response.ndjson").read_bytes()
        if self.remote:
            return b"".join(self._messages())
        return (self.folder / ("response.sse" if self.streamed else "response.json")).read_bytes()

    def _messages(self) -> list[bytes]:
        """The frames of a gRPC answer: none of one that was refused."""
        path = self.folder / ("response.messages" if self.streamed else "response.message")
        return list(framed(path.read_bytes())) if path.exists() else []

    @cached_property
    def facts(self) -> Facts:
        """The expected facts."""
        return msgspec.json.decode((self.folder / "inference.json").read_bytes(), type=Facts)

    @property
    def sibling(self) -> "Story | None":
        """The story that tells the same answer the other way."""
        return None if self.facts.same_as is None else Story(self.wire_format, self.facts.same_as)

    def exchange(self, pieces: Sequence[Chunk] | None = None, *, sniffed: bool = False) -> Exchange:
        """Return the exchange, its response body cut into `pieces`; `sniffed` leaves its format to be found out."""
        if pieces is None:
            pieces = self.pieces()
        kind = b"text/event-stream" if self.streamed else b"application/json"
        kind = b"application/vnd.amazon.eventstream" if self.framed else b"application/x-ndjson" if self.lined else kind
        kind = b"application/grpc" if self.remote else kind
        headers: Headers = (*_headers(self.facts.headers), (b"content-type", kind))
        asked: Headers = ((b"content-type", kind),) if self.remote else ()
        body = Body(tuple(pieces), sum(len(data) for _, data in pieces))
        return Exchange(
            id="018f0000-0000-7000-8000-000000000000",
            started=1_700_000_000.0,
            origin=100.0,
            endpoint=Endpoint(
                "example",
                wire_format=None if sniffed else self.wire_format,
                stream=(self.remote and self.streamed) or None,
            ),
            request=Request(
                "POST", "https", "api.example.com", 443, self.facts.path, asked, Body.whole(self.request_body)
            ),
            response=Response(self.facts.status, headers, body, trailers=_headers(self.facts.trailers)),
        )

    def pieces(self) -> tuple[Chunk, ...]:
        """Return the response body as it arrives: one piece an event, the n-th at 100 + n seconds."""
        if not self.streamed:
            return ((101.0, self.response_body),)
        if self.framed:
            told = frames((self.folder / "response.frames").read_bytes())
            return tuple((100.0 + number, frame) for number, frame in enumerate(told, 1))
        if self.remote:
            return tuple((100.0 + number, frame) for number, frame in enumerate(self._messages(), 1))
        if self.lined:
            lines = self.response_body.splitlines(keepends=True)
            return tuple((100.0 + number, line) for number, line in enumerate(lines, 1))
        blocks = self.response_body.replace(b"\r\n\r\n", b"\r\n\r\n\0").replace(b"\n\n", b"\n\n\0").split(b"\0")
        return tuple((100.0 + number, block) for number, block in enumerate(filter(None, blocks), 1))


def _headers(named: Mapping[str, str]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in named.items())


def stories(wire_format: str) -> list[Story]:
    """Return every story of a wire format, by name."""
    return [Story(wire_format, path.parent.name) for path in sorted(ROOT.glob(f"{wire_format}/*/inference.json"))]


def told(value: object) -> dict[str, object]:
    """Return the fields of a value that are not at their default, in JSON's terms: how inference.json says them."""
    if isinstance(value, msgspec.Struct):
        defaults = {field.name: field.default for field in msgspec.structs.fields(value)}
    elif dataclasses.is_dataclass(value):
        defaults = {field.name: field.default for field in dataclasses.fields(value)}
    else:
        message = f"not a value of fields: {value!r}"
        raise TypeError(message)
    return {name: _plain(stated) for name in defaults if (stated := getattr(value, name)) != defaults[name]}


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct) or dataclasses.is_dataclass(value):
        return told(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value
