"""`llmtap outbox`: what waits for Elasticsearch, what it refused, and a second chance for that."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of, store_of
from llmtap.cli.tables import age, count
from llmtap.export.outbox import Outbox, OutboxError


@click.group("outbox")
def command() -> None:
    """Look after the documents on their way to Elasticsearch.

    Every accepted document is delivered, pending, dead (refused for good, with its reason) or dropped (there was no
    room for it); the four always add up.
    """


@command.command("status")
@config_option
def status(config: Path | None) -> None:
    """Say how many documents wait, and for how long."""
    settings = settings_of(config)
    with _store(config) as store:
        counts, drops = store.counts(), store.drops()
    waiting = settings.elasticsearch.url is not None
    lines = [
        ("accepted", count(counts.accepted), ""),
        ("delivered", count(counts.delivered), ""),
        (
            "pending",
            count(counts.pending),
            _told(counts.oldest_pending) if waiting else "no Elasticsearch is configured",
        ),
        ("dead", count(counts.dead), "see `llmtap outbox dead`" if counts.dead else ""),
        ("dropped", count(counts.dropped), ", ".join(f"{why}: {count(number)}" for why, number in drops.items())),
    ]
    if counts.expired:
        lines.append(("expired", count(counts.expired), "past their retention, with no Elasticsearch to go to"))
    for name, number, note in lines:
        print(f"{name:<10}{number:>12}{'  ' + note if note else ''}".rstrip())
    print(f"{store.path}  {counts.bytes / 1e6:.1f} MB")


@command.command("dead")
@config_option
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many to list.")
def dead(config: Path | None, last: int) -> None:
    """List what Elasticsearch refused for good, and why."""
    reasons = Counter[str]()
    with _store(config) as store:
        for row in store.documents(newest_first=True):
            if row.state == "dead":
                reason = row.reason or "no reason was kept"
                reasons[reason] += 1
                if reasons.total() <= last:
                    print(f"{row.id}  {reason}")
    if not reasons:
        print("No document is dead.")
        return
    print()
    for reason, number in reasons.most_common(10):
        print(f"{count(number):>8}  {reason}")
    print("\nOnce the cause is mended: `llmtap outbox retry`.")


@command.command("retry")
@config_option
def retry(config: Path | None) -> None:
    """Make every dead document pending again."""
    with _store(config, writable=True) as store:
        number = store.requeue()
    print(f"{count(number)} {'document is' if number == 1 else 'documents are'} pending again.")


@contextmanager
def _store(config: Path | None, *, writable: bool = False) -> Iterator[Outbox]:
    store = store_of(settings_of(config), writable=writable)
    try:
        yield store
    except OutboxError as error:
        raise Mistake(str(error)) from error
    finally:
        store.close()


def _told(oldest: float | None) -> str:
    return "" if oldest is None else f"the oldest for {age(oldest)}"
