"""Reads recorded traffic: one exchange a line, in gzip-compressed JSON lines (the README beside the recordings).

Recorders lost the chunk boundaries and instants, and the content-encoding: a body is one piece without an instant.
"""

import gzip
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from llmtap.capture.exchange import Body, Exchange, Headers, Request, Response
from llmtap.capture.provider import Providers


class _Line(msgspec.Struct, frozen=True):
    """What is read of a line."""

    kind: str
    method: str
    url: str
    status: int
    streaming: bool
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    request_body_b64: str | None
    response_body_b64: str | None


@dataclass(frozen=True)
class Recording:
    """One recorded HTTP exchange, its bodies content-decoded."""

    source: str
    method: str
    url: str
    status: int
    streaming: bool
    request_headers: Headers
    response_headers: Headers
    request_body: bytes
    response_body: bytes

    def exchange(self, providers: Providers, *, unsure: bool = False) -> Exchange | None:
        """Return it as it would have been captured, or None when it is no call of an LLM API.

        With `unsure`, a path that does not tell is left to the bodies, as the addon does.
        """
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
        path = f"{address.path}?{address.query}" if address.query else address.path
        endpoint = providers.endpoint(host, port, self.method, path, self.request_headers if unsure else None)
        if endpoint is None:
            return None
        asked = Body.whole(self.request_body)
        request = Request(self.method, address.scheme, host, port, path, self.request_headers, asked)
        response = Response(self.status, self.response_headers, Body.whole(self.response_body))
        return Exchange("", 0.0, None, endpoint, request, response)


def recordings(folder: Path) -> Iterator[Recording]:
    """Yield every recorded HTTP exchange (WebSocket sessions are passed over)."""
    decoder = msgspec.json.Decoder(_Line)
    for file in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(file) as lines:
            for number, line in enumerate(lines, 1):
                said = decoder.decode(line)
                if said.kind == "http":
                    yield Recording(
                        source=f"{file.name}:{number}",
                        method=said.method,
                        url=said.url,
                        status=said.status,
                        streaming=said.streaming,
                        request_headers=_headers(said.request_headers),
                        response_headers=_headers(said.response_headers),
                        request_body=b64decode(said.request_body_b64 or ""),
                        response_body=b64decode(said.response_body_b64 or ""),
                    )


def _headers(named: dict[str, str]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in named.items())
