"""What may be kept of a call. `redact` is the only maker of `Redacted`, and only `Redacted` becomes a document.

Content (prompts, answers, tool arguments, the end user's id, the query string, every header and both bodies) has no
place in `Redacted` at all. What is left is text that could still carry a secret, so each string of it is struck by
`enrich.secret`. An error message is prose that may quote the prompt: `enrich.prose` takes that out.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from operator import attrgetter
from typing import Literal, cast

import msgspec

from llmtap.capture.exchange import Endpoint, Exchange, Failure
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse, ProviderError
from llmtap.enrich.attribution import Attribution
from llmtap.enrich.headers import by_name, value_of
from llmtap.enrich.prose import IDENTIFIER, LONGEST_MESSAGE, Said, prose, said
from llmtap.enrich.secret import secrets, strike, strike_path, suspicious

LONGEST = 256
"""Characters of an identifier or a name."""
LONGEST_PATH = 1024
MOST = 256
"""Entries of a list, such as the names of the offered tools."""

_REQUEST_ID_HEADERS = (
    "x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-generation-id", "x-kong-request-id",
    "x-debug-trace-id", "x-ds-trace-id", "inference-id", "eagleeye-traceid", "x-baseten-request-id", "dg-request-id",
    "cf-ray",
)  # fmt: skip
"""Where providers put their own request id (providers.md 1.9), the most telling first."""

_OURS = frozenset({"wire_format", "operation", "problems", "provider"})
"""Fields whose words are our own: a key that happens to begin like one of them must not blot it out."""
_LIMITS = {"message": LONGEST_MESSAGE, "path": LONGEST_PATH}


class PrivacySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be kept: `content` none is the only policy so far; redacted and full have their place here."""

    content: Literal["none"] = "none"


@dataclass(frozen=True, slots=True)
class Redacted:
    """All that a document may say about an exchange; nothing in it is a secret or content.

    `path` has no query; `inference` has no messages and no end user's id; `attribution` holds hashes of credentials
    only. `tools_called` counts the tool calls in the answer. Instants are in `Latency`; `started` is wall-clock time.
    """

    id: str
    started: float
    method: str
    scheme: str
    host: str
    port: int
    path: str
    http_version: str
    status: int | None
    request_bytes: int
    response_bytes: int | None
    request_bytes_dropped: int
    response_bytes_dropped: int
    request_mime: str | None
    response_mime: str | None
    provider_request_id: str | None
    served_by: str | None
    server_host: str | None
    server_port: int | None
    relay: str | None
    endpoint: Endpoint
    failure: Failure | None
    inference: Inference
    attribution: Attribution
    tls_version: str | None
    tools_called: int


def redact(exchange: Exchange, inference: Inference, attribution: Attribution, settings: PrivacySettings) -> Redacted:
    """Return what `settings` lets through of a call, every remaining string struck and bounded."""
    del settings  # there is one policy so far, and it is the strictest
    known = secrets(exchange, environment=attribution.environment)
    request, response = exchange.request, exchange.response
    words = said(exchange, inference.request.messages) if exchange.failure or inference.response.error else Said()
    asked, answered = by_name(request.headers), by_name(response.headers) if response else {}
    draft = Redacted(
        id=exchange.id,
        started=exchange.started,
        method=request.method[:32],
        scheme=request.scheme[:32],
        host=request.host,
        port=request.port,
        path=strike_path(request.path[: 4 * LONGEST_PATH], known)[:LONGEST_PATH],
        http_version=request.http_version[:32],
        status=response.status if response else None,
        request_bytes=request.body.size,
        response_bytes=response.body.size if response else None,
        request_bytes_dropped=request.body.dropped,
        response_bytes_dropped=response.body.dropped if response else 0,
        request_mime=_mime(value_of(asked, "content-type")),
        response_mime=_mime(value_of(answered, "content-type")),
        provider_request_id=next((value_of(answered, name) for name in _REQUEST_ID_HEADERS if name in answered), None),
        served_by=value_of(answered, "x-inference-provider") or exchange.endpoint.served_by,
        server_host=exchange.server_host,
        server_port=exchange.server_port,
        relay=exchange.relay,
        endpoint=exchange.endpoint,
        failure=exchange.failure and Failure(exchange.failure.type, prose(exchange.failure.message, known, words)),
        inference=_without_content(inference, known, words),
        attribution=attribution,
        tls_version=exchange.client.tls_version,
        tools_called=sum(part.kind == "tool_call" for message in inference.response.messages for part in message.parts),
    )
    return _struck(draft, known) if _doubtful(draft, known) else draft


