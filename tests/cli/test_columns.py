"""Columns fit the width there is, and what is left out is what is missed least."""

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from llmtap.cli.columns import Column, Kind, fitting, widths


def _column(heading: str, cell: str, kind: Kind = "number") -> Column:
    return Column(heading, [Text(cell)], kind)


ALL = [
    _column("provider", "p" * 20, "name"),
    _column("model", "m" * 30, "name"),
    *(_column(heading, "0") for heading in ("cached", "first token", "p95")),
    _column("id", "01234567", "whole"),
]


def test_columns_are_left_out_in_their_order() -> None:
    """cached, p95, first token, provider: each only when leaving out those before it was not enough."""
    seen = [[column.heading for column in fitting(ALL, width)] for width in range(90, 10, -1)]
    steps = [found for found, before in zip(seen, [None, *seen], strict=False) if found != before]
    everything = ["provider", "model", "cached", "first token", "p95", "id"]
    gone = [[name for name in everything if name not in step] for step in steps]
    assert [[], ["cached"], ["cached", "p95"], ["cached", "first token", "p95"]] == gone[:4]
    assert [["provider", "cached", "first token", "p95"]] == gone[4:]


def test_a_provider_that_is_the_only_name_stays() -> None:
    """Without it, a line would be of nobody."""
    assert ["provider"] == [column.heading for column in fitting([ALL[0]], 5)]


@given(st.integers(20, 200))
def test_names_give_way_and_nothing_else_does(width: int) -> None:
    """What is not a name has its natural width, whatever room there is."""
    found = widths(ALL, width)
    assert [column.natural() for column in ALL[2:]] == found[2:]
    assert all(own >= column.least() for own, column in zip(found, ALL, strict=True))
