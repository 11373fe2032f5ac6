"""One Elasticsearch as we speak to it: every request sent once, its media type explicit, its failure one of four.

Requests go through `perform_request` with `compatible-with=8`, which servers 8 and 9 take from client 8 and 9 alike
(elastic.md 4.6); retries belong to the shipper. No credential appears in a message. Knows no document and no outbox.
"""

import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

import elastic_transport
import elasticsearch
import msgspec

from llmtap.export.shipment import reason_of

type Kind = Literal["unreachable", "unauthorized", "forbidden", "refused"]
type Positive = Annotated[float, msgspec.Meta(gt=0)]

MEDIA_TYPE = "application/vnd.elasticsearch+%s; compatible-with=%d"
DEFAULT_PORTS = {"http": 9200, "https": 443}
KINDS: Mapping[int, Kind] = {401: "unauthorized", 403: "forbidden"}


class ElasticsearchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where documents are delivered and how; without a `url` nowhere. Times in seconds; the repr shows no secret."""

    url: str | tuple[str, ...] | None = None
    api_key: str | None = None
    username: str | None = None
    password: str | None = None
    ca_certs: str | None = None
    ca_fingerprint: str | None = None
    target: Literal["auto", "data_stream", "index"] = "auto"
    # A part of a data stream's name: lower case, no "-" (elastic.md 4.1).
    namespace: Annotated[str, msgspec.Meta(pattern=r'^[^-A-Z\\/*?"<>| ,#:]{1,100}$')] = "default"
    retention_days: Annotated[int, msgspec.Meta(ge=1)] | None = 90
    setup: bool = True
    request_timeout: Positive = 60.0
    batch_documents: Annotated[int, msgspec.Meta(ge=1)] = 500
    batch_bytes: Annotated[int, msgspec.Meta(ge=1)] = 5_000_000
    flush_interval: Positive = 1.0

    def urls(self) -> tuple[str, ...]:
        """Return the addresses, credentials included if they were written into them."""
        urls = self.url.split(",") if isinstance(self.url, str) else self.url or ()
        return tuple(url.strip() for url in urls if url.strip())

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown."""
        parts = [urlsplit(url) for url in self.urls()]
        found = (self.api_key, self.password, *(part.password for part in parts), *(part.username for part in parts))
        return tuple(secret for secret in (*found, *(unquote(secret) for secret in found if secret)) if secret)

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in self.__struct_fields__}
        shown["url"] = tuple(_address(url) for url in self.urls()) or None
        shown |= {name: "***" for name in ("api_key", "password") if shown[name]}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is not an error: its status and the decoded JSON (None for a HEAD or an empty body)."""

    status: int
    body: object


class ClusterError(Exception):
    """A request that was not answered as asked.

    `kind` says whose turn it is: unreachable (try later; it may have been carried out), unauthorized, forbidden (the
    operator), refused (`status` and `body` say why; None where the trouble is in our own settings).
    """

    def __init__(self, kind: Kind, message: str, *, status: int | None = None, body: object = None) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.status = status
        self.body = body


class Cluster:
    """Elasticsearch behind one or more addresses; safe to share between threads, connects on the first request."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        """Keep the settings; nothing is opened and nothing can fail yet."""
        self._settings = settings
        self._compatible = 8
        self._client: elasticsearch.Elasticsearch | None = None
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Return the addresses without credentials, for messages."""
        return ", ".join(_address(url) for url in self._settings.urls())

    def bulk(self, body: Sequence[bytes], *, query: str = "", timeout: float | None = None) -> Reply:
        """Send the lines of one `_bulk` request; `timeout` in seconds."""
        return self.request("POST", f"/_bulk{query}", list(body), timeout=timeout)

    def version(self) -> str | None:
        """Return the server's version, None where it does not tell; raises ClusterError when it cannot be asked."""
        for path in ("/?filter_path=version.number", "/_nodes/http?filter_path=nodes.*.version"):
            try:
                found = re.search(r"\d+\.\d+\.\d+", str(self.request("GET", path).body))
            except ClusterError as error:
                if error.status is None or error.kind == "unauthorized":
                    raise
            else:
                if found:
                    return found.group()
        return None

    def template(self, name: str) -> Mapping[str, object] | None:
        """Return an index template, None where there is none of this name; raises ClusterError."""
        try:
            reply = self.request("GET", f"/_index_template/{name}")
        except ClusterError as error:
            if error.status == 404:  # noqa: PLR2004 # Not Found
                return None
            raise
        match reply.body:
            case {"index_templates": [{"index_template": dict(found)}, *_]}:
                return found
            case _:
                raise ClusterError("unreachable", f"{self.address} answered with something that is no index template.")

    def put_template(self, name: str, template: Mapping[str, object]) -> None:
        """Create or replace an index template; raises ClusterError, with status 400 if the engine lacks a part."""
        self.request("PUT", f"/_index_template/{name}", template)

    def present(self, target: str, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these documents can already be found in `target`; raises ClusterError."""
        try:
            self.request("POST", f"/{target}/_refresh")
        except ClusterError as error:
            # A right that few keys have; what is older than the refresh interval is seen without it.
            if error.kind != "forbidden":
                raise
        query = {"query": {"ids": {"values": list(ids)}}, "_source": False, "size": len(ids)}
        reply = self.request("POST", f"/{target}/_search?filter_path=hits.hits._id", query)
        match reply.body:
            case {"hits": {"hits": list(hits)}}:
                return frozenset(str(hit["_id"]) for hit in hits if isinstance(hit, dict) and "_id" in hit)
            case _:
                return frozenset()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | list[bytes] | None = None,
        *,
        timeout: float | None = None,
    ) -> Reply:
        """Send one request, once; `timeout` in seconds. Raises ClusterError for whatever is not a 2xx with JSON."""
        try:
            return self._send(method, path, body, timeout)
        except ClusterError as error:
            # A server that no longer speaks 8 says so; from then on we speak 9 (elastic.md 4.5).
            if self._compatible == 9 or "media_type_header_exception" not in str(error.body):  # noqa: PLR2004
                raise
            self._compatible = 9
        return self._send(method, path, body, timeout)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _send(
        self, method: str, path: str, body: Mapping[str, object] | list[bytes] | None, timeout: float | None
    ) -> Reply:
        headers = {"accept": MEDIA_TYPE % ("json", self._compatible)}
        if body is not None:
            kind = "x-ndjson" if isinstance(body, list) else "json"
            headers["content-type"] = MEDIA_TYPE % (kind, self._compatible)
        try:
            client = self._connected().options(request_timeout=timeout or self._settings.request_timeout)
            response = client.perform_request(method, path, headers=headers, body=body)
        except elasticsearch.UnsupportedProductError as error:
            raise ClusterError("refused", f"{self.address} is not Elasticsearch (it does not say so).") from error
        except elasticsearch.ApiError as error:
            status = error.meta.status
            reason = self._clean(reason_of(error.body))
            message = f"{self.address} answered {status} to {method} {path.partition('?')[0]}: {reason}"
            raise ClusterError(KINDS.get(status, "refused"), message, status=status, body=error.body) from error
        except elastic_transport.TransportError as error:
            reason = self._clean(f"{type(error).__name__}: {error.message}")
            raise ClusterError("unreachable", f"{self.address} cannot be reached or understood ({reason}).") from None
        return Reply(response.meta.status, response.body)

    def _connected(self) -> elasticsearch.Elasticsearch:
        with self._lock:
            if self._client is None:
                # It warns at every failed attempt; the shipper tells once, when the state changes.
                logging.getLogger("elastic_transport").setLevel(logging.ERROR)
                try:
                    self._client = self._connect()
                except (ValueError, OSError) as error:
                    reason = self._clean(str(error))
                    raise ClusterError("refused", f"The settings of Elasticsearch do not fit: {reason}") from None
            return self._client

    def _connect(self) -> elasticsearch.Elasticsearch:
        settings = self._settings
        parts = [urlsplit(url) for url in settings.urls()]
        if not parts or any(part.scheme not in DEFAULT_PORTS or not part.hostname for part in parts):
            raise ValueError("`url` must be http://host:port or https://host:port")
        hosts = list(dict.fromkeys(_address(url) for url in settings.urls()))
        options: dict[str, str] = {}
        if any(part.scheme == "https" for part in parts):
            tls = {"ca_certs": settings.ca_certs, "ssl_assert_fingerprint": settings.ca_fingerprint}
            options = {name: value for name, value in tls.items() if value}
        named = next(((unquote(part.username), unquote(part.password or "")) for part in parts if part.username), None)
        account = (settings.username, settings.password or "") if settings.username else named
        return elasticsearch.Elasticsearch(
            hosts,
            api_key=settings.api_key,
            basic_auth=None if settings.api_key else account,
            http_compress=True,
            max_retries=0,
            retry_on_timeout=False,
            request_timeout=settings.request_timeout,
            **options,  # type: ignore[arg-type]
        )

    def _clean(self, text: str) -> str:
        for secret in self._settings.secrets():
            text = text.replace(secret, "***")
        return text


def _address(url: str) -> str:
    """Return a URL without user and password, its port written out (ours where none is given: 9200, https 443)."""
    part = urlsplit(url)
    try:
        port = part.port or DEFAULT_PORTS.get(part.scheme)
    except ValueError:
        port = None
    host = f"[{part.hostname}]" if part.hostname and ":" in part.hostname else part.hostname
    return f"{part.scheme}://{host}:{port}{part.path}"
