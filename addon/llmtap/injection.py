"""Asks for the usage that a provider leaves out of streams, and takes the answer out again; off unless configured.

OpenAI's streams state no usage unless `stream_options.include_usage` asks for it (providers.md 1.5). With
`capture.include_usage: inject` the member is put into requests that lack it, and the extra event that answers it
(`choices: []` with a usage) is kept from the client. All other bytes of the answer pass as they came; an event is held
back no longer than until it is complete. Pure.
"""

import re
from collections.abc import Iterable

import msgspec

from llmtap.capture.exchange import Endpoint, Headers, header
from llmtap.capture.window import Stream

ASKED = b'"stream_options":{"include_usage":true},'
FORMATS = frozenset({"openai_chat", "openai_completions"})
"""The wire formats that know `stream_options`."""
PROVIDERS = frozenset({"openai", "azure.ai.openai"})
"""Providers that are known to leave usage out and to accept being asked (providers.md 1.5: 130 of 130, 21 of 21)."""
LONGEST_EVENT = 64 * 1024
"""Bytes of an event that are held back at most; a longer one passes unread. What is asked for has some hundred."""

_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class _Request(msgspec.Struct):
    stream: bool = False
    stream_options: object = None


class _Event(msgspec.Struct):
    choices: list[object] | None = None
    usage: object = None


def asking(endpoint: Endpoint, headers: Headers, body: bytes) -> bytes | None:
    """Return the request body with the question in it, or None when it must not be changed.

    It is changed only for a provider that is known to take it, when it is a JSON object, streams, has no
    `stream_options` of its own and is not encoded.
    """
    known = endpoint.certain and endpoint.provider in PROVIDERS and endpoint.wire_format in FORMATS
    if not known or header(headers, "content-encoding"):
        return None
    try:
        request = msgspec.json.decode(body, type=_Request)
    except msgspec.MsgspecError:
        return None
    if not request.stream or request.stream_options is not None:
        return None
    start = body.index(b"{") + 1
    return body[:start] + ASKED + body[start:]


def without_answer(headers: Headers, tap: Stream) -> Stream:
    """Return a stream callable that shows every piece to `tap` and passes all events on but the one that was asked for.

    An answer that is no event stream, or is encoded, passes whole.

    mitmproxy calls it with each piece, and with b"" at the end; it answers with the pieces to send (none is `[]`, since
    b"" would end the client's stream, mitmproxy.md section 1).
    """
    if header(headers, "content-encoding") or "event-stream" not in (header(headers, "content-type") or ""):
        return tap
    held = b""

    def stripped(data: bytes) -> bytes | Iterable[bytes]:
        nonlocal held
        tap(data)
        if not data:
            rest, held = held, b""
            return [rest, b""] if rest and not _extra(rest) else b""
        if not held and data.endswith(b"\n\n") and b'"usage"' not in data:
            return data  # the common case: whole events, none of them the extra one
        *events, held = _cut(held + data)
        if len(held) > LONGEST_EVENT:
            events.append(held)
            held = b""
        kept = b"".join(event for event in events if not _extra(event))
        return [kept] if kept else []

    return stripped


def _cut(data: bytes) -> list[bytes]:
    """Return the events of `data`, each with its end, and last what follows the last end."""
    events, start = [], 0
    for end in _END.finditer(data):
        events.append(data[start : end.end()])
        start = end.end()
    return [*events, data[start:]]


def _extra(event: bytes) -> bool:
    """Whether an event is the one that answers the question: no choices, and a usage that is not null."""
    if b'"usage"' not in event or not event.lstrip().startswith(b"data:"):
        return False
    try:
        said = msgspec.json.decode(event.lstrip()[5:].strip(), type=_Event)
    except msgspec.MsgspecError:
        return False
    return said.choices == [] and said.usage is not None
