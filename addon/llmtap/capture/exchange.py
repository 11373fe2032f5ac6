"""One HTTP exchange as seen on the wire: nothing is interpreted here, and what was not seen is None.

Two clocks are kept apart. `started` is wall-clock time (seconds since the epoch), read once. Every other instant is
read from one monotonic clock, so that a step of the wall clock never shows up as latency; `origin` is that clock's
reading at `started`. An instant that a recording lacks (a HAR file has no chunk times) is None.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

type Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields as received: repeated names, order and case survive (mitmproxy's `Headers.fields`)."""

type Chunk = tuple[float | None, bytes]
"""A piece of a body with the monotonic instant at which it arrived (seconds; None when a recording lacks it)."""


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the first header called `name` (any case), or None; bytes that are not UTF-8 are replaced."""
    wanted = name.lower().encode()
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("utf-8", "replace").strip()
    return None


def duplex(headers: Headers) -> bool:
    """Return whether a request may go on while its answer comes, so that nobody may wait for its end (gRPC, Connect).

    https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md; https://connectrpc.com/docs/protocol/
    """
    return (header(headers, "content-type") or "").lower().startswith(("application/grpc", "application/connect+"))


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a body as they passed, still content-encoded.

    When the byte cap was exceeded, `dropped` bytes are missing between chunk `gap - 1` and chunk `gap`: the head and
    the tail of the body are kept, since providers write usage last. `size` counts every byte that passed.
    """

    chunks: Sequence[Chunk] = ()
    size: int = 0
    dropped: int = 0
    gap: int | None = None

    @classmethod
    def whole(cls, data: bytes, at: float | None = None) -> "Body":
        """Return a body that arrived as one piece."""
        return cls(((at, data),), len(data)) if data else cls()

    def joined(self) -> bytes:
        """Return all bytes that were kept, as one."""
        return b"".join(data for _, data in self.chunks)


@dataclass(frozen=True, slots=True)
class Request:
    """What the client asked for: the host, port and path are those it used, before any redirection.

    `path` keeps the query string as sent; it may hold credentials and never reaches a document as it is.
    """

    method: str
    scheme: str
    host: str
    port: int
    path: str
    headers: Headers = ()
    body: Body = field(default_factory=Body)
    http_version: str = "HTTP/1.1"


@dataclass(frozen=True, slots=True)
class Response:
    """What the provider (or the relay) answered; `trailers` are fields after its body, such as the status of gRPC."""

    status: int
    headers: Headers = ()
    body: Body = field(default_factory=Body)
    http_version: str = "HTTP/1.1"
    trailers: Headers = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an exchange ended before its response was complete.

    `type` is a low-cardinality `error.type`: client_disconnected, connection_refused, connection_reset, dns_error,
    tls_error, timeout, stream_interrupted (the upstream cut the answer short), proxy_shutdown, or _OTHER.
    """

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whose API was called, and in which dialect.

    `provider` is a `gen_ai.provider.name`, or the registrable domain of a host that no entry names (`known` is False).
    `wire_format` is the dialect, whether or not `decode.formats` reads it; None when no pattern matched: the body is
    sniffed then.
    `model` is the model that the path itself names. One that is not `certain` was let in by its method and content type
    alone: its bodies must still tell whether it is an LLM call (`decode.recognition`). `gateway` is whose address was
    called when that passes the provider's own API through; `served_by` is whom a reseller's path names as the server.
    `stream` is True when the path itself asks for a stream, None when the body must tell.
    """

    provider: str
    known: bool = True
    wire_format: str | None = None
    operation: str | None = None
    model: str | None = None
    certain: bool = True
    gateway: str | None = None
    served_by: str | None = None
    stream: bool | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """Who connected to the proxy: address, and the user and password fields of `HTTPS_PROXY=http://user:password@…`.

    The password field is only ever compared with the list of known environment names; it never reaches a document
    as it is.
    """

    ip: str | None = None
    port: int | None = None
    proxy_user: str | None = None
    proxy_password: str | None = None
    tls_version: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as seen, with the instants of its life (see the module for the two clocks).

    `headers_at` is when the response headers arrived, `ended_at` when the last byte passed or the failure was noticed.
    `relay` is the name of the relay that the request was sent to, None when it went to the provider itself;
    `server_host` and `server_port` are where it went. `response` is None when no response headers arrived. `secrets`
    are credentials that travelled without standing in `request` (the relay's key); redaction must know them.
    """

    id: str
    started: float
    origin: float | None
    endpoint: Endpoint
    request: Request
    response: Response | None = None
    headers_at: float | None = None
    ended_at: float | None = None
    failure: Failure | None = None
    client: Client = Client()
    relay: str | None = None
    server_host: str | None = None
    server_port: int | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)


def new_id(started: float | None = None, seed: bytes | None = None) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7) whose time prefix is `started` (seconds since the epoch, default now).

    With a `seed` the rest is a digest of it instead of chance, so that the same recording always has the same id.
    """
    milliseconds = int((time.time() if started is None else started) * 1000) & 0xFFFF_FFFF_FFFF
    noise = int.from_bytes(os.urandom(10) if seed is None else hashlib.blake2b(seed, digest_size=10).digest())
    value = milliseconds << 80 | 0x7 << 76 | (noise >> 68 & 0xFFF) << 64 | 0b10 << 62 | noise & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
