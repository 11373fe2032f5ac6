"""What providers report that a recorded call cost, against what we compute: the table of docs/costs.md.

xAI, OpenRouter and Perplexity state a cost in each answer. Where it is not what we compute, the reason is one of
`RULES`, and each is checked by figures that the answer itself states. `python -m tests.corpus.costs` writes the table.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import msgspec

from llmtap.capture.provider import Providers
from llmtap.config import fallback_prices, load
from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Cost, Prices
from llmtap.pipeline import read
from tests.corpus.recordings import Recording, recordings

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/costs.md"
BEGIN, END = "<!-- costs:begin -->\n", "\n<!-- costs:end -->"
HEAD = "| provider | computed against reported | calls |\n| --- | --- | ---: |"

REPORTERS = frozenset({"x_ai", "openrouter", "perplexity"})
NEAR = Decimal("0.01")
"""How far, of the reported cost, a computed one may be off and count as equal."""
CREATED = re.compile(rb'"created(?:_at)?"\s*:\s*(1\d{9})\b')
USAGE = re.compile(rb'"usage"\s*:\s*(?=\{)')

_MILLION = 1_000_000
_CENT_OF_MILLION = Decimal("0.0001")
_HALF_CENT = Decimal("0.005")
_HALF_A_TENTH = Decimal("0.0005")
"""Half a tenth of a cent, by which rounding to three digits is off at most."""


@dataclass(frozen=True)
class Bill:
    """One recorded call whose cost was reported: what we make of it, and the `usage` as it stands in the answer."""

    recording: Recording
    provider: str
    model: str
    usage: Usage | None
    cost: Cost
    stated: Mapping[str, object]

    @property
    def reported(self) -> Decimal:
        """What the provider reported."""
        assert self.cost.reported is not None
        return self.cost.reported

    def figure(self, *names: str) -> Decimal | None:
        """Return the first of these figures that the usage states, in its breakdown of the cost."""
        for part in (self.stated.get("cost"), self.stated.get("cost_details")):
            for name in names:
                if isinstance(part, dict) and isinstance(value := part.get(name), (int, float)):
                    return Decimal(str(value))
        return None

    @property
    def input(self) -> Decimal | None:
        """What the provider reports for the input alone."""
        return self.figure("input_tokens_cost", "upstream_inference_prompt_cost", "upstream_inference_input_cost")

    @property
    def output(self) -> Decimal | None:
        """What the provider reports for the output alone."""
        return self.figure(
            "output_tokens_cost", "upstream_inference_completions_cost", "upstream_inference_output_cost"
        )

    @property
    def computed_input(self) -> Decimal:
        """What we compute for the input, cached or not."""
        return sum(
            (part or Decimal(0) for part in (self.cost.input, self.cost.cache_read, self.cost.cache_write)), Decimal(0)
        )


def equal(bill: Bill) -> bool:
    """Both are the same, to one in a hundred."""
    return bill.cost.computed is not None and _near(bill.cost.computed, bill.reported)


def uncounted(bill: Bill) -> bool:
    """The answer counts nothing that has a price by the list: no tokens, but an image."""
    usage = bill.usage or Usage()
    return bill.cost.computed is None and usage.input_tokens is None and usage.output_tokens is None


def free(bill: Bill) -> bool:
    """A free variant of a model, which the lists do not have."""
    return bill.reported == 0 and bill.model.endswith(":free")


def rounded(bill: Bill) -> bool:
    """Perplexity's fee for a request is ours, by how much was searched; tokens are rounded, to three digits."""
    request, parts = bill.figure("request_cost"), (bill.input, bill.output)
    if request is None or None in parts or bill.cost.output is None or bill.cost.computed is None:
        return False
    ours = (bill.computed_input, bill.cost.output)
    exact = all(abs(one - (said or 0)) <= _HALF_A_TENTH for one, said in zip(ours, parts, strict=True))
    return exact and bill.cost.computed - sum(ours) == request


def tools(bill: Bill) -> bool:
    """OpenRouter's own tools (search, advisor, reading a file) are in the total; its figure for the tokens is ours."""
    tokens = _both(bill)
    return tokens is not None and tokens < bill.reported and _near(bill.cost.computed or Decimal(0), tokens)


def searches(bill: Bill) -> bool:
    """xAI ran tools of its own, at half a cent for each call; the tokens cost what is computed.

    Its list (https://docs.x.ai/developers/pricing, November 2026) has that for code and for searches of the web or X,
    and a cent for a search of attached files, which those recorded were charged half of.
    """
    ran, tokens = (bill.usage or Usage()).server_tool_calls or 0, bill.cost.computed
    return ran > 0 and tokens is not None and _near(tokens + _HALF_CENT * ran, bill.reported)


