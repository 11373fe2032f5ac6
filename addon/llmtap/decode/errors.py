"""Reads an error body, whoever wrote it: the shapes that providers, relays and gateways use are told apart here alone.

A body that states no error gives None, so a format may ask of any body that holds no answer. Law: words of an answer
never become those of an error, since content is shown where errors are not hidden; so a bare `message` or `detail` is
an error only in a response that failed, or in a body that says so beside it. Nothing raises. The shapes are those of
providers.md 1.8, each named beside its reading.
"""

import re

import msgspec

from llmtap.capture.exchange import Headers, header
from llmtap.decode.body.lenient import read
from llmtap.decode.inference import ProviderError

LONGEST_ERROR = 1024 * 1024
"""Bytes; no provider says more, and what echoes a request, or is no error at all, is not worth a stall."""

_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{1,200})", re.IGNORECASE)
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|title)", re.IGNORECASE)


_FINE = frozenset({"", "0", "20000", "ok", "success", "succeeded"})
"""Codes that services state of an answer, beside those of HTTP."""


def read_error(body: bytes, headers: Headers = (), *, failed: bool = False) -> ProviderError | None:
    """Return the error that a body of any kind states (JSON of every shape in providers.md 1.8, or HTML), or None.

    `failed` says that the body is that of an error, by its status or by the name of its event.
    """
    if len(body) > LONGEST_ERROR:
        return None
    if _HTML.match(body):
        title = _TITLE.search(body[:65536])
        return ProviderError(message=title[1].decode("utf-8", "replace").strip() if title else None)
    try:
        value = read(object, body)
    except msgspec.DecodeError:
        return None
    # Google answers `streamGenerateContent` without `alt=sse` by an array, of errors too.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return None
    stated = _amazon(value, headers) or _nested(value) or _numbered(value)
    return stated or (_detailed(value) or _flat(value) if failed or _confessed(value) else None)


def _confessed(value: dict[str, object]) -> bool:
    """Return whether a body calls itself that of an error, in a code, a type or a flag."""
    kind = (_word(value.get("type")) or "").lower()
    return not _fine(value) or "error" in kind or value.get("object") == "error" or value.get("success") is False


def _fine(value: dict[str, object]) -> bool:
    """Return whether a body states no code, or one of success: a word of theirs, or a status of HTTP."""
    code = (_word(value.get("code")) or "").lower()
    return code in _FINE or (len(code) == len("200") and code.startswith("2"))


def _amazon(value: dict[str, object], headers: Headers) -> ProviderError | None:
    """Read Bedrock's `{"message"}`, whose type stands in a header (`ThrottlingException:http://…`) or in `__type`."""
    kind = header(headers, "x-amzn-errortype") or _word(value.get("__type"))
    if not kind:
        return None
    kind = kind.partition(":")[0].rpartition("#")[2]
    return ProviderError(kind, None, _word(value.get("message")) or _word(value.get("Message")))


def _nested(value: dict[str, object]) -> ProviderError | None:
    """Read an `error` member: an object (OpenAI, Anthropic, Google) or words (Ollama, Hugging Face, xAI)."""
    error = value.get("error") or value.get("errors")
    # Cloudflare: {"errors": [{"code", "message"}]}; Hugging Face: {"error": ["words"]}.
    if isinstance(error, list) and error:
        error = error[0]
    if isinstance(error, str) and error:
        # xAI: {"code": prose, "error": prose}; FastAPI and llama.cpp relays: {"error": word, "message": prose}.
        message = _word(value.get("message")) or _word(value.get("error_description"))
        if message:
            return ProviderError(error, _word(value.get("code")), message)
        kind = _word(value.get("error_type")) or _word(value.get("name"))  # Stability: {"name", "errors": ["words"]}
        return ProviderError(kind, _word(value.get("code")), error)
    if not isinstance(error, dict) or not error:
        return None
    inner = error.get("error")
    if isinstance(inner, dict) and "message" not in error:
        return _nested(error)
    # Google names the type `status` ("RESOURCE_EXHAUSTED"), beside a numeric code; Azure's `status` is the number.
    kind, status = _word(error.get("type")), error.get("status")
    if kind is None and isinstance(status, str):
        kind = status or None
    message = _word(error.get("message")) or _word(error.get("msg")) or _word(error.get("detail"))
    if message is None and (message := _word(error.get("description"))):  # Writer: {"errors": [{"description", "key"}]}
        kind = kind or _word(error.get("key"))
    return ProviderError(kind, _word(error.get("code")), message)


def _detailed(value: dict[str, object]) -> ProviderError | None:
    """Read a `detail`: words, or FastAPI's list of what is wrong (Mistral, Voyage, vLLM, chatgpt.com)."""
    detail = value.get("detail")
    if isinstance(detail, dict):
        return _nested({"error": detail})
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        return ProviderError(_word(detail[0].get("type")), None, _word(detail[0].get("msg")))
    if isinstance(detail, str) and detail:
        return ProviderError(_word(value.get("type")), _word(value.get("code")), detail)
    return None


def _numbered(value: dict[str, object]) -> ProviderError | None:
    """Read an error number within an answer of status 200.

    Baidu has an `error_code`, Deepgram (with a status of its own) an `err_code`, MiniMax a `base_resp`, Spark a
    `header`, Tencent a `Response` with an `Error`, and the first API of Zhipu a `code` beside its `msg`.
    """
    for number, words in (("error_code", "error_msg"), ("err_code", "err_msg")):
        if value.get(number):
            return ProviderError(None, _word(value[number]), _word(value.get(words)))
    for holder, number, words in (("base_resp", "status_code", "status_msg"), ("header", "code", "message")):
        status = value.get(holder)
        if isinstance(status, dict) and status.get(number):
            return ProviderError(None, _word(status[number]), _word(status.get(words)))
    answered = value.get("Response")
    failed = answered.get("Error") if isinstance(answered, dict) else None
    if isinstance(failed, dict) and failed:
        return ProviderError(None, _word(failed.get("Code")), _word(failed.get("Message")))
    if isinstance(value.get("msg"), str) and not _fine(value):
        return ProviderError(None, _word(value["code"]), _word(value["msg"]))
    return None


def _flat(value: dict[str, object]) -> ProviderError | None:
    """Read a `message` at the top: Mistral, Cohere, Cerebras, DashScope, novita."""
    kind, code, message = _word(value.get("type")), _word(value.get("code")), value.get("message")
    # Mistral wraps FastAPI's list: {"object":"error","message":{"detail":[{"msg":…}]}}.
    if isinstance(message, dict) and (inner := _detailed(message)) is not None:
        return ProviderError(kind or inner.type, code, inner.message)
    # IONOS: {"httpStatus": 401, "messages": [{"errorCode", "message"}]}.
    said = value.get("messages")
    if isinstance(said, list) and said and isinstance(said[0], dict) and "errorCode" in said[0]:
        return ProviderError(kind, _word(said[0]["errorCode"]), _word(said[0].get("message")))
    if isinstance(message, str) and message:
        return ProviderError(kind or _word(value.get("reason")) or _word(value.get("status")), code, message)
    return ProviderError(kind, code) if value.get("object") == "error" or kind == "error" else None


def _word(value: object) -> str | None:
    """Return a word or a number as text, or None for anything else and for what is empty."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None
