"""Tables show what is known, and a dash for what is not."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from llmtap.cli.ledger import Call
from llmtap.cli.tables import age, console, count, money, seconds, summary, table_of_calls, table_of_totals
from llmtap.cli.totals import Total, Totals

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_count_has_its_thousands_apart() -> None:
    """A long number can be read, and an unknown one is a dash."""
    assert ["0", "1 234 567", "-"] == [count(0), count(1234567), count(None)]


def test_a_time_has_its_unit() -> None:
    """Short times are in ms, long ones in s."""
    assert ["12 ms", "1.50 s", "75 s", "-"] == [seconds(0.012), seconds(1.5), seconds(75), seconds(None)]


def test_money_has_its_currency() -> None:
    """Small amounts are not rounded to nothing, and nothing known is a dash."""
    assert ["<0.000001 USD", "0.000467 USD", "2.00 EUR, 0.100000 USD", "-"] == [
        money({"USD": Decimal("0.00000002")}),
        money({"USD": Decimal("0.000467")}),
        money({"USD": Decimal("0.1"), "EUR": Decimal(2)}),
        money({}),
    ]


def test_a_call_of_which_nothing_is_known_is_a_line_of_dashes() -> None:
    """Unknown is never shown as 0, in calls and in sums."""
    text = io.StringIO()
    console(text).print(table_of_calls([Call("0123456789", AT)], "Calls"))
    assert ["-"] * 9 + ["23456789"] == text.getvalue().splitlines()[-1].split()[-10:]


def test_markup_in_a_name_is_text() -> None:
    """A model called `[red]x[/]` is shown as it is called, in both tables."""
    text = io.StringIO()
    call, totals = Call("0123456789", AT, model="[red]x[/]"), Totals(("model",))
    totals.add(call)
    console(text).print(table_of_calls([call], "Calls"), table_of_totals(totals, "Sums"))
    assert text.getvalue().count("[red]x[/]") == 2


def test_the_summary_says_what_it_does_not_cover() -> None:
    """Calls without usage or price are counted aloud."""
    total = Total()
    total.add(Call("a", AT, input_tokens=5, output_tokens=1, cost=Decimal("0.5"), currency="USD"))
    total.add(Call("b", AT, outcome="failure", cost_status="unpriced"))
    expected = "2 calls · 1 failed · 5 input and 1 output tokens · 0.500000 USD · unpriced: 1 · usage absent: 1"
    assert expected == summary(total)


def test_the_summary_leaves_out_what_is_unknown() -> None:
    """Neither a dash for tokens nor one for money."""
    total = Total()
    total.add(Call("b", AT, outcome="failure", cost_status="unpriced"))
    assert summary(total) == "1 call · 1 failed · unpriced: 1 · usage absent: 1"


def test_the_summary_tells_a_missing_price_from_missing_counts() -> None:
    """A call with one side unknown, or estimated, is called neither unpriced nor absent."""
    total = Total()
    total.add(Call("a", AT, input_tokens=5, cost_status="partial"))
    total.add(Call("b", AT, usage_source="estimated", cost_status="unpriced"))
    assert summary(total) == (
        "2 calls · 5 input tokens · estimated besides: 1 call · unpriced: 1 · without a whole cost: 1"
    )
    total.add(Call("c", AT, usage_source="estimated", cost_estimated=Decimal("0.5"), currency="USD"))
    assert "estimated besides: 2 calls, 0.500000 USD" in summary(total)


def test_estimated_money_has_its_own_column() -> None:
    """It is there when there is any, and never within the cost."""
    totals, text = Totals(("team",)), io.StringIO()
    totals.add(Call("a", AT, cost=Decimal(1), currency="USD"))
    assert len(table_of_totals(totals, "Sums").columns) == len(KINDS)
    totals.add(Call("b", AT, cost_estimated=Decimal(2), currency="USD"))
    console(text).print(table_of_totals(totals, "Sums"))
    assert "1.00 USD" in text.getvalue()
    assert "2.00 USD" in text.getvalue()
    assert len(table_of_totals(totals, "Sums").columns) == len(KINDS) + 1


KINDS = ("team", "calls", "errors", "input", "output", "cached", "cost", "first token p50", "p95", "duration p50")
CALLS = [
    Call(
        f"01a20c53-0000-7000-8000-0000aaaa000{number}",
        datetime.now(UTC) - timedelta(days=number),
        provider="azure.ai.inference",
        model=model,
        input_tokens=1234567,
        output_tokens=16,
        cached_tokens=1024,
        cost=Decimal("0.000467"),
        currency="USD",
        first_token=0.25,
        duration=1.5,
        outcome=outcome,
        error="rate_limit_exceeded" if outcome == "failure" else None,
    )
    for number, model, outcome in ((0, "gpt-4o-mini-2024-07-18", "success"), (1, "claude-x", "failure"))
]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_narrow_terminal_gets_whole_words(width: int) -> None:
    """A call is one line, its id whole, its numbers whole; names may end in an ellipsis, with a beginning left."""
    text = io.StringIO()
    Console(file=text, width=width).print(table_of_calls(CALLS, "Calls", width))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert ["aaaa0000", "aaaa0001"] == [line.split()[-1] for line in lines[-2:]]
    assert all("1 234 567" in line and "0.000467 USD" in line for line in lines[-2:])
    assert ("1.50 s" in lines[-1]) == (width > 80)
    assert "gpt-4o-min" in lines[-2]
    assert "claude-x" in lines[-1]
    assert "rate_limit" in lines[-1]


@pytest.mark.parametrize(("width", "provider"), [(80, False), (110, True), (200, True)])
def test_sums_fit_a_narrow_terminal(width: int, provider: bool) -> None:  # noqa: FBT001 -- a case of the table
    """A group is one line; the provider goes last."""
    totals = Totals(("provider", "model"))
    for call in CALLS:
        totals.add(call)
    text = io.StringIO()
    Console(file=text, width=width).print(table_of_totals(totals, "Sums", width))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert provider == ("azure.ai.inf" in lines[-1])
    assert all("0.000467 USD" in line and "1 234 567" in line for line in lines[-2:])


def test_a_call_of_another_day_shows_its_day() -> None:
    """A time alone would be taken for today's."""
    text, now = io.StringIO(), datetime.now(UTC)  # read here: the tests may have been collected on another day
    calls = [replace(call, at=now - timedelta(days=number)) for number, call in enumerate(CALLS)]
    console(text).print(table_of_calls(calls, "Calls"))
    yesterday, today = f"{calls[1].at.astimezone():%m-%d %H:%M}", f"{calls[0].at.astimezone():%H:%M:%S}"
    assert text.getvalue().splitlines()[-1].strip().startswith(yesterday)
    assert text.getvalue().splitlines()[-2].strip().startswith(today)


