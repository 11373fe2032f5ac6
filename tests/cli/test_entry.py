"""An entry is an Exchange or says why it is none."""

from llmtap.cli.entry import Entry, UnreadableError


def test_what_cannot_be_read_says_where() -> None:
    """The error carries the entry's number and the reason apart, for a sentence."""
    error = UnreadableError("it is damaged", 3)
    assert (error.why, error.number, str(error)) == ("it is damaged", 3, "it is damaged")
    assert (list(Entry(1).exchanges), Entry(1).why) == ([], None)
