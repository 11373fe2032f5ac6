"""`llmtap show`: one document whole, as it lies in the store and as Elasticsearch gets it."""

import sys
from pathlib import Path

import click
import msgspec

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of, store_of
from llmtap.cli.tables import console
from llmtap.export.outbox import Outbox, OutboxError, Row

SHORTEST = 4
"""Fewer characters than this of an id name too many documents."""


@click.command("show")
@config_option
@click.argument("identity", metavar="[ID|last]", default="last")
def command(config: Path | None, identity: str) -> None:
    """Print one call's document whole: the last one, or that whose ID begins or ends with what is given.

    The tables of `llmtap run` and `llmtap report --last 20` show the end of each ID.
    """
    store = store_of(settings_of(config))
    try:
        row = _find(store, identity.lower())
    except OutboxError as error:
        raise Mistake(str(error)) from error
    finally:
        store.close()
    text = msgspec.json.format(row.body).decode()
    if sys.stdout.isatty():
        console(sys.stdout).print_json(text)
    else:
        print(text)


def _find(store: Outbox, identity: str) -> Row:
    if identity != "last" and len(identity) < SHORTEST:
        raise Mistake(f"{identity!r} is too short for an ID; give at least {SHORTEST} characters of it.", exit_code=2)
    if identity == "last":
        for row in store.documents(newest_first=True, limit=1):
            return row
        raise Mistake("Nothing is recorded yet; try: llmtap run -- COMMAND")
    found, count = None, 0
    for row in store.documents(newest_first=True):
        if row.id == identity:
            return row
        if row.id.startswith(identity) or row.id.endswith(identity):
            found, count = found or row, count + 1
    if found is not None and count == 1:
        return found
    if count:
        raise Mistake(f"{identity!r} begins or ends the IDs of {count} documents; give more of it.", exit_code=2)
    raise Mistake(f"No document's ID begins or ends with {identity!r}; `llmtap report --last 20` lists the latest.")
