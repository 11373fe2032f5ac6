"""Calls and totals as tables for people. A value that is not known is a dash, never a 0."""

import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmtap.cli.ledger import Call
from llmtap.cli.totals import Total, Totals

UNKNOWN = "-"
PIPE_WIDTH = 200
"""Columns where neither a terminal nor COLUMNS says how many there are."""
SHORT_ID = 8
MILLIONTH = Decimal("0.000001")


def console(file: IO[str]) -> Console:
    """Return where tables for `file` are written."""
    known = file.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console(file=file, width=None if known else PIPE_WIDTH, highlight=False)


def count(value: int | None) -> str:
    """Return a whole number with its thousands apart."""
    return UNKNOWN if value is None else f"{value:,}".replace(",", " ")


def seconds(value: float | None) -> str:
    """Return a time with two or three figures and its unit."""
    if value is None:
        return UNKNOWN
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"  # noqa: PLR2004 -- two or three figures


def money(costs: Mapping[str, Decimal]) -> str:
    """Return amounts by currency: cents where there are whole units, millionths below; a smaller one is no 0."""
    return ", ".join(f"{_amount(cost)} {currency}" for currency, cost in sorted(costs.items())) or UNKNOWN


def _amount(cost: Decimal) -> str:
    if 0 < cost < MILLIONTH:
        return f"<{MILLIONTH:f}"
    return f"{cost:.2f}" if cost >= 1 else f"{cost:.6f}"


def table_of_calls(calls: Iterable[Call], title: str) -> Table:
    """Return one line a call."""
    table = _table(title, left=("time", "provider", "model"), right=("input", "output", "cached", "cost"))
    for name in ("first token", "duration"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outcome", overflow="fold")
    table.add_column("id", no_wrap=True)
    for call in calls:
        table.add_row(
            f"{call.at.astimezone():%H:%M:%S}",
            Text(call.provider or UNKNOWN),
            Text(call.model or UNKNOWN),
            count(call.input_tokens),
            count(call.output_tokens),
            count(call.cached_tokens),
            UNKNOWN if call.cost is None else money({call.currency or "?": call.cost}),
            seconds(call.first_token),
            seconds(call.duration),
            _outcome(call),
            call.id[-SHORT_ID:],
        )
    return table


def table_of_totals(totals: Totals, title: str) -> Table:
    """Return one line a group."""
    names = ("calls", "errors", "input", "output", "cached", "cost")
    table = _table(title, left=totals.keys, right=names)
    for name in ("first token p50", "p95", "duration p50"):
        table.add_column(name, justify="right")
    for key, total in totals.largest_first():
        table.add_row(
            *(Text(value or UNKNOWN) for value in key),
            count(total.calls),
            count(total.errors),
            count(total.input_tokens),
            count(total.output_tokens),
            count(total.cached_tokens),
            money(total.cost),
            seconds(total.first_token.quantile(0.5)),
            seconds(total.first_token.quantile(0.95)),
            seconds(total.duration.quantile(0.5)),
        )
    return table


def summary(total: Total) -> str:
    """Return a total as one line, and in the same line what it does not cover."""
    parts = [f"{count(total.calls)} {'call' if total.calls == 1 else 'calls'}"]
    if total.errors:
        parts.append(f"{count(total.errors)} failed")
    parts.append(f"{count(total.input_tokens)} input and {count(total.output_tokens)} output tokens")
    parts.append(money(total.cost))
    if total.unpriced:
        parts.append(f"unpriced: {count(total.unpriced)}")
    if total.usage_absent:
        parts.append(f"usage absent: {count(total.usage_absent)}")
    return " · ".join(parts)


def _outcome(call: Call) -> Text:
    if call.outcome == "success":
        return Text("ok", style="green")
    return Text(call.error or call.outcome or UNKNOWN, style="red" if call.outcome == "failure" else "")


def _table(title: str, *, left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name in left:
        table.add_column(name, overflow="fold")
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table
