"""The headers of a request or an answer by name, for whoever looks for many: of a repeated one the first counts."""

from collections.abc import Mapping
from functools import lru_cache

from llmtap.capture.exchange import Headers


@lru_cache(maxsize=1024)
def label(name: bytes) -> str:
    """Return a header's name in lower case."""
    return name.decode("latin-1").lower()


def by_name(headers: Headers) -> dict[str, bytes]:
    """Return the first value of each header by lower-case name."""
    return {label(name): value for name, value in reversed(headers)}


def value_of(found: Mapping[str, bytes], name: str) -> str | None:
    """Return a header's value, bytes that are not UTF-8 replaced; None when it is absent or empty."""
    value = found.get(name)
    return value.decode("utf-8", "replace").strip() or None if value else None
