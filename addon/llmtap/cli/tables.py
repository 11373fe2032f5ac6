"""Calls and totals as tables for people. A value that is not known is a dash, never a 0."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmtap.cli.columns import Column, Kind, table
from llmtap.cli.ledger import Call
from llmtap.cli.totals import Total, Totals

UNKNOWN = "-"
PIPE_WIDTH = 200
"""Columns where neither a terminal nor COLUMNS says how many there are."""
SHORT_ID = 8
AGES = (("days", 86400), ("h", 3600), ("min", 60), ("s", 1))
MILLIONTH = Decimal("0.000001")


def console(file: IO[str]) -> Console:
    """Return where tables for `file` are written."""
    known = file.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console(file=file, width=None if known else PIPE_WIDTH, highlight=False)


def count(value: int | None) -> str:
    """Return a whole number with its thousands apart."""
    return UNKNOWN if value is None else f"{value:,}".replace(",", " ")


def counted(value: int, noun: str) -> str:
    """Return a number of things, in the singular or the plural."""
    plural = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{count(value)} {noun if value == 1 else plural}"


def seconds(value: float | None) -> str:
    """Return a time with two or three figures and its unit."""
    if value is None:
        return UNKNOWN
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"  # noqa: PLR2004 -- two or three figures


def age(value: float) -> str:
    """Return how long ago something was, in seconds, minutes, hours or days: each from twice its length on."""
    unit, length = next(((unit, length) for unit, length in AGES if value >= 2 * length), AGES[-1])
    return f"{value / length:.0f} {unit}"


def money(costs: Mapping[str, Decimal]) -> str:
    """Return amounts by currency: cents where there are whole units, millionths below; a smaller one is no 0."""
    return ", ".join(f"{_amount(cost)} {currency}" for currency, cost in sorted(costs.items())) or UNKNOWN


def _amount(cost: Decimal) -> str:
    if 0 < cost < MILLIONTH:
        return f"<{MILLIONTH:f}"
    return f"{cost:.2f}" if cost >= 1 else f"{cost:.6f}"


def table_of_calls(calls: Iterable[Call], title: str, width: int = PIPE_WIDTH) -> Table:
    """Return one line a call, at most `width` wide; a call of another day shows its day."""
    listed, today = list(calls), datetime.now(UTC).astimezone().date()
    return table(
        title,
        [
            _column("time", (_time(call.at, today) for call in listed), "whole"),
            _column("provider", (call.provider or UNKNOWN for call in listed), "name"),
            _column("model", (call.model or UNKNOWN for call in listed), "name"),
            _column("input", (count(call.input_tokens) for call in listed)),
            _column("output", (count(call.output_tokens) for call in listed)),
            _column("cached", (count(call.cached_tokens) for call in listed)),
            _column("cost", (_cost(call) for call in listed)),
            _column("first token", (seconds(call.first_token) for call in listed)),
            _column("duration", (seconds(call.duration) for call in listed)),
            Column("outcome", [_outcome(call) for call in listed], "name"),
            _column("id", (call.id[-SHORT_ID:] for call in listed), "whole"),
        ],
        width,
    )


def table_of_totals(totals: Totals, title: str, width: int = PIPE_WIDTH) -> Table:
    """Return one line a group, at most `width` wide."""
    groups = totals.largest_first()
    sums = [total for _, total in groups]
    return table(
        title,
        [
            *(
                _column(name, (key[index] or UNKNOWN for key, _ in groups), "name")
                for index, name in enumerate(totals.keys)
            ),
            _column("calls", (count(total.calls) for total in sums)),
            _column("errors", (count(total.errors) for total in sums)),
            _column("input", (count(total.input_tokens) for total in sums)),
            _column("output", (count(total.output_tokens) for total in sums)),
            _column("cached", (count(total.cached_tokens) for total in sums)),
            _column("cost", (money(total.cost) for total in sums)),
            *(
                (_column("cost estimated", (money(total.cost_estimated) for total in sums)),)
                if any(total.cost_estimated for total in sums)
                else ()
            ),
            _column("first token p50", (seconds(total.first_token.quantile(0.5)) for total in sums)),
            _column("p95", (seconds(total.first_token.quantile(0.95)) for total in sums)),
            _column("duration p50", (seconds(total.duration.quantile(0.5)) for total in sums)),
        ],
        width,
    )


def summary(total: Total) -> str:
    """Return a total as one line, and in the same line what it does not cover; what is unknown is left out."""
    parts = [counted(total.calls, "call")]
    if total.errors:
        parts.append(f"{count(total.errors)} failed")
    known = (("input", total.input_tokens), ("output", total.output_tokens))
    if tokens := " and ".join(f"{count(value)} {name}" for name, value in known if value is not None):
        parts.append(f"{tokens} tokens")
    if total.cost:
        parts.append(money(total.cost))
    if total.estimated:
        amount = f", {money(total.cost_estimated)}" if total.cost_estimated else ""
        parts.append(f"estimated besides: {counted(total.estimated, 'call')}{amount}")
    if total.unpriced:
        parts.append(f"unpriced: {count(total.unpriced)}")
    if total.part_priced:
        parts.append(f"without a whole cost: {count(total.part_priced)}")
    if total.usage_absent:
        parts.append(f"usage absent: {count(total.usage_absent)}")
    return " · ".join(parts)


def _time(at: datetime, today: date) -> str:
    local = at.astimezone()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _cost(call: Call) -> str:
    return UNKNOWN if call.cost is None else money({call.currency or "?": call.cost})


def _outcome(call: Call) -> Text:
    if call.outcome == "success":
        return Text("ok", style="green")
    return Text(call.error or call.outcome or UNKNOWN, style="red" if call.outcome == "failure" else "")


def _column(heading: str, cells: Iterable[str], kind: Kind = "number") -> Column:
    """Return a column of text as it is: what looks like markup is none."""
    return Column(heading, [Text(cell) for cell in cells], kind)
