"""A `_bulk` reply says of each document what its status says, by position, and never anything of another."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.export.shipment import Outcome, Verdict, day_of, lines, read, reason_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["items", "create", "status", "error", "x"]), inner)
    ),
)


def item(status: int, kind: str | None = None, **more: object) -> dict[str, Any]:
    """Return an item of a reply."""
    error = {} if kind is None else {"error": {"type": kind, "reason": "because"}}
    return {"create": {"status": status, **error, **more}}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (item(201), "delivered"),
        (item(200), "delivered"),
        (item(409, "version_conflict_engine_exception"), "delivered"),
        (item(201, failure_store="used"), "dead"),
        (item(201, failure_store="not_applicable_or_unknown"), "delivered"),
        (item(400, "document_parsing_exception", failure_store="not_enabled"), "dead"),
        (item(400, "mapper_parsing_exception"), "dead"),
        (item(400, "illegal_argument_exception"), "dead"),
        (item(400, "validation_exception"), "held"),
        (item(400, "index_closed_exception"), "held"),
        (item(401, "security_exception"), "held"),
        (item(403, "cluster_block_exception"), "held"),
        (item(404, "index_not_found_exception"), "held"),
        (item(429, "es_rejected_execution_exception"), "retry"),
        (item(429, "circuit_breaking_exception"), "retry"),
        (item(500, "exception"), "retry"),
        (item(503, "unavailable_shards_exception"), "retry"),
        ({"create": {}}, "retry"),
        (None, "retry"),
    ],
)
def test_each_status_has_its_outcome(reply: object, outcome: Outcome) -> None:
    """An item becomes what the table of elastic.md 4.5 says, whatever its neighbours are."""
    verdicts = read(["a", "b", "c"], {"items": [item(201), reply, item(400, "x")]})
    assert ["delivered", outcome, "dead"] == [verdict.outcome for verdict in verdicts]


def test_a_refusal_keeps_its_reason() -> None:
    """A dead document carries the status, and Elasticsearch's types and reasons down to the cause."""
    error = {"type": "document_parsing_exception", "reason": "failed", "caused_by": {"type": "number", "reason": "abc"}}
    [verdict] = read(["a"], {"items": [{"create": {"status": 400, "error": error}}]})
    assert Verdict("a", "dead", "400 document_parsing_exception: failed; caused by number: abc") == verdict


@given(st.lists(st.text(max_size=3), max_size=4), JSON)
def test_no_reply_whatever_settles_what_it_does_not_speak_of(ids: list[str], reply: object) -> None:
    """Garbage is read calmly: there is one verdict per id, in order, and only a status can settle a document."""
    verdicts = read(ids, reply)
    assert ids == [verdict.id for verdict in verdicts]
    if "status" not in str(reply):
        assert {verdict.outcome for verdict in verdicts} <= {"retry"}


@given(JSON)
def test_any_error_has_a_reason(error: object) -> None:
    """A reason is found in whatever came, and it is short."""
    assert len(reason_of(error)) <= 1000


def test_a_document_is_two_lines() -> None:
    """The action names index and id as JSON does; the body is passed on as it is."""
    action, source = lines("logs-x", 'i"d', b'{"a":1}')
    assert json.loads(action) == {"create": {"_index": "logs-x", "_id": 'i"d'}}
    assert (source, len(action.splitlines())) == (b'{"a":1}', 1)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a":\n1}', b"{}\n"])
def test_a_body_that_would_break_the_request_is_refused(body: bytes) -> None:
    """A body that is not one line of JSON never gets into a request, where it would harm its neighbours."""
    with pytest.raises(ValueError, match="one line"):
        lines("logs-x", "a", body)


def test_a_day_is_taken_from_the_timestamp() -> None:
    """A daily index is named after the day of the call in UTC, and nothing else is taken for a day."""
    assert day_of("2026-11-23T23:59:59.999Z") == "2026.11.23"
    with pytest.raises(ValueError, match="@timestamp"):
        day_of("yesterday")
