"""Columns side by side in the width there is; pure.

Numbers and ids are always whole. Where there is no room, columns are left out in the order of DROPPED, and then names
give way, down to LEAST characters and an ellipsis; nothing is ever broken over lines but a heading, at its spaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

DROPPED = (
    "cached",
    "p95",
    "first token",
    "first token p50",
    "provider",
    "duration",
    "duration p50",
    "cost estimated",
    "errors",
)
"""What is left out where it is narrow, the least missed first."""
LEAST = 11
"""Characters of a name by which most models can still be told apart."""
GAP = 2

type Kind = Literal["name", "whole", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and its cells; a `name` may be cut short, the others may not, and a `number` stands on the right."""

    heading: str
    cells: Sequence[Text]
    kind: Kind = "number"

    def natural(self) -> int:
        """Return the width in which nothing is cut."""
        words = self.heading.split() or [""]
        return max(map(cell_len, (*words, *(cell.plain for cell in self.cells))))

    def least(self) -> int:
        """Return the width below which the column is of no use."""
        if self.kind != "name":
            return self.natural()
        return min(self.natural(), max(LEAST, *map(cell_len, self.heading.split() or [""])))


def table(title: str, columns: Sequence[Column], width: int) -> Table:
    """Return a table at most `width` wide, as far as columns that may be left out or cut allow."""
    kept = fitting(columns, width)
    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
    )
    for column, own in zip(kept, widths(kept, width), strict=True):
        justify: Literal["right", "left"] = "right" if column.kind == "number" else "left"
        made.add_column(column.heading, justify=justify, width=own, overflow="ellipsis")
    for row in zip(*(column.cells for column in kept), strict=True):
        made.add_row(*(_one_line(cell) for cell in row))
    return made


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """Return the columns that have room in `width`; a provider is left out only where a model says enough."""
    kept = list(columns)
    for heading in DROPPED:
        if sum(column.least() + GAP for column in kept) - GAP <= width:
            break
        if heading == "provider" and not any(column.heading == "model" for column in kept):
            continue
        kept = [column for column in kept if column.heading != heading]
    return kept


def widths(columns: Sequence[Column], width: int) -> list[int]:
    """Return how wide each column is: the widest name gives way first, and none below its least."""
    found = [column.natural() for column in columns]
    least = [column.least() for column in columns]
    excess = sum(found) + GAP * (len(found) - 1) - width
    while excess > 0:
        room = [index for index, own in enumerate(found) if own > least[index]]
        if not room:
            break
        found[max(room, key=lambda index: found[index])] -= 1
        excess -= 1
    return found


def _one_line(cell: Text) -> Text:
    return Text(cell.plain.replace("\n", " "), style=cell.style, no_wrap=True, overflow="ellipsis")
