"""Reads a call that Zed's cloud carries as the call of the vendor that it is: what it wraps is that vendor's own.

A request holds the vendor's as `provider_request`; an answer is lines, each with a vendor's event in `event` or with a
word on the way in `status`, of which only `failed` is anything to the call. Older clients are told the events alone.
What is no envelope stays as it is, and a call of any other kind is returned as it is.

Source: https://github.com/zed-industries/zed (crates/cloud_llm_client).
"""

from dataclasses import replace

import msgspec

from llmtap.capture.exchange import Body, Exchange, Request, Response
from llmtap.decode.body.encoding import undo
from llmtap.decode.body.events import json_lines
from llmtap.decode.body.lenient import read

ENVELOPE = "zed_envelope"
"""The name of the envelope where a path names wire formats."""

_LINES = (b"content-type", b"application/x-ndjson")
_FAILED = 400
_ABSENT = msgspec.Raw()


class _Asked(msgspec.Struct):
    model: str | None = None
    held: msgspec.Raw = msgspec.field(default=_ABSENT, name="provider_request")


class _Failed(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Status(msgspec.Struct):
    failed: _Failed | None = None


class _Line(msgspec.Struct):
    """A line of an answer; a `status` that is one word is none of ours."""

    event: msgspec.Raw = _ABSENT
    status: _Status | str | None = None


def opened(exchange: Exchange) -> Exchange:
    """Return an enveloped call as the vendor's; which dialect that is the bodies tell."""
    endpoint = exchange.endpoint
    if endpoint.wire_format != ENVELOPE:
        return exchange
    request, model = _request(exchange.request)
    said = exchange.response
    return replace(
        exchange,
        endpoint=replace(endpoint, wire_format=None, model=model or endpoint.model),
        request=request,
        response=said if said is None or said.status >= _FAILED else _response(said),
    )


def _request(request: Request) -> tuple[Request, str | None]:
    """Return the vendor's request, and the model that the envelope names."""
    body = undo(request.body, request.headers).body
    try:
        asked = read(_Asked, body.joined())
    except msgspec.DecodeError:
        return request, None
    held = bytes(asked.held)
    if not held.startswith(b"{") or body.gap is not None:
        return request, asked.model
    headers = tuple(field for field in request.headers if field[0].lower() != b"content-encoding")
    return replace(request, body=Body.whole(held), headers=headers), asked.model


def _response(response: Response) -> Response:
    """Return the vendor's events as lines, each as of the instant at which its envelope was complete."""
    body = undo(response.body, response.headers).body
    found = [(event.at, line + b"\n") for event in json_lines(body) if (line := _taken(event.data)) is not None]
    kept = Body(found, body.size, body.dropped, None if body.gap is None else len(found))
    headers = (field for field in response.headers if field[0].lower() not in (b"content-encoding", b"content-type"))
    return replace(response, body=kept, headers=(*headers, _LINES))


def _taken(data: bytes) -> bytes | None:
    """Return what one line holds, or None when it only tells how things stand."""
    try:
        line = read(_Line, data)
    except msgspec.DecodeError:
        return data
    if held := bytes(line.event):
        return held
    if isinstance(line.status, _Status) and (failed := line.status.failed) is not None:
        error = {"type": failed.code, "message": failed.message}
        return msgspec.json.encode({"type": "error", "error": error})
    return data if line.status is None else None