def test_the_width_follows_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS decides where there is no terminal; without it, a table is not squeezed."""
    monkeypatch.setenv("COLUMNS", "90")
    narrow = console(io.StringIO()).width
    monkeypatch.delenv("COLUMNS")
    assert (90, 200) == (narrow, console(io.StringIO()).width)


@pytest.mark.parametrize(
    ("seconds_ago", "words"), [(0.4, "0 s"), (119, "119 s"), (2495, "42 min"), (7300, "2 h"), (3 * 86400, "3 days")]
)
def test_an_age_has_the_unit_that_people_would_use(seconds_ago: float, words: str) -> None:
    """Seconds, minutes, hours or days."""
    assert words == age(seconds_ago)


def test_totals_with_estimates_keep_their_numbers_whole_on_a_narrow_terminal() -> None:
    """What is estimated stands in the last line too, so its column goes before a number is cut."""
    totals, text = Totals(("model",)), io.StringIO()
    totals.add(Call("a", AT, model="gpt-4o-mini", input_tokens=12345, cost=Decimal("0.123456"), currency="USD"))
    totals.add(Call("b", AT, model="gpt-4o-mini", output_tokens=1234, cost_estimated=Decimal("0.654321")))
    Console(file=text, width=60).print(table_of_totals(totals, "By model", 60))
    assert "0.123456 USD" in text.getvalue()
    assert "12 345" in text.getvalue()
    assert "0.654321" not in text.getvalue()
