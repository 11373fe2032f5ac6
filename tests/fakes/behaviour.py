"""How the simulated provider is steered: by words in the model's name or in an `x-fake` header; pure.

`gpt-4o-mini-429`, `gpt-4o-mini-stream-100x20ms`, `claude-haiku-4-5-cut`, `x-fake: trickle, crlf, after-5`:
an unmodified client needs no more than a model name. What is left of the name is the model that answers.

| words | what happens |
| --- | --- |
| `400` … `599` | that status and the provider's error body; 429, 503 and 529 with `retry-after: 1` |
| `error-in-stream` | an error event inside a 200 stream (an error body under 200 when unstreamed) |
| `reset-mid-stream`, `cut` | TCP reset; end of connection without a terminator |
| `after-K` | how many events precede these three (3) |
| `stream-NxMms`, `events=N`, `interval=Mms`, `slow` | N words in the answer; M ms between events (slow: 200) |
| `stall`, `no-headers` | headers and then nothing; nothing at all |
| `huge-Nmb` | an answer of N MB |
| `gzip`, `br`, `zstd`, `deflate`, `bad-gzip` | that content encoding; one that is announced and not kept |
| `truncated-json`, `not-json` | a body that does not parse, under a JSON content type |
| `crlf`, `trickle` | CRLF line ends in events; chunks cut anywhere, a few bytes each |
| `cached` | cache figures in the usage |
"""

import re
from dataclasses import dataclass

WORDS = re.compile(
    r"""[-+:,;\s]* (?<![a-z0-9])
    (?: (?P<status>[45]\d\d)
      | stream-(?P<count>\d+)x(?P<gap>\d+)ms
      | events=(?P<events>\d+)
      | interval=(?P<interval>\d+)ms
      | after-(?P<after>\d+)
      | huge-(?P<megabytes>\d+)mb
      | (?P<word> error-in-stream | reset-mid-stream | cut | slow | stall | no-headers | bad-gzip | gzip | br | zstd
                | deflate | truncated-json | not-json | crlf | trickle | cached )
    ) (?![a-z0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
ENCODINGS = ("gzip", "br", "zstd", "deflate")


@dataclass(frozen=True)
class Behaviour:
    """What one request is answered with; the table stands in the module's docstring."""

    words: frozenset[str] = frozenset()
    status: int | None = None
    events: int | None = None
    interval: float = 0.0
    after: int = 3
    megabytes: int = 0

    @property
    def encoding(self) -> str | None:
        """The content encoding that is kept, or None."""
        return next((name for name in ENCODINGS if name in self.words), None)


def read(model: str, header: str = "") -> tuple[str, Behaviour]:
    """Return the model's name without the words that steer, and what they and those of the header ask for."""
    words: set[str] = set()
    numbers: dict[str, int] = {}
    for match in WORDS.finditer(f"{model},{header}"):
        if word := match["word"]:
            words.add(word.lower())
        numbers |= {name: int(value) for name, value in match.groupdict().items() if name != "word" and value}
    gap = numbers.get("interval", numbers.get("gap", 200 if "slow" in words else 0))
    return WORDS.sub("", model).strip("-+:,; "), Behaviour(
        frozenset(words),
        numbers.get("status"),
        numbers.get("events", numbers.get("count")),
        gap / 1000,
        numbers.get("after", 3),
        numbers.get("megabytes", 0),
    )
