"""The recordings as a HAR file: `llmtap replay` makes of them the documents that decoding directly makes."""

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.capture.provider import Providers
from llmtap.cli.har import har_entries
from llmtap.config import fallback_prices, load
from llmtap.enrich.cost import Prices
from llmtap.pipeline import read
from tests.cli.recorded import entry, har, written
from tests.corpus.recordings import Recording, recordings

DIFFERENT = (".@timestamp", ".event.id", ".event.start", ".server.", ".llmtap.limits.")
"""What cannot be equal: the recordings have no begin, and are not told where they went."""

logger = logging.getLogger(__name__)


def test_replay_reads_what_decoding_reads(corpus: Path, tmp_path: Path) -> None:
    """Every recorded call gives a document, equal to the direct one but for times; what gives none is counted."""
    settings = load(None)
    providers, prices = Providers(settings.providers, settings.capture), Prices(settings.prices, fallback_prices)
    counts, unequal = Counter[str](), Counter[str]()
    recorded = list(recordings(corpus))
    file = written(tmp_path, har(*(_entry(each) for each in recorded)))
    for recording, exchange in zip(recorded, _calls(file, providers), strict=True):
        found = read(exchange, settings, prices) if exchange else None
        certain = exchange is not None and exchange.endpoint.certain
        counts["document" if certain and found else "document, told by its bodies" if found else "no LLM call"] += 1
        direct = recording.exchange(providers)
        if direct is not None:
            expected, made = read(direct, settings, prices), dict[str, object]()
            assert expected is not None
            assert found is not None
            made = dict(_flat(msgspec.json.decode(found[1].body)))
            wanted = dict(_flat(msgspec.json.decode(expected[1].body)))
            unequal.update(name for name in made.keys() | wanted.keys() if made.get(name) != wanted.get(name))
    for outcome, count in sorted(counts.items()):
        logger.info("%5d %s", count, outcome)
    assert [] == [name for name in unequal if not name.startswith(DIFFERENT)]
    assert counts["no LLM call"] / counts.total() < 0.1


def _calls(file: Path, providers: Providers) -> Iterator[Exchange | None]:
    """Yield the call of each entry, None for what is none."""
    with file.open("rb") as opened:
        for replayed in har_entries(opened, providers, 1 << 24):
            yield next(iter(replayed.exchanges), None)


def _entry(recording: Recording) -> dict[str, object]:
    """Return a recording as a HAR entry, begun at the epoch, as the direct reading takes it to be."""
    return entry(
        recording.url,
        recording.request_body,
        recording.response_body,
        method=recording.method,
        status=recording.status,
        asked=[(name.decode(), value.decode()) for name, value in recording.request_headers],
        answered=[(name.decode(), value.decode()) for name, value in recording.response_headers],
        started="1970-01-01T00:00:00Z",
    )


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _flat(member, f"{name}.{key}")
    else:
        yield name, value
