"""Reads mitmproxy's flow files (`mitmdump -w FILE`, mitmweb's Save), flow by flow, in memory one at a time.

A flow is read as it was live: by today's tables, but for one that was sent to a relay, which keeps the endpoint that
the client had called. What is no HTTP flow (TCP, UDP, DNS) is no LLM call.
"""

from collections.abc import Iterator
from pathlib import Path

from mitmproxy import exceptions, flow, http, io

from llmtap.capture.exchange import Endpoint
from llmtap.capture.provider import Providers
from llmtap.capture.recorder import RELAY, exchange_of
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.contentview import left


def flow_entries(path: Path, providers: Providers) -> Iterator[Entry]:
    """Yield the flows of a file; raises UnreadableError at the first that is damaged."""
    number = 0
    with path.open("rb") as file:
        flows = iter(io.FlowReader(file).stream())
        while True:
            try:
                found = next(flows, None)
            # mitmproxy turns states of every shape into flows, and what it fails to foresee it lets pass.
            except (exceptions.FlowReadException, LookupError, TypeError, ValueError, AttributeError) as error:
                why = "it is damaged, or cut short" if number else "it is neither a HAR file nor a flow file"
                raise UnreadableError(why, number + 1 if number else None) from error
            if found is None:
                return
            number += 1
            yield _entry(number, found, providers)


def _entry(number: int, found: flow.Flow, providers: Providers) -> Entry:
    if not isinstance(found, http.HTTPFlow):
        return Entry(number, reason="other")
    if found.websocket is not None:
        return Entry(number, reason="websocket")
    endpoint = _endpoint(found, providers)
    return Entry(number, exchange_of(found, endpoint)) if endpoint else Entry(number, reason="other")


def _endpoint(found: http.HTTPFlow, providers: Providers) -> Endpoint | None:
    request = found.request
    asked = left(found) if found.metadata.get(RELAY) else None
    return asked or providers.endpoint(
        request.pretty_host, request.port, request.method, request.path, request.headers.fields
    )
