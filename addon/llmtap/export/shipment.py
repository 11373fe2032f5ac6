"""One `_bulk` request as bytes, and what its response says of each document; pure.

Items answer by position, never by `_id`: a document that went to the failure store comes back under a foreign one
(elastic.md 4.6). A document that may be there already (409) is delivered; one that nobody may ever accept is dead.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

type Outcome = Literal["delivered", "retry", "held", "dead"]

# What we need of a reply, and nothing else: 500 good items shrink from 90 KB to 12 KB.
FILTER_PATH = ",".join(
    f"items.*.{name}" for name in ("status", "failure_store", "error.type", "error.reason", "error.caused_by")
)
# Refusals with status 400 that speak of the index or the cluster: every other document would be refused as well.
NOT_THE_DOCUMENT = {
    "cluster_block_exception",
    "index_closed_exception",
    "invalid_index_name_exception",
    "security_exception",
    "validation_exception",  # "this cluster currently has 1000/1000 maximum normal shards open"
}
HELD = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
REASON_CHARACTERS = 1000
CAUSES = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one document: `held` means that not the document but its target is at fault."""

    id: str
    outcome: Outcome
    reason: str | None = None


def lines(index: str, identity: str, body: bytes) -> tuple[bytes, bytes]:
    """Return the action and the source of one document; raises ValueError for a body that is not one line of JSON."""
    if not body.startswith(b"{") or b"\n" in body or b"\r" in body:
        raise ValueError("not one line of JSON")
    action = {"create": {"_index": index, "_id": identity}}
    return json.dumps(action, separators=(",", ":")).encode(), body


def day_of(timestamp: str) -> str:
    """Return the suffix of a daily index for an ISO 8601 time in UTC; raises ValueError for anything else."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)T", timestamp)
    if found is None:
        raise ValueError("no @timestamp to take a day from")
    return ".".join(found.groups())


def read(ids: Sequence[str], body: object) -> list[Verdict]:
    """Return a verdict per id from a `_bulk` reply; one that does not match the request leaves all to be retried."""
    match body:
        case {"items": list(items)} if len(items) == len(ids):
            return [_verdict(identity, item) for identity, item in zip(ids, items, strict=True)]
        case _:
            return [Verdict(identity, "retry", "the reply to _bulk does not match the request") for identity in ids]


def _verdict(identity: str, item: object) -> Verdict:
    """Judge one item by the table of elastic.md 4.5."""
    match item:
        case {"create": {"status": int(status), **rest}}:
            error = rest.get("error")
        case _:
            return Verdict(identity, "retry", "the reply to _bulk has an item without a status")
    if rest.get("failure_store") == "used":
        return Verdict(identity, "dead", "Elasticsearch put it into the failure store, not into the data stream")
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.CONFLICT:
        return Verdict(identity, "delivered")
    return Verdict(identity, _refusal(status, error), f"{status} {reason_of(error)}")


def _refusal(status: int, error: object) -> Outcome:
    if status in HELD or (isinstance(error, Mapping) and error.get("type") in NOT_THE_DOCUMENT):
        return "held"
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return "dead" if client_error and status != HTTPStatus.TOO_MANY_REQUESTS else "retry"


def reason_of(error: object) -> str:
    """Return the types and reasons of an Elasticsearch error and its causes, or the start of whatever came instead."""
    found: list[str] = []
    cause = error["error"] if isinstance(error, Mapping) and "error" in error else error
    while isinstance(cause, Mapping) and len(found) < CAUSES:
        found.append(": ".join(str(cause[name]) for name in ("type", "reason") if cause.get(name)))
        cause = cause.get("caused_by")
    return ("; caused by ".join(filter(None, found)) or str(cause))[:REASON_CHARACTERS]
