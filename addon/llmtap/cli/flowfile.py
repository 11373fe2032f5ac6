"""Reads mitmproxy's flow files (`mitmdump -w FILE`, mitmweb's Save), flow by flow, in memory one at a time.

A flow is read as it was live: by today's tables, but for one that was sent to a relay, which keeps the endpoint that
the client had called. What is no HTTP flow (TCP, UDP, DNS) is no LLM call. A flow that mitmproxy cannot make sense of
costs itself alone, since the file says where the next one begins.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from mitmproxy import flow, http, websocket
from mitmproxy.io import compat, tnetstring

from llmtap.capture.exchange import Body, Endpoint, Exchange, Headers, header
from llmtap.capture.failure import SHUTDOWN
from llmtap.capture.provider import Providers
from llmtap.capture.recorder import RELAY, exchange_of
from llmtap.capture.sessions import End, calls, end
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.contentview import left

LONGEST_PREFIX = 12
"""How many digits the length before a flow may have (mitmproxy's own limit)."""
PIECE = 1 << 20
"""How many bytes are read at a time: what a damaged length states is not asked for at once."""
_BODY_LENGTH = frozenset({"content-length", "transfer-encoding"})
"""Headers of which a request with a body has one."""
CUT = "it is damaged, or cut short"


def flow_entries(file: BinaryIO, providers: Providers, cap: int) -> Iterator[Entry]:
    """Yield the flows of a file, a session's messages within `cap` bytes a call.

    Raises UnreadableError where no further flow can be found.
    """
    for number, state in enumerate(_states(file), 1):
        try:
            found = flow.Flow.from_state(compat.migrate_flow(state))
        # mitmproxy turns states of every shape into flows, and what it fails to foresee it lets pass.
        except (LookupError, TypeError, ValueError, AttributeError, AssertionError):
            yield Entry(number, why="mitmproxy makes no flow of it")
        else:
            yield Entry(number, _exchanges(found, providers, cap))


def _states(file: BinaryIO) -> Iterator[dict[bytes | str, Any]]:
    """Yield what the file holds of each flow."""
    number = 0
    while first := file.read(1):
        number += 1
        try:
            state = tnetstring.loads(_frame(first, file))
        except (ValueError, TypeError, LookupError, RecursionError):
            state = None
        if not isinstance(state, dict):
            whole = "it is neither a HAR file nor a flow file"
            raise UnreadableError(CUT, number) if number > 1 else UnreadableError(whole)
        yield state


def _frame(begin: bytes, file: BinaryIO) -> bytes:
    """Return a flow's bytes, which state first how many they are; raises ValueError."""
    prefix = bytearray(begin)
    while len(prefix) <= LONGEST_PREFIX and prefix[-1:].isdigit():
        prefix += file.read(1)
    missing = int(prefix.removesuffix(b":")) + 1
    while missing and (piece := file.read(min(missing, PIECE))):
        prefix += piece
        missing -= len(piece)
    if missing:
        raise ValueError(missing)
    return bytes(prefix)


def _exchanges(found: flow.Flow, providers: Providers, cap: int) -> Iterator[Exchange]:
    endpoint = _endpoint(found, providers) if isinstance(found, http.HTTPFlow) else None
    if not isinstance(found, http.HTTPFlow) or endpoint is None:
        return
    exchange = exchange_of(found, endpoint)
    if found.websocket is not None:
        said = ((message.timestamp, message.from_client, message.content) for message in found.websocket.messages)
        yield from calls(replace(exchange, headers_at=None), said, cap, _end(found.websocket))
    else:
        yield _as_saved(found, exchange)


def _as_saved(found: http.HTTPFlow, exchange: Exchange) -> Exchange:
    """Return an Exchange with what its flow lacks: mitmproxy saves what is under way when it ends, without its end.

    It also saves streams without their bodies, unless it is told otherwise (`store_streamed_bodies`).
    """
    asked, answer = found.request, found.response
    if asked.raw_content is None and not _BODY_LENGTH.isdisjoint(name.lower() for name in asked.headers):
        exchange = replace(exchange, request=replace(exchange.request, body=_lost(exchange.request.headers)))
    if answer is None or exchange.response is None:
        return exchange if found.error else replace(exchange, failure=SHUTDOWN)
    if answer.raw_content is not None:
        return exchange
    exchange = replace(exchange, response=replace(exchange.response, body=_lost(exchange.response.headers)))
    return replace(exchange, failure=SHUTDOWN) if answer.timestamp_end is None and not found.error else exchange


def _lost(headers: Headers) -> Body:
    """Return a body of which nothing was kept; one whose size is not stated lacks a byte at least."""
    stated = header(headers, "content-length") or ""
    if not stated.isdecimal():
        return Body((), 0, 1, 0)
    size = int(stated)
    return Body((), size, size, 0) if size else Body()


def _end(session: websocket.WebSocketData) -> End:
    """Return how a session ended; one that is saved while it is under way is cut off by mitmproxy's end."""
    if session.timestamp_end is None:
        return End(None, SHUTDOWN)
    by_client = session.closed_by_client is not False
    return end(session.timestamp_end, session.close_code, session.close_reason, by_client=by_client)


def _endpoint(found: http.HTTPFlow, providers: Providers) -> Endpoint | None:
    request = found.request
    asked = left(found) if found.metadata.get(RELAY) else None
    return asked or providers.endpoint(
        request.pretty_host, request.port, request.method, request.path, request.headers.fields
    )
