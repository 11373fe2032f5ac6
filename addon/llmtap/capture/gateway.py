"""Where a gateway's request names the provider behind it: in a header, in the path, in the host. It knows no names.

What is found is the gateway's own word for the provider, or an address; whose that is, the table of providers says.
"""

import re
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from llmtap.capture.exchange import Headers, header

LONGEST_WORD = 64
"""Characters of a gateway's word for a provider; an address in a header may be longer."""
LONGEST = 512

type Regex = Annotated[str, msgspec.Meta(extra_json_schema={"format": "regex"})]


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a gateway is told which provider is meant: the first of `headers`, else `path`, else `host`.

    `path` and `host` are regular expressions, searched for, with a group `provider`. A gateway that `resells` sells the
    answers of others as its own, under its own account and price; any other passes the provider's API through.
    """

    headers: tuple[str, ...] = ()
    path: Regex | None = None
    host: Regex | None = None
    resells: bool = False

    def __post_init__(self) -> None:
        for name in ("path", "host"):
            pattern = getattr(self, name)
            if pattern is None:
                continue
            try:
                groups = re.compile(pattern).groupindex
            except re.error as error:
                raise ValueError(f"`{name}`: '{pattern}' is no regular expression ({error})") from error
            if "provider" not in groups:
                raise ValueError(f"`{name}`: {pattern!r} has no group `provider`")


def named(gateway: Gateway, host: str, path: str, headers: Headers) -> str | None:
    """Return the lower-case word or address by which a request names the provider, or None when it names none."""
    for name in gateway.headers:
        if value := header(headers, name):
            # Portkey writes the name of an integration with an @ before it.
            return value.lower().removeprefix("@")[:LONGEST]
    for pattern, text in ((gateway.path, path.partition("?")[0]), (gateway.host, host)):
        if pattern and (found := _compiled(pattern).search(text)) and found["provider"]:
            return found["provider"].lower()[:LONGEST_WORD]
    return None


def stated_host(word: str) -> str:
    """Return the host of an address (`https://api.openai.com/v1`), or the word itself when it is none."""
    try:
        return urlsplit(word if "//" in word else f"//{word}").hostname or word
    except ValueError:
        return word


@lru_cache(256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
