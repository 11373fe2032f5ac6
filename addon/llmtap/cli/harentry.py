"""One entry of a HAR file as an Exchange: where it went, what was asked and answered, and when, as far as it says.

Writers differ: HTTP/2 pseudo headers stand among the headers, the query beside the URL, and what is not known is left
out, -1 or 0. A call takes time, so a time of 0 is one that nobody measured. The id is made of the entry's own words.
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from llmtap.capture.exchange import Body, Exchange, Failure, Headers, Request, Response, header, new_id
from llmtap.capture.failure import failure
from llmtap.capture.provider import Providers
from llmtap.cli.harbody import Content, body

NO_ANSWER = Failure("_OTHER", "The recording holds no answer.")

_FAILURES = (
    (re.compile(r"abort|cancel", re.IGNORECASE), "client_disconnected"),
    (re.compile(r"name not resolved|unknown host", re.IGNORECASE), "dns_error"),
    (re.compile(r"\bcert", re.IGNORECASE), "tls_error"),
)
"""What browsers say and mitmproxy does not (net::ERR_…, NS_…), each `_` a blank."""
_BEFORE_HEADERS = ("blocked", "dns", "connect", "send", "wait")
"""The timings that pass before the headers of the answer; `ssl` is part of `connect`."""
_MITMPROXY = frozenset({"connect", "ssl", "send", "wait", "receive"})
"""The timings that mitmproxy states."""
_WITHOUT_BODY, _REDIRECTED = (204, 205), 300
"""Answers that have no body, and the first of those that need none (RFC 9110, section 15)."""
_VERSIONS = {"h2": "HTTP/2.0", "h3": "HTTP/3", "http/2": "HTTP/2.0", "http/3.0": "HTTP/3", "unknown": ""}
"""mitmproxy's own spelling."""
_SCHEMES = {"ws": "http", "wss": "https"}
"""A session begins as a request."""
_LATEST = 4_102_444_800
"""The year 2100: an instant beyond it is none."""


class _Field(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Request(msgspec.Struct):
    method: str = "GET"
    url: str = ""
    http_version: str | None = msgspec.field(default=None, name="httpVersion")
    headers: list[_Field] | dict[str, str] = []
    query: list[_Field] = msgspec.field(default_factory=list, name="queryString")
    content: Content | None = msgspec.field(default=None, name="postData")
    size: int | None = msgspec.field(default=None, name="bodySize")


class _Response(msgspec.Struct):
    status: int = 0
    http_version: str | None = msgspec.field(default=None, name="httpVersion")
    headers: list[_Field] | dict[str, str] = []
    content: Content | None = None
    size: int | None = msgspec.field(default=None, name="bodySize")
    error: str | None = msgspec.field(default=None, name="_error")


class HarEntry(msgspec.Struct):
    """What is read of an entry; durations in milliseconds. What begins with `_` are widespread additions of writers."""

    started: str | float | None = msgspec.field(default=None, name="startedDateTime")
    time: float | None = None
    request: _Request = msgspec.field(default_factory=_Request)
    response: _Response | None = None
    timings: dict[str, float | None] | None = None
    error: str | None = msgspec.field(default=None, name="_error")
    messages: msgspec.Raw | None = msgspec.field(default=None, name="_webSocketMessages")


def flaw(entry: HarEntry) -> str | None:
    """Return why an entry cannot be read, as the end of a sentence; None when it can."""
    asked = entry.request
    return None if asked.url or header(_headers(asked.headers), ":path") else "it has no `request.url`"


def seed(entry: HarEntry) -> bytes:
    """Return a digest of what makes an entry itself: the call, its begin and its answer."""
    asked, answered = entry.request, entry.response
    said = (
        (entry.started, asked.method, asked.url, asked.content and asked.content.text),
        (answered.status, answered.content and answered.content.text) if answered else None,
    )
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=16).digest()


def exchange_of(entry: HarEntry, providers: Providers, own: bytes, written: float) -> Exchange | None:
    """Return an entry as an Exchange, its id made of `own`; None when it is no call of an LLM API.

    An entry that does not say when it began, nor whose answer does, is dated by the file: it was `written` later.
    """
    asked = entry.request
    stated = _headers(asked.headers)
    address = _address(asked.url, stated)
    if address is None:
        return None
    headers, method = _plain(stated, asked.content), asked.method.upper()
    host, port, path = _host(address, stated), _port(address), _path(address, asked.query)
    endpoint = providers.endpoint(host, port, method, path, headers)
    if endpoint is None:
        return None
    sent, headers = body(_sized(asked.content, asked.size), headers)
    response = _answered(entry.response)
    began = instant(entry.started)
    if began is None:
        began = _date(response)
    started = written if began is None else began
    headers_after, ended_after = _durations(entry)
    version = _version(asked.http_version)
    return Exchange(
        id=new_id(began or 0.0, own),
        started=started,
        origin=0.0,
        endpoint=endpoint,
        request=Request(method, address.scheme, host, port, path, headers, sent, version),
        response=response,
        headers_at=None if response is None else headers_after,
        ended_at=ended_after,
        failure=_failure(entry, answering=response is not None),
        server_host=host,
        server_port=port,
    )


