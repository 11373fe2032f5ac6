"""How a recording looks when something of it is lost or rewritten on its way to us, with the same meaning as before."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from llmtap.capture.exchange import Headers
from tests.corpus.recordings import Recording

type Change = Callable[[Recording], Recording | None]
"""What makes of a recording another, or None where it has no such thing to lose."""


def at(origin: str, prefix: str = "", path: str | None = None) -> Change:
    """Return the change that sends a call elsewhere: to another origin, behind a prefix, or to another path."""

    def moved(recording: Recording) -> Recording:
        address = urlsplit(recording.url)
        query = f"?{address.query}" if address.query and path is None else ""
        return replace(recording, url=f"{origin}{prefix}{address.path if path is None else path}{query}")

    return moved


def elsewhere(path: str) -> Change:
    """Return the change that sends a call to another path of its host."""

    def moved(recording: Recording) -> Recording | None:
        address = urlsplit(recording.url)
        return at(f"{address.scheme}://{address.netloc}", path=path)(recording)

    return moved


def bare(*names: bytes) -> Change:
    """Return the change that loses the headers of these names, or all."""

    def lost(recording: Recording) -> Recording:
        def kept(headers: Headers) -> Headers:
            return tuple(field for field in headers if names and field[0].lower() not in names)

        return replace(
            recording,
            request_headers=kept(recording.request_headers),
            response_headers=kept(recording.response_headers),
        )

    return lost


def unasked(recording: Recording) -> Recording | None:
    """A recorder that keeps answers only."""
    return replace(recording, request_body=b"") if recording.request_body else None


def both(first: Change, second: Change) -> Change:
    """Return the change that makes both changes."""

    def changed(recording: Recording) -> Recording | None:
        made = first(recording)
        return None if made is None else second(made)

    return changed


def respelled(recording: Recording) -> Recording | None:
    """JSON as another serialiser writes it: its members in order, indented where nothing forbids it."""
    asked, answered = _respelled(recording.request_body), _respelled(recording.response_body)
    if (asked, answered) == (recording.request_body, recording.response_body):
        return None
    return replace(recording, request_body=asked, response_body=answered)


def _respelled(body: bytes) -> bytes:
    whole = _json(body, indent=1)
    if whole is not None:
        return whole
    lines = []
    for line in body.split(b"\n"):
        start = len(b"data: ") if line.startswith(b"data: ") else 0
        lines.append(line[:start] + (_json(line[start:]) or line[start:]))
    return b"\n".join(lines)


def _json(data: bytes, indent: int | None = None) -> bytes | None:
    try:
        value = json.loads(data)
    except ValueError:
        return None
    if not isinstance(value, dict | list):
        return None
    return json.dumps(value, indent=indent, sort_keys=True).encode()


def streamed(rewritten: Callable[[bytes], bytes]) -> Change:
    """Return the change that rewrites the bytes of server-sent events."""

    def changed(recording: Recording) -> Recording | None:
        body = recording.response_body
        if not re.match(rb"\s*(?:data|event|id|:)", body):
            return None
        return replace(recording, response_body=rewritten(body))

    return changed


def crlf(body: bytes) -> bytes:
    """Return lines as others end them."""
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def typed(kind: bytes) -> Change:
    """Return the change that calls an answer something else."""

    def changed(recording: Recording) -> Recording | None:
        others = tuple(field for field in recording.response_headers if field[0].lower() != b"content-type")
        return replace(recording, response_headers=(*others, (b"content-type", kind)))

    return changed


def encoded(recording: Recording) -> Recording | None:
    """The answer as it passed, compressed."""
    packed = gzip.compress(recording.response_body, 1, mtime=0)
    return replace(marked(recording), response_body=packed) if recording.response_body else None


def marked(recording: Recording) -> Recording:
    """The answer decoded, and still called compressed."""
    others = tuple(field for field in recording.response_headers if field[0].lower() != b"content-encoding")
    return replace(recording, response_headers=(*others, (b"content-encoding", b"gzip")))
