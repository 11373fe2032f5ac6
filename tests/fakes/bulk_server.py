"""An Elasticsearch on loopback that keeps what it is given, and fails in the way it is told, request after request.

It knows `_bulk` with `create`, index templates, `ids` searches and nothing else; what it says follows the real replies
written down in elastic.md 4 and 5.
"""

import gzip
import json
import socket
import threading
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

type Fault = Literal[
    "ok", "busy", "busy_items", "half_busy", "unauthorized", "forbidden", "bad_request", "bad_gateway", "garbage",
    "short", "lost_before", "lost_after", "failure_store", "blocked_items", "missing_items",
]  # fmt: skip
WHOLE: dict[str, tuple[int, str]] = {
    "busy": (429, "es_rejected_execution_exception"),
    "unauthorized": (401, "security_exception"),
    "forbidden": (403, "security_exception"),
    "bad_request": (400, "illegal_argument_exception"),
    "bad_gateway": (502, "bad_gateway"),
}
ITEMS: dict[str, tuple[int, str]] = {
    "busy_items": (429, "es_rejected_execution_exception"),
    "blocked_items": (403, "cluster_block_exception"),
    "missing_items": (404, "index_not_found_exception"),
}


class FakeElasticsearch:
    """The server and what is in it; `faults` are used up by `_bulk` requests in order, then all goes well."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults: deque[Fault] = deque(faults)
        self.stored: dict[str, dict[str, bytes]] = {}
        self.created: Counter[str] = Counter()
        self.arrived: list[str] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.templates: dict[str, dict[str, object]] = {}
        self.template_status = 200  # of every request about a template
        self.read_only = False  # templates may be looked at, not changed
        self.lacks: dict[str, str] = {}  # a text in a template, and the reason for which it is refused
        self.most_bytes = 1 << 30
        self.product = "Elasticsearch"
        self.poison = b"poison"  # a document with this in it makes the whole request a bad one
        self.wrong_type = b"wrong type"  # and this makes it refused by itself
        self.speaks = {"7", "8"}
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Return where it listens; the port stays the same over `stop` and `start`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ids(self) -> list[str]:
        """Return every id there is, with repeats if one was stored twice."""
        return list(self.created.elements())

    def start(self) -> Self:
        """Listen."""
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def create(self, index: str, identity: str, body: bytes, fault: Fault) -> dict[str, object]:
        """Store one document of a `_bulk` request, or not; return its item."""
        if fault in ITEMS or (fault == "half_busy" and len(self.arrived) % 2):
            self.arrived.append(identity)
            return _refused(*ITEMS.get(fault, ITEMS["busy_items"]))
        self.arrived.append(identity)
        if fault == "failure_store":
            return {"_id": "foreign", "_index": ".fs-x", "status": 201, "failure_store": "used"}
        if self.wrong_type in body:
            return _refused(400, "document_parsing_exception")
        if identity in self.stored.setdefault(index, {}):
            return _refused(409, "version_conflict_engine_exception")
        self.stored[index][identity] = body
        self.created[identity] += 1
        return {"_id": identity, "_index": index, "status": 201}


class _Handler(BaseHTTPRequestHandler):
    fake: FakeElasticsearch
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: apart they wait for a delayed ACK

    def do_GET(self) -> None:  # the name http.server calls
        self._answer(b"")

    def do_POST(self) -> None:  # as above
        self._answer(self._body())

    def do_PUT(self) -> None:  # as above
        self._answer(self._body())

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        return gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body

    def _answer(self, body: bytes) -> None:
        fake, path = self.fake, self.path.partition("?")[0]
        fake.requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        version = self.headers.get("accept", "").rpartition("compatible-with=")[2]
        if version not in fake.speaks:
            self._say(400, _error("media_type_header_exception", 400))
        elif path == "/_bulk":
            self._bulk(body)
        elif path.startswith("/_index_template/"):
            self._template(path.rpartition("/")[2], body)
        elif path.endswith("/_search"):
            wanted = json.loads(body)["query"]["ids"]["values"]
            found = [{"_id": identity} for identity in wanted if identity in fake.stored.get(path.split("/")[1], {})]
            self._say(200, {"hits": {"hits": found}})
        elif path.endswith("/_refresh"):
            self._say(200, {})
        elif path == "/":
            self._say(200, {"version": {"number": "8.19.0"}})
        else:
            self._say(404, _error("not_here", 404))

    def _template(self, name: str, body: bytes) -> None:
        fake = self.fake
        if fake.template_status != HTTP_OK:
            self._say(fake.template_status, _error("security_exception", fake.template_status))
        elif self.command == "GET":
            found = fake.templates.get(name)
            templates = {"index_templates": [{"name": name, "index_template": found}]}
            self._say(200 if found else 404, templates if found else _error("resource_not_found_exception", 404))
        elif fake.read_only:
            self._say(403, _error("security_exception", 403))
        else:
            lacking = next((reason for text, reason in fake.lacks.items() if text in body.decode()), None)
            if lacking is None:
                fake.templates[name] = json.loads(body)
            self._say(400 if lacking else 200, _error("mapper_parsing_exception", 400, lacking or ""))

    def _bulk(self, body: bytes) -> None:
        fake = self.fake
        fault: Fault = fake.faults.popleft() if fake.faults else "ok"
        if len(body) > fake.most_bytes:
            self._say(413, None)
            return
        if fake.poison in body:
            fault = "bad_request"
        if fault in WHOLE:
            kind, status = WHOLE[fault][1], WHOLE[fault][0]
            self._say(status, _error(kind, status))
            return
        items: list[dict[str, object]] = []
        if fault != "lost_before":
            lines = body.splitlines()
            for action, source in zip(lines[::2], lines[1::2], strict=True):
                create = json.loads(action)["create"]
                items.append({"create": fake.create(create["_index"], create["_id"], source, fault)})
        if fault in ("lost_before", "lost_after"):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "garbage":
            self._say(200, b'{"items": [')
        else:
            self._say(200, {"took": 1, "items": items[1:] if fault == "short" else items})

    def _say(self, status: int, reply: object) -> None:
        body = reply if isinstance(reply, bytes) else b"" if reply is None else json.dumps(reply).encode()
        version = self.headers.get("accept", "").rpartition("compatible-with=")[2]
        self.send_response(status)
        self.send_header("X-Elastic-Product", self.fake.product)
        self.send_header("Content-Type", f"application/vnd.elasticsearch+json;compatible-with={version}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTP_OK = 200


def _error(kind: str, status: int, reason: str = "as told") -> dict[str, object]:
    return {"error": {"type": kind, "reason": reason}, "status": status}


def _refused(status: int, kind: str) -> dict[str, object]:
    return {"_id": "x", "_index": "x", "status": status, "error": {"type": kind, "reason": "as told"}}
