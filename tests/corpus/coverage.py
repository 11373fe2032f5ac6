"""What is read of the recorded traffic, by provider, wire format and operation: the table of docs/coverage.md.

`python -m tests.corpus.coverage` writes it again. Whether an answer carries a usage is told by a witness that shares
nothing with `llmtap.decode`: a look for counters in the bytes of the answer, in frames and headers as well.
"""

import re
import sys
from base64 import b64decode
from binascii import Error
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from llmtap.capture.provider import Providers
from llmtap.config import fallback_prices, load
from llmtap.enrich.cost import Prices
from llmtap.pipeline import read
from tests.corpus.recordings import Recording, recordings

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/coverage.md"
BEGIN, END = "<!-- coverage:begin -->\n", "\n<!-- coverage:end -->"
HEAD = (
    "| provider | wire format | operation | recordings | recognised | failed | usage read | usage truly absent "
    "| count not read | cost known |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)
TOTAL = ("**all**", "", "")
COUNTS_HEAD = "| count not read | recordings |\n| --- | ---: |"
OTHERS_HEAD = "| no call of an LLM | recordings |\n| --- | ---: |"

COUNTERS = re.compile(
    rb'\\?"(?:\w*[tT]okens\w*|\w*TokenCount|\w*[tT]oken_count\w*|\w*eval_count|predicted_n|seconds|search_units'
    rb'|total_characters)\\?"\s*:\s*\\?"?[1-9]'
)
"""A counter that is not zero, whatever its vendor calls it; the quotes are escaped in JSON within JSON."""
COUNTING_HEADER = re.compile(rb"x-amzn-bedrock-(?:input|output)-token-count$")
WRAPPED = re.compile(rb'"bytes"\s*:\s*"([A-Za-z0-9+/=]+)"')
"""The events of an AWS stream: JSON in base64 within frames."""


OTHER_COUNTS = (
    ("the size of a question that was only counted", re.compile(r"\S+ count_tokens ")),
    ("the size of a question that was refused", re.compile(r".* [45]\d\d$")),
    ("the usage of an answer that its own call has told", re.compile(r"openai_responses retrieve 200")),
)
"""What an answer counts that is not read as a usage, by `wire_format operation status`."""
OTHERS = (
    ("fetched, listed, changed or deleted", re.compile(r"(?!POST )")),
    ("content kept for later questions", re.compile(r".*(?:/cachedContents|/fileSearchStores)")),
    ("text cut into tokens", re.compile(r".*/tokenize$")),
    ("a key for a realtime session", re.compile(r".*/realtime/(?:sessions|client_secrets)$")),
    ("a guardrail, a knowledge base, a model card", re.compile(r".*(?:/guardrail/|/knowledgebases/|/api/show$)")),
    ("a document turned into text", re.compile(r".*/api/parsing/")),
    ("a repository or space of a hub", re.compile(r".*/api/(?:repos|spaces)/")),
    ("agents, tracing and databases", re.compile(r"POST \S+ (?:/|/v2/query|/functions|.*/tracing/.*|/indexes/.*)?$")),
    ("agents, tracing and databases", re.compile(r"POST \S+ /v1/(?:schema|objects|graphql)$")),
    ("a model that does not exist", re.compile(r".*/bad%20model$")),
)
"""What was recorded beside calls of LLMs, by `method host path`."""


@dataclass(frozen=True)
class Found:
    """One recorded exchange that is recognised: where it belongs, and what was read of it."""

    recording: Recording
    provider: str
    wire_format: str | None
    operation: str
    usage: bool
    tokens: int
    carried: bool
    cost: bool
    failed: bool

    @property
    def row(self) -> tuple[str, str, str]:
        """The row of the table in which it is counted."""
        return self.provider, self.wire_format or "—", self.operation

    @property
    def other_count(self) -> str | None:
        """What a count that was not read as usage counts, or None where it is no usage's."""
        return _reason(OTHER_COUNTS, f"{self.wire_format} {self.operation} {self.recording.status}")


def other(recording: Recording) -> str | None:
    """Return what an exchange was about that is no call of an LLM, or None."""
    address = urlsplit(recording.url)
    return _reason(OTHERS, f"{recording.method} {address.netloc} {address.path}")


def _reason(reasons: Iterable[tuple[str, re.Pattern[str]]], said: str) -> str | None:
    return next((reason for reason, pattern in reasons if pattern.match(said)), None)


def carried(recording: Recording) -> bool:
    """Return whether the bytes of an answer carry a counter that is not zero."""
    if any(COUNTING_HEADER.match(name) and value.strip(b"0") for name, value in recording.response_headers):
        return True
    if any(
        name == b"content-type" and value.startswith(b"application/grpc") for name, value in recording.response_headers
    ):
        return True  # numbered fields that no witness can name: taken to carry one
    return any(COUNTERS.search(data) for data in _plain(recording.response_body))


def _plain(body: bytes) -> Iterator[bytes]:
    yield body
    for wrapped in WRAPPED.findall(body):
        try:
            yield b64decode(wrapped)
        except Error:
            continue


def walk(folder: Path) -> Iterator[tuple[Recording, Found | None]]:
    """Yield every recording, and what the corridor makes of it; None is what it takes for no call of an LLM."""
    settings = load(None)
    providers, prices = Providers(settings.providers, settings.capture), Prices(settings.prices, fallback_prices)
    for recording in recordings(folder):
        exchange = recording.exchange(providers, unsure=True)
        found = read(exchange, settings, prices) if exchange else None
        if exchange is None or found is None:
            yield recording, None
            continue
        inference, usage = found[0].inference, found[0].inference.response.usage
        yield (
            recording,
            Found(
                recording,
                exchange.endpoint.provider,
                inference.wire_format,
                inference.operation,
                usage is not None,
                (usage.input_tokens or 0) + (usage.output_tokens or 0) if usage else 0,
                carried(recording),
                found[0].cost.total is not None,
                recording.status >= 400,
            ),
        )


def tables(walked: Iterable[tuple[Recording, Found | None]]) -> str:
    """Return the tables as Markdown: calls by provider, wire format and operation; then by reason what is not."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    counts, others = Counter[str](), Counter[str]()
    for recording, one in walked:
        if one is None:
            others[other(recording) or "?"] += 1
            continue
        beside = one.carried and not one.usage
        if beside:
            counts[one.other_count or "?"] += 1
        said = (1, 1, one.failed, one.usage, not one.usage and not beside, beside, one.cost)
        for row in (one.row, TOTAL):
            rows[row] = [sum(pair) for pair in zip(rows.get(row, (0,) * len(said)), said, strict=True)]
    total = rows.pop(TOTAL)
    calls = (f"| {' | '.join((*row, *map(str, facts)))} |" for row, facts in [*sorted(rows.items()), (TOTAL, total)])
    return "\n".join((HEAD, *calls, "", COUNTS_HEAD, *_listed(counts), "", OTHERS_HEAD, *_listed(others)))


def _listed(counts: Counter[str]) -> Iterator[str]:
    return (f"| {name} | {count} |" for name, count in counts.most_common())


def written() -> str:
    """Return the tables that the documentation holds."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT.parent / "shared/corpus"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + tables(walk(folder)) + END + rest.partition(END)[2], encoding="utf-8")
