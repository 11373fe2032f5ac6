"""Headers by name."""

from llmtap.enrich.headers import by_name, value_of


def test_the_first_of_repeated_headers_counts() -> None:
    """Names are compared in lower case; an empty value is none."""
    found = by_name(((b"X-A", b" 1 "), (b"x-a", b"2"), (b"X-B", b"")))
    assert ("1", None, None) == (value_of(found, "x-a"), value_of(found, "x-b"), value_of(found, "x-c"))