def contradictory(bill: Bill) -> bool:
    """The counts contradict each other, and xAI charges them as they are: more from the cache than was asked."""
    return bill.provider == "x_ai" and bill.usage is not None and bill.usage.inconsistent


def another_price(bill: Bill) -> bool:
    """OpenRouter charged another price than the list has: it was routed elsewhere, or the price changed since.

    What it charged for each side, by our counts, is a round price, so that it is the price that differs, not the count.
    """
    tokens = _both(bill)
    whole = tokens is not None and (_near(tokens, bill.reported) or bool(bill.stated.get("server_tool_use_details")))
    return (
        whole and bill.cost.computed is not None and all(_round(one, said, count) for one, said, count in _sides(bill))
    )


RULES = (
    ("equal", equal),
    ("nothing was counted that has a price by the list", uncounted),
    ("a free variant, which the lists do not have", free),
    ("the fee for the request is equal; the tokens are rounded to a tenth of a cent", rounded),
    ("tools of the router are in the total; the tokens are equal", tools),
    ("tools of the provider are in the total, half a cent for each call; the tokens are equal", searches),
    ("the answer says that more was read from the cache than was asked", contradictory),
    ("another price than the list's, by the same counts: routed elsewhere, or changed since", another_price),
)
UNEXPLAINED = "unexplained"


def explained(bill: Bill) -> str:
    """Return the first rule by which the reported cost is what it is."""
    return next((name for name, holds in RULES if holds(bill)), UNEXPLAINED)


def bills(folder: Path) -> Iterator[Bill]:
    """Yield every recorded call of the three whose cost was reported, priced as at the time when it was recorded."""
    settings = load(None)
    providers, prices = Providers(settings.providers, settings.capture), Prices(settings.prices, fallback_prices)
    for recording in recordings(folder):
        exchange = recording.exchange(providers, unsure=True)
        if exchange is None or exchange.endpoint.provider not in REPORTERS:
            continue
        created = CREATED.search(recording.response_body)
        found = read(replace(exchange, started=float(created[1]) if created else 0.0), settings, prices)
        if found is not None and found[0].cost.reported is not None:
            answer, asked = found[0].inference.response, found[0].inference.request
            provider, model = exchange.endpoint.provider, answer.model or asked.model or ""
            yield Bill(recording, provider, model, answer.usage, found[0].cost, _stated(recording.response_body))


def table(found: Iterable[Bill]) -> str:
    """Return how many calls of each provider go by which rule, as Markdown."""
    counts = Counter((bill.provider, explained(bill)) for bill in found)
    return "\n".join(
        (HEAD, *(f"| {provider} | {rule} | {count} |" for (provider, rule), count in sorted(counts.items())))
    )


def written() -> str:
    """Return the table that the documentation holds."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def _stated(body: bytes) -> Mapping[str, object]:
    """Return the last `usage` of an answer, streamed or not, as it stands there."""
    for found in reversed(list(USAGE.finditer(body))):
        depth = 0
        for end in range(found.end(), len(body)):
            depth += (body[end : end + 1] == b"{") - (body[end : end + 1] == b"}")
            if depth == 0:
                value = msgspec.json.decode(body[found.end() : end + 1])
                return value if isinstance(value, dict) else {}
    return {}


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= NEAR * other


def _both(bill: Bill) -> Decimal | None:
    return None if bill.input is None or bill.output is None else bill.input + bill.output


def _sides(bill: Bill) -> Iterator[tuple[Decimal, Decimal | None, int]]:
    """Yield for input and output what we compute, what is reported, and how many tokens at the full price that is."""
    usage = bill.usage or Usage()
    yield bill.computed_input, bill.input, usage.input_tokens or 0
    yield bill.cost.output or Decimal(0), bill.output, usage.output_tokens or 0


def _round(ours: Decimal, said: Decimal | None, count: int) -> bool:
    """Whether the reported cost of a side is our count at a price of at most four decimals per million tokens.

    With tokens from the cache, whose price goes with that of the others, it is a multiple of ours of two decimals.
    """
    if said is None or not count or not ours:
        return said is not None
    candidates = ((said * _MILLION / count, _CENT_OF_MILLION), (said / ours, Decimal("0.01")))
    return any(abs(price - price.quantize(digits)) <= price / _MILLION for price, digits in candidates)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT.parent / "shared/corpus"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table(bills(folder)) + END + rest.partition(END)[2], encoding="utf-8")