def _copier[T](kind: type[T], *left_out: str) -> Callable[[T], T]:
    """Return what copies a dataclass without the fields `left_out`; `replace` takes three times as long."""
    names = [field.name for field in fields(kind) if field.name not in left_out]  # type: ignore[arg-type]
    read = attrgetter(*names)
    return lambda value: kind(**dict(zip(names, read(value), strict=True)))


_request_facts = _copier(InferenceRequest, "messages", "user", "stop_sequences")
_response_facts = _copier(InferenceResponse, "messages")


def _without_content(inference: Inference, known: tuple[str, ...], words: Said) -> Inference:
    error = inference.response.error
    if error is not None:
        error = ProviderError(
            *(
                text if text is None or IDENTIFIER.fullmatch(text) else prose(text, known, words)
                for text in (error.type, error.code, error.message)
            )
        )
    return replace(
        inference,
        request=_request_facts(inference.request),
        response=replace(_response_facts(inference.response), error=error)
        if error
        else _response_facts(inference.response),
        content_times=(),
    )


def _mime(content_type: str | None) -> str | None:
    return content_type.partition(";")[0].strip().lower() or None if content_type else None


def _doubtful(draft: Redacted, known: tuple[str, ...]) -> bool:
    """Whether a string of the draft may hold a secret or break a bound: one look at all of them, no false negatives.

    Most calls are clean, and walking through all their fields would cost ten times as much as this look.
    """
    inference, error, failure = draft.inference, draft.inference.response.error, draft.failure
    values = (
        *_facts(draft),
        *_endpoint(draft.endpoint),
        *_request(inference.request),
        *_response(inference.response),
        *_attribution(draft.attribution),
        *(_error(error) if error else ()),
        *(_failure(failure) if failure else ()),
    )
    try:
        text = _encode(values).decode()
    except UnicodeEncodeError:  # an unpaired surrogate
        return True
    return (
        "\\" in text
        or not text.isprintable()
        or suspicious(text, known)
        or text.count(",") >= MOST
        or max(map(len, text.split('"'))) > LONGEST
    )


def _reader(kind: type, *left_out: str) -> Callable[[object], tuple[object, ...]]:
    """Return what reads all fields of a dataclass at once, but those `left_out` and those whose words are ours."""
    return attrgetter(*(field.name for field in fields(kind) if field.name not in {*left_out, *_OURS}))


_facts = _reader(Redacted, "id", "started", "endpoint", "failure", "inference", "attribution")
_endpoint = _reader(Endpoint)
_failure = _reader(Failure)
_request = _reader(InferenceRequest)
_response = _reader(InferenceResponse, "usage", "error", "reported_cost")
_error = _reader(ProviderError)
_attribution = _reader(Attribution)
_encode = msgspec.json.Encoder().encode


def _struck[T](value: T, known: tuple[str, ...], limit: int = LONGEST) -> T:
    """Return a value like `value` in which each string is struck, then cut; lists have at most `MOST` entries."""
    struck: object = value
    if isinstance(value, str):
        struck = strike(value[: 4 * limit], known)[:limit]
    elif isinstance(value, tuple):
        struck = tuple(_struck(item, known, limit) for item in value[:MOST])
    elif is_dataclass(value) and not isinstance(value, type):
        struck = replace(
            value,
            **{
                field.name: _struck(getattr(value, field.name), known, _LIMITS.get(field.name, LONGEST))
                for field in fields(value)
                if field.name not in _OURS
            },
        )
    return cast("T", struck)
