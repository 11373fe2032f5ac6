"""Sums of calls, in memory that does not grow with their number; pure.

Unknown stays apart from 0: a sum is None until a first value is known, and calls without usage or without a price are
counted beside it. Quantiles come from buckets 2 % wide, so any number of durations fits into a few hundred counts.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from llmtap.cli.ledger import Call

WIDTH = math.log(1.02)
MOST_GROUPS = 2000
"""Values of a key beyond this many are summed up as one group, whose key is OTHER."""
OTHER = "(others)"
KEYS = (
    "provider",
    "model",
    "operation",
    "team",
    "service",
    "environment",
    "user",
    "outcome",
    "error",
    "route",
)
"""What calls can be grouped by: fields of Call."""

type Key = tuple[str | None, ...]


class Spread:
    """How a positive quantity is spread, to within 1 % of each value."""

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buckets: Counter[int] = Counter()
        self._count = 0

    def add(self, value: float) -> None:
        """Take in a value; one below a microsecond counts as a microsecond."""
        self._buckets[round(math.log(max(value, 1e-6)) / WIDTH)] += 1
        self._count += 1

    def quantile(self, share: float) -> float | None:
        """Return the value that `share` (0 to 1) of the values do not exceed, None when there is none."""
        rank = max(1, math.ceil(share * self._count))
        for bucket, count in sorted(self._buckets.items()):
            rank -= count
            if rank <= 0:
                return math.exp(bucket * WIDTH)
        return None


@dataclass(slots=True)
class Total:
    """The sum of some calls; `cost` by currency, the four counts after it tell what sums do not cover.

    `cost_estimated` is of the `estimated` calls, whose usage was not reported; it is no part of `cost`. `unpriced`
    calls have no known price, of those `part_priced` one side was not reported, and of those `usage_absent` neither is
    known, nor estimated.
    """

    calls: int = 0
    errors: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cost: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost_estimated: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    estimated: int = 0
    unpriced: int = 0
    part_priced: int = 0
    usage_absent: int = 0
    first_token: Spread = field(default_factory=Spread)
    duration: Spread = field(default_factory=Spread)

    def add(self, call: Call) -> None:
        """Take in one call."""
        self.calls += 1
        self.errors += call.outcome == "failure"
        self.input_tokens = _sum(self.input_tokens, call.input_tokens)
        self.output_tokens = _sum(self.output_tokens, call.output_tokens)
        self.cached_tokens = _sum(self.cached_tokens, call.cached_tokens)
        self.estimated += call.usage_source == "estimated" or call.cost_estimated is not None
        self.usage_absent += (
            call.input_tokens is None and call.output_tokens is None and call.usage_source != "estimated"
        )
        self.unpriced += call.cost_status == "unpriced"
        self.part_priced += call.cost_status == "partial"
        if call.cost is not None:
            self.cost[call.currency or "?"] += call.cost
        if call.cost_estimated is not None:
            self.cost_estimated[call.currency or "?"] += call.cost_estimated
        if call.first_token is not None:
            self.first_token.add(call.first_token)
        if call.duration is not None:
            self.duration.add(call.duration)


def _sum(total: int | None, value: int | None) -> int | None:
    return total if value is None else (total or 0) + value


class Totals:
    """Totals by a combination of KEYS."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Group by `keys`; none of them makes one group of all calls."""
        self.keys = tuple(keys)
        self._groups: dict[Key, Total] = {}

    def add(self, call: Call) -> None:
        """Take in one call."""
        values = (getattr(call, key) for key in self.keys)
        key = tuple(None if value is None else str(value) for value in values)
        total = self._groups.get(key)
        if total is None:
            if len(self._groups) >= MOST_GROUPS:
                key = (OTHER,) * len(self.keys)
            total = self._groups.setdefault(key, Total())
        total.add(call)

    def largest_first(self) -> list[tuple[Key, Total]]:
        """Return the groups, those with most calls first."""
        return sorted(self._groups.items(), key=lambda item: (-item[1].calls, [value or "" for value in item[0]]))


def rows(totals: Totals) -> Iterable[Mapping[str, object]]:
    """Yield one flat object a group, for machines: what is not known is null, seconds and money are plain numbers."""
    for key, total in totals.largest_first():
        yield {
            **dict(zip(totals.keys, key, strict=True)),
            "calls": total.calls,
            "errors": total.errors,
            "input_tokens": total.input_tokens,
            "output_tokens": total.output_tokens,
            "cached_tokens": total.cached_tokens,
            "cost": dict(total.cost),
            "cost_estimated": dict(total.cost_estimated),
            "estimated_calls": total.estimated,
            "unpriced_calls": total.unpriced,
            "part_priced_calls": total.part_priced,
            "usage_absent_calls": total.usage_absent,
            "first_token_p50": total.first_token.quantile(0.5),
            "first_token_p95": total.first_token.quantile(0.95),
            "duration_p50": total.duration.quantile(0.5),
        }
