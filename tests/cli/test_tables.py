"""Tables show what is known, and a dash for what is not."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from llmtap.cli.ledger import Call
from llmtap.cli.tables import console, count, money, seconds, summary, table_of_calls, table_of_totals
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
    assert ["-"] * 9 + ["23456789"] == text.getvalue().splitlines()[4].split()[1:]


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
    total.add(Call("b", AT, outcome="failure"))
    expected = "2 calls · 1 failed · 5 input and 1 output tokens · 0.500000 USD · unpriced: 1 · usage absent: 1"
    assert expected == summary(total)


def test_the_width_follows_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS decides where there is no terminal; without it, a table is not squeezed."""
    monkeypatch.setenv("COLUMNS", "90")
    narrow = console(io.StringIO()).width
    monkeypatch.delenv("COLUMNS")
    assert (90, 200) == (narrow, console(io.StringIO()).width)
