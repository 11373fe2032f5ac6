"""What a credential looks like, where an exchange carries its own, and how both are struck out of text.

Two witnesses: the values that stood in this exchange's credential fields, wherever they turn up again, and the shapes
that vendors give their keys. Knows nothing of policy: everything that is handed in as text comes back without secrets.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from llmtap.capture.exchange import Exchange
from llmtap.enrich.headers import label, value_of

REDACTED = "[REDACTED]"
PREFIX = 8
"""A secret is recognised by its first characters, so that one that was cut short or masked behind them is found, too.
Shorter values of credential fields are no secrets (`1`, `ollama`): striking them would leave nothing to read."""

_CREDENTIAL_NAME = re.compile(r"key|token|secret|auth|cookie|passw|credential|signature|^sig$|^code$", re.IGNORECASE)
_HARMLESS_NAME = re.compile(
    r"idempotency|^sec-websocket|^:authority$|authenticate|signedheaders|^x-portkey-(?:provider|custom-host)$",
    re.IGNORECASE,
)

WEBSOCKET_PROTOCOL = "sec-websocket-protocol"
"""What a browser offers there is its only place for a credential; the other fields of a handshake hold none."""
KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
"""Where vendors take a key, beside `authorization`: Anthropic, Azure, Google."""
LEAST_TOKEN = 20

# Literals without which no pattern of _SHAPES matches: looking for these is 20 times cheaper than the patterns are.
_HINTS = (
    "sk-", "rk-", "pk-", "sk_", "rk_", "pk_", "AIza", "xai-", "hf_", "r8_", "pplx-", "AKIA", "ASIA", "ghp_", "gho_",
    "ghu_", "ghs_", "ghr_", "_pat_", "lpat-", "nvapi-", "tgp_", "fw_", "xox", "dapi", "ya29.", "eyJ", "--BEGIN", "://",
    "***", "=", "%3D", "%3d", "earer ", "EARER ", "asic ",
)  # fmt: skip
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|\Z)"
    r"|(?<=://)[^\s/@]+(?=@)"
    r"|(?<![A-Za-z0-9])(?:"
    r"[srp]k[-_](?=[A-Za-z0-9_-]{0,40}(?:[0-9*…]|\.\.)|[A-Za-z0-9_-]{16})[A-Za-z0-9_*.…-]{6,}"
    r"|AIza[A-Za-z0-9_*.-]{6,}|(?:gsk|hf|r8|fw)_[A-Za-z0-9*]{16,}|(?:xai|pplx|csk|nvapi)-[A-Za-z0-9_*-]{20,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|tgp_v\d_[\w-]{16,}"
    r"|xox[abeprs]-[A-Za-z0-9-]{8,}|dapi[0-9a-f]{24,}|ya29\.[\w.-]{10,}|eyJ[\w-]{8,}+(?:\.[\w-]*){1,4}"
    r"|[Bb](?:earer|EARER) +(?=[^\s\"']*\d|[^\s\"']{20})[^\s\"',;]{6,}|[Bb]asic +(?=[^\s\"']*[\d=])[A-Za-z0-9+/=_-]{8,}"
    r"|(?i:(?:api|access|secret|private|account|subscription)?[-_ ]?"
    r"(?:key|token|secret|password|passwd|pwd|signature|sig|credential))[\"']?(?:=|%3[Dd])[\"']?[^\s\"'&,;]{4,}"
    r")"
    r"|(?<![\w-])[\w-]*\*{3,}[\w*.-]*|\*{3,}[\w*.-]*"
)

_LONG_RUN = re.compile(r"[A-Za-z0-9_]{33,}")
LONGEST_RUN = 32
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")


@lru_cache(maxsize=1024)
def credential_name(name: str) -> bool:
    """Whether a header, cookie or query parameter of this name carries a credential, by the words in the name."""
    return bool(_CREDENTIAL_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def printable(text: str) -> str:
    """Return `text` with control, direction-changing and unpaired surrogate characters made spaces, trimmed."""
    return _UNPRINTABLE.sub(" ", text).strip() if not text.isprintable() else text.strip()


def query(path: str) -> list[tuple[str, str]]:
    """Return the decoded parameters of the query of a request path."""
    _, mark, text = path.partition("?")
    try:
        return parse_qsl(text, keep_blank_values=False, errors="replace") if mark else []
    except ValueError:  # more fields or separators than the parser is willing to take
        return []


def bare(value: str) -> str:
    """Return the credential within the value of an authorization header: the token without its scheme.

    Of an AWS Signature 4 it is the access key id, the only part that stays from call to call.
    """
    scheme, blank, token = value.partition(" ")
    if not blank:
        return value
    if scheme.upper().startswith("AWS4-"):
        return token.partition("Credential=")[2].partition("/")[0] or value
    return token.strip()


def offered(value: str) -> tuple[str, ...]:
    """Return the credentials among the subprotocols that a client offers for a WebSocket: a browser sets no header.

    OpenAI's key stands behind a dot (`openai-insecure-api-key.sk-…`), as does xAI's (`xai-client-secret.…`), Deepgram's
    behind a comma (`token, …`), and what is long and has a digit is taken for one by itself.
    Source: https://platform.openai.com/docs/guides/realtime-websocket;
    https://developers.deepgram.com/docs/using-the-sec-websocket-protocol.
    """
    found: list[str] = []
    named = False
    for protocol in map(str.strip, value.split(",")):
        name, _, token = protocol.partition(".")
        if token and credential_name(name):
            found.append(token)
        elif named or (not token and len(protocol) >= LEAST_TOKEN and any(map(str.isdigit, protocol))):
            found.append(protocol)
        named = name.lower() in ("token", "bearer")
    return tuple(found)


def credential(headers: Mapping[str, bytes], path: str) -> str | None:
    """Return the credential that a call was made with, by the header that each vendor documents, or from the query."""
    if value := value_of(headers, "authorization"):
        return bare(value)
    for name in KEY_HEADERS:
        if value := value_of(headers, name):
            return value
    if held := offered(value_of(headers, WEBSOCKET_PROTOCOL) or ""):
        return held[0]
    if "?" not in path:
        return None
    return next((value for name, value in query(path) if "key" in name.lower() and credential_name(name)), None)


def secrets(exchange: Exchange, *, environment: str | None = None) -> tuple[str, ...]:
    """Return the credentials that this exchange carried, longest first: headers, cookies, query, proxy password, relay.

    A proxy password that equals `environment` was an environment's name, and no secret.
    """
    found = set(exchange.secrets)
    for name, value in exchange.request.headers:
        if credential_name(label(name)):
            _take(found, label(name), value.decode("utf-8", "replace").strip())
        elif label(name) == WEBSOCKET_PROTOCOL:
            found.update(offered(value.decode("utf-8", "replace")))
    if exchange.response is not None:
        for name, value in exchange.response.headers:
            if label(name) == "set-cookie":
                _take(found, "cookie", value.decode("utf-8", "replace").partition(";")[0])
    if "?" in exchange.request.path:
        _take_query(found, exchange.request.path)
    password = exchange.client.proxy_password
    if password and password.strip().lower() != environment:
        found.add(password)
    found.update([printable(secret) for secret in found])
    return tuple(sorted((one for one in found if len(one) >= PREFIX and one not in REDACTED), key=len, reverse=True))


def _take(found: set[str], name: str, value: str) -> None:
    if "cookie" in name:
        for pair in value.split(";"):
            crumb = pair.partition("=")[2].strip()
            found.update((crumb, unquote(crumb)))
        return
    token = bare(value)
    found.update((value, token))
    if value[:6].lower() == "basic ":
        try:
            plain = base64.b64decode(token + "==", validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return
        found.update((plain, *plain.split(":", 1)))
    elif value.startswith("AWS4-"):
        found.add(value.partition("Signature=")[2].partition(",")[0])


def _take_query(found: set[str], path: str) -> None:
    for name, value in query(path):
        if credential_name(name):
            found.add(value)
    for pair in path.partition("?")[2].split("&"):
        name, _, raw = pair.partition("=")
        if credential_name(unquote(name)):
            found.add(raw)


def suspicious(text: str, known: tuple[str, ...]) -> bool:
    """Whether `strike` could find something in `text`; a cheap look without false negatives."""
    for hint in _HINTS:  # twice as fast as any() over a generator
        if hint in text:
            return True
    return any(secret[:PREFIX] in text for secret in known)


def strike(text: str, known: tuple[str, ...] = ()) -> str:
    """Return printable `text` in which the `known` credentials and those of a vendor's shape are `[REDACTED]`.

    A known secret is struck together with whatever hangs on it, also where only its first `PREFIX` characters are left.
    """
    text = printable(text)
    for secret in known:
        text = text.replace(secret, REDACTED)
        if secret[:PREFIX] in text:
            text = re.sub(re.escape(secret[:PREFIX]) + r"[^\s\"']*", REDACTED, text)
    return _SHAPES.sub(REDACTED, text) if suspicious(text, ()) else text


def strike_path(path: str, known: tuple[str, ...] = ()) -> str:
    """Return a request path without query and fragment, its credential-like segments struck.

    More than `LONGEST_RUN` letters and digits in one run are taken for one (a key in the path, a response id); shorter
    account ids, UUIDs and model names stay.
    """
    plain = path.partition("?")[0].partition("#")[0]
    plain = strike(unquote(plain) if "%" in plain else plain, known)
    return strike_runs(_LONG_RUN, plain) if len(plain) > LONGEST_RUN else plain


def strike_runs(run: re.Pattern[str], text: str) -> str:
    """Return `text` with every match of `run` struck that has a digit in it: words have none, keys do."""
    return run.sub(lambda match: REDACTED if any(map(str.isdigit, match[0])) else match[0], text)
