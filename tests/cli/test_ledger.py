"""Documents are read back into flat calls, whatever they lack."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from llmtap.cli.ledger import Call, read_call
from tests.cli.documents import made


def test_a_call_has_what_the_document_says() -> None:
    """Each fact stands where the tables look for it; times are seconds and money is Decimal."""
    expected = Call(
        id="abc",
        at=datetime(2026, 11, 24, 6, 30, tzinfo=UTC),
        provider="openai",
        operation="chat",
        model="gpt-4o-mini",
        input_tokens=100,
        output_tokens=20,
        cached_tokens=64,
        usage_source="reported",
        cost=Decimal("0.001"),
        currency="USD",
        cost_status="priced",
        first_token=0.25,
        duration=1.5,
        outcome="failure",
        error="http_500",
        route="direct",
        team="payments",
        client_port=40000,
    )
    when = "2026-11-24T06:30:00.000Z"
    assert expected == read_call(*made("abc", cached=64, first_token=0.25, error="http_500", team="payments", at=when))


def test_what_a_document_does_not_say_is_none() -> None:
    """A document with nothing but its time is a call of which nothing is known."""
    at = datetime(2026, 11, 24, tzinfo=UTC)
    assert Call(id="abc", at=at) == read_call("abc", b'{"@timestamp": "2026-11-24T00:00:00Z"}')


def test_the_model_that_answered_beats_the_one_asked_for() -> None:
    """A dated model name in the answer is the one that was billed."""
    body = (
        b'{"@timestamp": "2026-11-24T00:00:00Z", '
        b'"gen_ai": {"request": {"model": "gpt-4o"}, "response": {"model": "gpt-4o-2024-08-06"}}}'
    )
    call = read_call("abc", body)
    assert call is not None
    assert call.model == "gpt-4o-2024-08-06"


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_raise(body: bytes) -> None:
    """Whatever lies in the store, a table comes out."""
    call = read_call("abc", body)
    assert call is None or call.id == "abc"
