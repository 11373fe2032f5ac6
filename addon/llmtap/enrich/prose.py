"""What may be kept of an error message: it is prose that may quote the prompt, and goes without its quotations.

What it repeats of the request goes as well, whether or not a wire format could read that request, and so do credentials
that stand in the request's body (the token of a tool server). Bounded: of a long request its ends are looked at.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.decode.body.encoding import undo
from llmtap.decode.inference import Message
from llmtap.enrich.secret import PREFIX, REDACTED, credential_name, strike, strike_runs

LONGEST_MESSAGE = 512
"""Characters of an error message."""
QUOTED = "[QUOTED]"

_CLOSING = {'"': '"', "`": "`", "“": "”", "«": "»", "„": "“", "「": "」"}
_QUOTATION = re.compile(
    "|".join(rf"{opening}((?:\\.|[^\\{closing}])*)(?:{closing}|\\?\Z)" for opening, closing in _CLOSING.items())
    + r"|(?<!\w)'((?:\\.|(?<=\w)'(?=\w)|[^\\'])*)(?:'|\\?\Z)"
    r"|\b(?:input_value|failed_generation|input)=(.*?)(?=, input_type=|\Z)",
    re.DOTALL,
)
IDENTIFIER = re.compile(r"[\w.:/\[\]$#-]{1,96}|[\w.-]{1,48}@\d{8}", re.ASCII)
_KEY_WORD = re.compile(r"key|token|secret|password|credential|auth", re.IGNORECASE)
_LONG_RUN = re.compile(r"[A-Za-z0-9_+-]{20,}={0,2}")
_ELLIPTIC = re.compile(r"\b\w{2,64}(?:\.{3,}|…)\w{2,}")
_WORDS = 4
_SIGNS = 6
_END = 131_072
"""Characters of a long request that are looked at from either end."""
_READ_BYTES = 1024 * 1024
"""A body up to this size is read for its words; of a larger one the ends are taken as they stand."""
_ESCAPED = re.compile(r"\\[nrt]")


@dataclass(frozen=True, slots=True)
class Said:
    """What a request said, in whatever dialect, and the credentials among it; neither is ever kept."""

    words: str = ""
    secrets: tuple[str, ...] = ()


def said(exchange: Exchange, messages: tuple[Message, ...]) -> Said:
    """Return what a request said: every text in its JSON, or else the body as it stands and what was read of it."""
    body = undo(exchange.request.body, exchange.request.headers, _READ_BYTES).body.joined()
    try:
        texts = list(_texts(msgspec.json.decode(body if len(body) <= _READ_BYTES else b"")))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read = "\n".join(part.text for message in messages for part in message.parts)
        raw = body if len(body) <= 2 * _END else body[:_END] + b"\n" + body[-_END:]
        return Said(_joined([read, _ESCAPED.sub(" ", raw.decode("utf-8", "replace"))]))
    secrets = {text for name, text in texts if len(text) >= PREFIX and credential_name(name)}
    return Said(_joined([text for _, text in texts]), tuple(sorted(secrets, key=len, reverse=True)))


_NOTHING = Said()


def prose(text: str, known: tuple[str, ...] = (), request: Said = _NOTHING) -> str:
    """Return an error message without secrets and without what it quotes, at most `LONGEST_MESSAGE` characters.

    Providers quote the input that they refuse, so a quotation stays only when it has the form of an identifier (a
    parameter, a model: ASCII without blanks, at most 96); and any `_WORDS` words running that stand in the request go,
    whether quoted or not, as does a word in a script without blanks that has `_SIGNS` characters of it. Next to a word
    such as `key`, long runs and elided ones (`abcd...wxyz`) are secrets.
    """
    text = strike(text[: 8 * LONGEST_MESSAGE], (*known, *request.secrets))
    if _KEY_WORD.search(text):
        text = _ELLIPTIC.sub(REDACTED, strike_runs(_LONG_RUN, text))
    text = _QUOTATION.sub(_quotation, text)[: 2 * LONGEST_MESSAGE]
    return _unprompted(text, request.words)[:LONGEST_MESSAGE] if request.words else text[:LONGEST_MESSAGE]


def _quotation(found: re.Match[str]) -> str:
    quoted = found[found.lastindex or 0]
    return found[0] if not quoted or IDENTIFIER.fullmatch(quoted) else QUOTED


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Yield every text within a JSON value, with the name of the member that it is the value of."""
    left = [("", value)]
    while left:
        name, one = left.pop()
        if isinstance(one, str):
            yield name, one
        elif isinstance(one, list):
            left.extend((name, item) for item in reversed(one))
        elif isinstance(one, dict):
            left.extend((key, item) for key, item in reversed(one.items()))


def _joined(texts: Iterable[str]) -> str:
    """Return texts as one, each blank a single one; of what is long the ends."""
    text = "\n".join(texts)
    return " ".join((text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}").split())


def _unprompted(text: str, words_said: str) -> str:
    words = text.split()
    quoted: set[int] = set()
    for start in range(len(words) - _WORDS + 1):
        if " ".join(words[start : start + _WORDS]) in words_said:
            quoted.update(range(start, start + _WORDS))
    for place, word in enumerate(words):
        if not word.isascii() and any(word[at : at + _SIGNS] in words_said for at in range(len(word) - _SIGNS + 1)):
            quoted.add(place)
    if not quoted:
        return text
    kept = [QUOTED if place in quoted else word for place, word in enumerate(words)]
    return " ".join(word for place, word in enumerate(kept) if word != QUOTED or kept[place - 1 : place] != [QUOTED])