def _answered(said: _Response | None) -> Response | None:
    if said is None or said.status <= 0:
        return None
    stated = _plain(_headers(said.headers), said.content)
    received, headers = body(_sized(said.content, said.size), stated)
    if not received.size and _left_out(said, headers):
        received = Body((), 0, 1, 0)
    elif len(headers) < len(stated) and said.size is not None and said.size > 0:  # it passed encoded
        received = replace(received, size=said.size)
    return Response(said.status, headers, received, _version(said.http_version))


def _left_out(said: _Response, headers: Headers) -> bool:
    """Return whether a body is not stated, and nothing says that there was none: of its bytes one is missing at least.

    Chrome forgets the bodies of old entries, and those of streams that a page reads itself.
    """
    silent = said.content is None or said.content.text is None
    empty = said.size == 0 or header(headers, "content-length") == "0" or said.status in _WITHOUT_BODY
    return silent and not empty and said.status < _REDIRECTED


def _sized(content: Content | None, size: int | None) -> Content | None:
    """Return a body that says how large it was, if the message does (`bodySize`; -1 is unknown)."""
    if content is None:
        return Content(size=size)
    return content if content.size else msgspec.structs.replace(content, size=size)


def _failure(entry: HarEntry, *, answering: bool) -> Failure | None:
    message = entry.error or (entry.response and entry.response.error)
    if not message:
        return None if answering else NO_ANSWER
    words = message.replace("_", " ")
    type_ = next((type_ for pattern, type_ in _FAILURES if pattern.search(words)), None)
    return Failure(type_ or failure(words, answering=answering).type, message)


def _durations(entry: HarEntry) -> tuple[float | None, float | None]:
    """Return the seconds from the begin to the answer's headers, and to its end."""
    timings = {name: each for name, each in (entry.timings or {}).items() if each is not None and 0 <= each < math.inf}
    headers = ended = None
    total = entry.time
    if total is not None and _mitmproxy(timings, total):
        total -= timings.pop("connect", 0.0) + timings.pop("ssl")
    if timings.get("wait"):
        headers = sum(timings.get(name, 0.0) for name in _BEFORE_HEADERS) / 1000
    if total is not None and 0 < total < math.inf:
        ended = total / 1000
    elif headers is not None and "receive" in timings:
        ended = headers + timings["receive"] / 1000
    return (headers if headers is None or ended is None else min(headers, ended)), ended


def _mitmproxy(timings: Mapping[str, float], total: float) -> bool:
    """Return whether timings are mitmproxy's (12.2.3): it connects before or within `wait`, and counts that twice."""
    return timings.get("ssl", 0) > 0 and _MITMPROXY.issuperset(timings) and abs(total - sum(timings.values())) < 1


def instant(stated: str | float | None) -> float | None:
    """Return the instant that a date and time names, in seconds since the epoch; without a zone it is UTC.

    A number is one of seconds or, where that would be beyond all times, of milliseconds.
    """
    if isinstance(stated, str):
        try:
            moment = datetime.fromisoformat(stated)
            stated = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    elif stated is not None and stated >= _LATEST:
        stated /= 1000
    return float(stated) if stated is not None and 0 <= stated < _LATEST else None


def _date(response: Response | None) -> float | None:
    """Return the instant at which the answer says that it was made, which is soon after the call began."""
    said = header(response.headers, "date") if response else None
    try:
        return instant(parsedate_to_datetime(said).isoformat()) if said else None
    except (ValueError, TypeError, IndexError):
        return None


def _headers(said: list[_Field] | dict[str, str]) -> Headers:
    pairs = said.items() if isinstance(said, dict) else ((field.name, field.value) for field in said)
    return tuple((name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in pairs)


def _plain(headers: Headers, content: Content | None) -> Headers:
    """Return headers as a message has them: no pseudo headers, and the content type even when only the body says it."""
    kept = tuple(field for field in headers if not field[0].startswith(b":"))
    kind = (content and content.mime_type) or ""
    if "/" not in kind or header(kept, "content-type") is not None:
        return kept
    return (*kept, (b"content-type", kind.encode("utf-8", "replace")))


def _address(url: str, headers: Headers) -> SplitResult | None:
    """Return where a request went; what the URL lacks, the headers say. None when it cannot be known."""
    try:
        url = url or header(headers, ":path") or ""
        if "://" not in url.partition("?")[0]:
            authority = header(headers, ":authority") or header(headers, "host") or ""
            url = f"{header(headers, ':scheme') or 'https'}://{authority if url.startswith('/') else ''}{url}"
        address = urlsplit(url.strip())
        address = address._replace(scheme=_SCHEMES.get(address.scheme, address.scheme))
        usable = bool(address.scheme in ("http", "https") and address.hostname and _port(address))
    except ValueError:
        return None
    return address if usable else None


def _host(address: SplitResult, headers: Headers) -> str:
    """Return the host that was meant: behind an address that is a number, the one that the client named."""
    host = address.hostname or ""
    try:
        ip_address(host)
        meant = urlsplit(f"//{header(headers, ':authority') or header(headers, 'host') or ''}").hostname
    except ValueError:
        return host
    return meant or host


def _port(address: SplitResult) -> int:
    return address.port or (80 if address.scheme == "http" else 443)


def _path(address: SplitResult, query: list[_Field]) -> str:
    asked = address.query or urlencode([(field.name, field.value) for field in query])
    return f"{address.path or '/'}{'?' if asked else ''}{asked}"


def _version(said: str | None) -> str:
    version = (said or "").strip()
    return _VERSIONS.get(version.lower(), version.upper())
