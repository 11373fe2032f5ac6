"""`llmtap report`: what the store knows, summed up; needs no Elasticsearch.

Documents are read one by one and only sums are kept, so a store of any size is summed up in the same memory.
"""

import itertools
import sys
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click
import msgspec
from click.core import ParameterSource
from rich.console import Console

from llmtap.cli.ledger import Call, read_call
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import SinceType, config_option, settings_of, store_of
from llmtap.cli.tables import console, summary, table_of_calls, table_of_totals
from llmtap.cli.totals import KEYS, Total, Totals, rows
from llmtap.export.document import plain
from llmtap.export.outbox import Outbox, OutboxError

OVERVIEW = (
    (("provider", "model"), "By provider and model"),
    (("team",), "By team"),
    (("outcome", "error"), "By outcome"),
)

EXAMPLES = """\b
Examples:
  llmtap report                         the last 24 hours
  llmtap report --since 7d --by team    who used how much in a week
  llmtap report --last 20               the last calls, one line each
  llmtap report --last 20 --since 1h    of those of the last hour
"""


@click.command("report", epilog=EXAMPLES)
@config_option
@click.option("--since", type=SinceType(), default="24h", show_default=True, help="How far back, or from when on.")
@click.option("--by", "keys", multiple=True, type=click.Choice(KEYS), help="Group by this instead; may be repeated.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="List the last N calls instead of sums.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def command(
    *, config: Path | None, since: datetime | None, keys: tuple[str, ...], last: int | None, as_json: bool
) -> None:
    """Sum up the calls: tokens, cost, time, errors."""
    if last is not None and keys:
        raise Mistake("`--last` lists calls and `--by` groups sums; give one of them.", exit_code=2)
    if last is not None and _left_out("since"):
        since = None
    store = store_of(settings_of(config))
    screen = console(sys.stdout)
    try:
        if last is not None:
            _list(screen, store, last, since, as_json=as_json)
        elif as_json:
            totals = Totals(keys or OVERVIEW[0][0])
            for call in _calls(store, since):
                totals.add(call)
            _print_json(list(rows(totals)))
        else:
            _sum_up(screen, store, since, keys)
    except OutboxError as error:
        raise Mistake(str(error)) from error
    finally:
        store.close()


def _left_out(name: str) -> bool:
    """Return whether an option was not typed."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.DEFAULT


def _calls(store: Outbox, since: datetime | None, *, newest_first: bool = False) -> Iterator[Call]:
    """Yield the calls made since then, in the order in which they arrived: a replayed one arrives long after."""
    for row in store.documents(since=None if since is None else since.timestamp(), newest_first=newest_first):
        call = read_call(row.id, row.body)
        if call is not None and (since is None or call.at >= since):
            yield call


def _say_none(screen: Console, since: datetime | None) -> None:
    if since is None:
        screen.print("No call is recorded yet. `llmtap run -- COMMAND` records those of a program.")
    else:
        screen.print("No call in this time. A longer one: --since 7d, or --since all.")


def _sum_up(screen: Console, store: Outbox, since: datetime | None, keys: tuple[str, ...]) -> None:
    groups = ((keys, "By " + " and ".join(keys)),) if keys else OVERVIEW
    every, tables = Total(), [(Totals(by), title) for by, title in groups]
    for call in _calls(store, since):
        every.add(call)
        for totals, _ in tables:
            totals.add(call)
    if not every.calls:
        _say_none(screen, since)
        return
    for totals, title in tables:
        if keys or len(totals.keys) > 1 or any(key != (None,) for key, _ in totals.largest_first()):
            screen.print(table_of_totals(totals, title, screen.width), "")
    screen.print(summary(every))


def _list(screen: Console, store: Outbox, last: int, since: datetime | None, *, as_json: bool) -> None:
    newest = deque[Call]()
    newest.extendleft(itertools.islice(_calls(store, since, newest_first=True), last))
    if as_json:
        _print_json(list(newest))
    elif not newest:
        _say_none(screen, since)
    else:
        screen.print(table_of_calls(newest, "The last calls", screen.width))


def _print_json(value: object) -> None:
    plainly = _plainly(msgspec.to_builtins(value, builtin_types=(Decimal,)))
    print(msgspec.json.format(msgspec.json.encode(plainly)).decode())


def _plainly(value: object) -> object:
    """Return a value with its amounts spelt without exponents."""
    match value:
        case Decimal():
            return plain(value)
        case dict():
            return {name: _plainly(member) for name, member in value.items()}
        case list():
            return [_plainly(member) for member in value]
        case _:
            return value
