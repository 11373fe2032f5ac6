"""Reads a call of Google's over gRPC as the call over REST that it is: the same words in protobuf instead of JSON.

Google makes both of one definition. A message is spelled as JSON, a stream of them as lines, and a body that a method
only carries (`RawPredict`) is that body. What is no message becomes JSON that is cut short, so that whoever reads on
names it as he does there. A call of any other kind is returned as it is.

Source: https://google.aip.dev/127.
"""

import re
from dataclasses import replace

import msgspec

from llmtap.capture.exchange import Body, Exchange, Headers
from llmtap.decode.body.protobuf import read
from llmtap.decode.body.protojson import Message, spelled
from llmtap.decode.body.rpc import messages, spoken_over
from llmtap.decode.googleapis import METHODS

_PATH = re.compile(r"/google\.(ai\.generativelanguage|cloud\.aiplatform)\.v1[a-z0-9]*\.\w+/(\w+)")
_JSON, _LINES = b"application/json", b"application/x-ndjson"
_CUT_SHORT = b"{"


class _Holder(msgspec.Struct, gc=False):
    """A request that names a resource, and holds what it is asked; or a body of a kind (google.api.HttpBody)."""

    held: bytes | None = msgspec.field(name="2", default=None)


def transcoded(exchange: Exchange) -> Exchange:
    """Return a call over gRPC as the one over REST; an answer that is no gRPC (a gateway's) stays as it is."""
    asked, said = exchange.request, exchange.response
    found = _PATH.fullmatch(asked.path.partition("?")[0]) if spoken_over(asked.headers) else None
    method = METHODS[found[1]].get(found[2]) if found else None
    if method is None:
        return exchange
    body = _rest(method.asked, asked.body, asked.headers, held=method.held)
    asked = replace(asked, body=body, headers=_typed(asked.headers, _JSON))
    if said is not None and spoken_over(said.headers):
        kind = _LINES if exchange.endpoint.stream and method.said is not None else _JSON
        body = _rest(method.said, said.body, said.headers, end=b"\n" if kind is _LINES else b"")
        said = replace(said, body=body, headers=_typed(said.headers, kind))
    return replace(exchange, request=asked, response=said)


def _rest(message: Message | None, body: Body, headers: Headers, *, held: bool = False, end: bytes = b"") -> Body:
    """Return the body that REST has in the place of messages, each as of the instant at which it was complete."""
    found = [(event.at, _told(message, event.data, held=held) + end) for event in messages(body, headers)]
    return Body(found, body.size, body.dropped, None if body.gap is None else len(found))


def _told(message: Message | None, data: bytes, *, held: bool) -> bytes:
    try:
        if held:
            data = read(_Holder, data).held or b""
        return spelled(message, data) if message is not None else read(_Holder, data).held or b""
    except msgspec.DecodeError:
        return _CUT_SHORT


def _typed(headers: Headers, kind: bytes) -> Headers:
    return (*(field for field in headers if field[0].lower() != b"content-type"), (b"content-type", kind))
