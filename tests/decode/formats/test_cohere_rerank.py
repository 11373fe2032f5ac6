"""Rerank: a query and documents, and tokens where the provider counts them."""

from decimal import Decimal

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import cohere_rerank
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import whole


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ({"usage": {"total_tokens": 43}}, Usage(43)),
        ({"usage": {"prompt_tokens": 9, "total_tokens": 9}}, Usage(9)),
        ({"usage": {"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 9}}, Usage(9, 0)),
        ({"meta": {"tokens": {"input_tokens": 16}}}, Usage(16)),
        ({"meta": {"billed_units": {"search_units": 1}}}, Usage(search_units=1)),
        ({"usage": {"search_units": 1, "total_tokens": 43}}, Usage(43, search_units=1)),
        ({"usage": {"search_units": 2}}, Usage(search_units=2)),
        ({"usage": {"cost": 0.002}}, None),
        ({}, None),
    ],
)
def test_who_counts_what(member: dict[str, object], expected: Usage | None) -> None:
    """Tokens are input; Cohere's search units stand beside them."""
    assert expected == whole(cohere_rerank, {"results": [{"index": 0}]} | member).usage


def test_a_reseller_states_what_it_asks() -> None:
    """OpenRouter, which names who put the documents in order."""
    said = whole(cohere_rerank, {"results": [], "provider": "Cohere", "usage": {"cost": 0.002, "search_units": 1}})
    assert (said.reported_cost, said.served_by) == (Decimal("0.002"), "Cohere")


def test_a_document_may_be_an_object() -> None:
    """Its text is read; one of another shape is a document without words."""
    asked = cohere_rerank.read_request(b'{"query":{"text":"q"},"documents":["a",{"text":"b"},{"title":"c"}]}')
    assert tuple(Part("text", word) for word in ("q", "a", "b", "")) == asked.messages[0].parts
    assert () == cohere_rerank.read_request(b"{}").messages


def test_an_event_is_a_whole_answer() -> None:
    """There is no stream of an order."""
    answer = Answer()
    assert not cohere_rerank.merge(answer, Event(b'{"data":[],"usage":{"total_tokens":8}}'))
    assert Usage(8) == answer.usage
