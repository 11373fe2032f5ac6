"""`llmtap replay`: recorded traffic read as the live path would have read it, into documents.

The walk is `pipeline.read`, under the same settings; only the Exchange comes from a file. Ids are made of the recording
(`capture.exchange.new_id`), so whatever is replayed twice, or was seen live and is replayed from mitmproxy's own flow
file, is stored once.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from llmtap.capture.provider import Providers
from llmtap.cli.entry import Entry, UnreadableError
from llmtap.cli.flowfile import flow_entries
from llmtap.cli.har import har_entries
from llmtap.cli.harfile import START, is_har
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of
from llmtap.cli.tables import count, counted
from llmtap.config import Settings, fallback_prices
from llmtap.enrich.cost import Prices
from llmtap.export.document import Document
from llmtap.export.outbox import Outbox, OutboxError
from llmtap.pipeline import BATCH, carrier, opened, read

STDIN = Path("/dev/stdin")
PATIENCE = 60.0
"""How long (seconds) delivery may make no headway before the command gives up; the documents stay in the store."""
PAUSE = 0.2
"""Seconds between two looks at how far delivery is."""
NEWS = 500
"""After how many entries the progress is told again, on a terminal."""


@click.command("replay")
@config_option
@click.option("--store", "keep", is_flag=True, help="Put the documents into the store instead of printing them.")
@click.option("--ship", is_flag=True, help="Put them into the store and wait until Elasticsearch has them.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def command(config: Path | None, files: tuple[Path, ...], *, keep: bool, ship: bool) -> None:
    """Read recorded traffic and print a document, one line of JSON, for each LLM call.

    A FILE is one of mitmproxy's flow files, or a HAR file (1.2) of a browser or another recorder; - is stdin. Each
    response of a WebSocket session is a call. What is no LLM call is counted on stderr, and what cannot be read is
    told there. Whatever is stored twice stays one document.
    """
    settings = settings_of(config)
    if ship and settings.elasticsearch.url is None:
        raise Mistake("No Elasticsearch is configured (`elasticsearch.url`), so nothing can be shipped.", exit_code=2)
    faults: list[str] = []
    documents = _documents(files, settings, faults)
    try:
        if keep or ship:
            _store(documents, settings, ship=ship)
        else:
            _print(documents)
    except OutboxError as error:
        raise Mistake(str(error)) from error
    if faults:
        raise click.exceptions.Exit(1)


def _print(documents: Iterator[Document]) -> None:
    out = sys.stdout.buffer
    try:
        for made in documents:
            out.write(made.body + b"\n")
    finally:
        out.flush()


def _store(documents: Iterator[Document], settings: Settings, *, ship: bool) -> None:
    """Put the documents into the store in batches; what could be read before a file broke off is in it."""
    with closing(opened(settings)) as outbox:
        batch: list[tuple[str, bytes]] = []
        new = 0
        try:
            for made in documents:
                batch.append((made.id, made.body))
                if len(batch) == BATCH:
                    new += outbox.put(batch)
                    batch.clear()
        finally:
            new += outbox.put(batch)
            _say(f"{count(new)} new in {outbox.path}")
        if ship:
            _deliver(outbox, settings)


def _deliver(outbox: Outbox, settings: Settings) -> None:
    """Wait until everything that was put is delivered or refused; a proxy that has the store does the carrying."""
    shipper = carrier(outbox, settings)
    last, before = outbox.last_seq(), outbox.counts()
    if before.pending:
        _say(f"{counted(before.pending, 'document')} on the way to Elasticsearch; Ctrl-C leaves them in the store")
    shipper.start()
    try:
        moved, pending = time.monotonic(), before.pending
        while any(row.seq <= last for row in outbox.claim(1, 1, float("inf"))):
            time.sleep(PAUSE)
            if (now := outbox.counts().pending) != pending:
                moved, pending = time.monotonic(), now
            elif time.monotonic() - moved > PATIENCE:
                raise Mistake(
                    f"{count(now)} documents still wait for Elasticsearch; they stay in {outbox.path} and are "
                    "delivered when the proxy runs next. `llmtap check` says what is wrong."
                )
    finally:
        shipper.stop(1.0)
    after = outbox.counts()
    _say(f"{count(after.delivered - before.delivered)} delivered to Elasticsearch")
    if refused := after.dead - before.dead:
        raise Mistake(f"Elasticsearch refused {count(refused)} documents; `llmtap outbox dead` says why.")


def _documents(files: tuple[Path, ...], settings: Settings, faults: list[str]) -> Iterator[Document]:
    """Yield the documents of all files; what cannot be read is told, added to `faults` and passed over."""
    providers, prices = Providers(settings.providers, settings.capture), Prices(settings.prices, fallback_prices)
    for path in files:
        counts, fault = Counter[str](), None
        try:
            for entry in _entries(path, providers, settings):
                yield from _made(entry, settings, prices, counts)
                if entry.why:
                    faults.append(_say(f"llmtap: entry {entry.number} of {path} is left out: {entry.why}."))
                if counts["entries"] % NEWS == 0 and sys.stderr.isatty():
                    _say(f"{path}: {counted(counts['entries'], 'entry')} …")
        except UnreadableError as error:
            where = f"entry {error.number} of {path}" if error.number else str(path)
            fault = f"llmtap: {where} cannot be read: {error.why}."
        except OSError as error:
            fault = f"llmtap: {path} cannot be read: {error.strerror or error}."
        if counts or fault is None:
            _say(f"{path}: {_told(counts)}")
        if fault:
            faults.append(_say(fault))


def _made(entry: Entry, settings: Settings, prices: Prices, counts: Counter[str]) -> Iterator[Document]:
    """Yield the documents of one entry, and count it."""
    made = 0
    for exchange in entry.exchanges:
        if found := read(exchange, settings, prices):
            made += 1
            yield found[1]
    counts.update(entries=1, documents=made, other=not made and not entry.why, unread=entry.why is not None)


def _told(counts: Counter[str]) -> str:
    """Return what a file was found to hold."""
    if not counts["entries"]:
        return "no entries"
    held = [counted(counts["documents"], "document")]
    if other := counts["other"]:
        held.append(f"{count(other)} other than LLM calls")
    if unread := counts["unread"]:
        held.append(f"{count(unread)} left out")
    return f"{counted(counts['entries'], 'entry')}: {', '.join(held)}"


def _entries(path: Path, providers: Providers, settings: Settings) -> Iterator[Entry]:
    with (STDIN if str(path) == "-" else path).open("rb") as file:
        entries = har_entries if is_har(file.peek(START)[:START]) else flow_entries
        yield from entries(file, providers, settings.capture.max_body_bytes)


def _say(sentence: str) -> str:
    click.echo(sentence, err=True)
    return sentence
