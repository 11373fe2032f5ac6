"""The recordings with something taken away that recorders, gateways and private hosts take away, and what is read then.

Whatever a recording is read for today it should be read for without its host, its headers or its layout: how far that
holds says how far the reading carries over to providers and applications that nobody here has seen. The second table of
docs/coverage.md holds the shares; `python -m tests.corpus.ablations` writes it.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.capture.provider import Providers, ProviderTable
from llmtap.cli.harentry import HarEntry
from llmtap.cli.harentry import exchange_of as read_entry
from llmtap.config import load
from llmtap.decode.decoder import decode
from llmtap.decode.inference import Usage
from llmtap.decode.recognition import recognised
from tests.cli.recorded import entry
from tests.corpus.changes import (
    Change,
    at,
    bare,
    both,
    crlf,
    elsewhere,
    encoded,
    marked,
    respelled,
    streamed,
    typed,
    unasked,
)
from tests.corpus.recordings import Recording, recordings

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/coverage.md"
BEGIN, END = "<!-- ablations:begin -->\n", "\n<!-- ablations:end -->"
HEAD = (
    "| without | recordings | recognised | wire format | operation | usage | model |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)
SAMPLE = 8
"""How many recordings of one provider, wire format, operation and outcome take part, so that rare ones count too."""

FACTS = ("wire_format", "operation", "usage", "model")
_FAILED = 400


@dataclass(frozen=True)
class Read:
    """What is read of a recording that matters to a report."""

    wire_format: str | None
    operation: str
    usage: Usage | None
    model: str | None


@dataclass(frozen=True)
class Ablation:
    """One thing that is taken away: how a recording looks then, None where it has no such thing.

    `floor` is the least share that is recognised, and whose usage is the same. Without `provider`, the rows of its own
    provider are missing in the tables; with `har`, it is read from a HAR entry whose bodies are in base64.
    """

    name: str
    floor: tuple[float, float]
    change: Change = lambda recording: recording
    provider: bool = True
    har: bool = False


UNKNOWN = "https://llm.corp.example"
LAYOUT = (1.0, 1.0)
HOST, BODIES, PATHS = (0.99, 0.99), (0.83, 0.82), (0.83, 0.74)
ABLATIONS = (
    Ablation("the host", HOST, at(UNKNOWN)),
    Ablation("the host, `localhost:8000` for it", HOST, at("http://localhost:8000")),
    Ablation("the host, `/proxy/openai` before the path", HOST, at(UNKNOWN, "/proxy/openai")),
    Ablation("the host, `/api/v1/ns` before the path", HOST, at(UNKNOWN, "/api/v1/ns")),
    Ablation("the rows of its provider", HOST, provider=False),
    Ablation("the path, `/v1/ask` for it", BODIES, elsewhere("/v1/ask")),
    Ablation("host and path, `/` for it", BODIES, at(UNKNOWN, path="/")),
    Ablation("host and path, `/api/chat` for it", PATHS, at(UNKNOWN, path="/api/chat")),
    Ablation("host and path, `/v1/completions` for it", PATHS, at(UNKNOWN, path="/v1/completions")),
    Ablation("headers", (1.0, 0.98), bare()),
    Ablation("host and headers", (0.99, 0.98), both(at(UNKNOWN), bare())),
    Ablation("host, path and headers", BODIES, both(at(UNKNOWN, path="/"), bare())),
    Ablation("content types", LAYOUT, bare(b"content-type")),
    Ablation("the question", (0.98, 0.97), unasked),
    Ablation("host and question", (0.89, 0.87), both(at(UNKNOWN), unasked)),
    Ablation("the layout of JSON", LAYOUT, respelled),
    Ablation("host, path and the layout of JSON", BODIES, both(at(UNKNOWN, path="/"), respelled)),
    Ablation("LF between events, CR LF for it", LAYOUT, streamed(crlf)),
    Ablation("silence between events", LAYOUT, streamed(lambda body: body.replace(b"\n\n", b"\n\n: OK\n\n"))),
    Ablation("the last blank line of events", LAYOUT, streamed(bytes.rstrip)),
    Ablation("the type of events, `text/plain` for it", LAYOUT, both(streamed(bytes), typed(b"text/plain"))),
    Ablation("the type of answers, `octet-stream` for it", LAYOUT, typed(b"application/octet-stream")),
    Ablation("plain answers, gzip for them", LAYOUT, encoded),
    Ablation("bytes as they passed, HAR and base64 for them", LAYOUT, har=True),
    Ablation("the encoding that is stated, in HAR", LAYOUT, marked, har=True),
)


class Tables:
    """The tables of the configuration, whole or without the rows of a provider; each is compiled once."""

    def __init__(self) -> None:
        self._table = load(None).providers
        self._made: dict[str, Providers] = {}
        self.whole = Providers(self._table)

    def without(self, provider: str) -> Providers:
        """Return the tables without the hosts of a provider, and without the paths that are theirs alone."""
        if provider not in self._made:
            hosts = tuple(row for row in self._table.providers if row.name != provider)
            kept = {row.id for row in hosts}
            paths = tuple(row for row in self._table.endpoints if not row.providers or kept & set(row.providers))
            self._made[provider] = Providers(ProviderTable(hosts, paths))
        return self._made[provider]


def exchange_of(recording: Recording, providers: Providers, *, har: bool = False) -> Exchange | None:
    """Return a recording as captured, or as read from a HAR entry."""
    if not har:
        return recording.exchange(providers, unsure=True)
    made = entry(
        recording.url,
        recording.request_body,
        recording.response_body,
        method=recording.method,
        status=recording.status,
        asked=[(name.decode(), value.decode()) for name, value in recording.request_headers],
        answered=[(name.decode(), value.decode()) for name, value in recording.response_headers],
        coded=True,
    )
    return read_entry(msgspec.convert(made, HarEntry), providers, b"", 0.0)


def read_of(exchange: Exchange | None) -> Read | None:
    """Return what is read of an exchange, None where it is not recognised."""
    if exchange is None or not (exchange.endpoint.certain or recognised(exchange)):
        return None
    found = decode(exchange)
    model = found.response.model or found.request.model
    return Read(found.wire_format, found.operation, found.response.usage, model)


def sample(folder: Path, tables: Tables) -> list[tuple[Recording, str, Read]]:
    """Return the first recordings of each kind, whose they are, and what is read of them."""
    taken, counts = list[tuple[Recording, str, Read]](), Counter[tuple[str, str | None, str, bool]]()
    for recording in recordings(folder):
        exchange = exchange_of(recording, tables.whole)
        read = read_of(exchange)
        if exchange is None or read is None:
            continue
        kind = (exchange.endpoint.provider, read.wire_format, read.operation, recording.status >= _FAILED)
        counts[kind] += 1
        if counts[kind] <= SAMPLE:
            taken.append((recording, exchange.endpoint.provider, read))
    return taken


def shares(ablation: Ablation, taken: Iterable[tuple[Recording, str, Read]], tables: Tables) -> tuple[int, list[float]]:
    """Return how many recordings have what is taken away, and which share of them is read as before in each respect."""
    equal = [0] * 5
    count = 0
    for recording, provider, before in taken:
        changed = ablation.change(recording)
        if changed is None:
            continue
        count += 1
        providers = tables.whole if ablation.provider else tables.without(provider)
        after = read_of(exchange_of(changed, providers, har=ablation.har))
        if after is not None:
            said = (True, *(getattr(after, name) == getattr(before, name) for name in FACTS))
            equal = [sum(pair) for pair in zip(equal, said, strict=True)]
    return count, [number / max(count, 1) for number in equal]


def table(found: Iterable[tuple[Ablation, tuple[int, list[float]]]]) -> str:
    """Return the shares as Markdown, in percent, rounded down."""
    rows = (
        f"| {ablation.name} | {count} | {' | '.join(f'{int(share * 1000) / 10}' for share in equal)} |"
        for ablation, (count, equal) in found
    )
    return "\n".join((HEAD, *rows))


def walk(folder: Path) -> Iterator[tuple[Ablation, tuple[int, list[float]]]]:
    """Yield each ablation and its shares."""
    tables = Tables()
    taken = sample(folder, tables)
    for ablation in ABLATIONS:
        yield ablation, shares(ablation, taken, tables)


def written() -> str:
    """Return the table that the documentation holds."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT.parent / "shared/corpus"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table(walk(folder)) + END + rest.partition(END)[2], encoding="utf-8")
