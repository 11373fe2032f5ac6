"""How a call ended and where its token counts come from, each from the most to the least specific witness.

An answer that is no answer is a failure, whatever its status: one cut off, one that is not of its wire format, one
whose provider says that it went wrong. What our own cap left out is no fault of the call.
"""

from typing import Literal

from llmtap.decode.finish import finish
from llmtap.enrich.estimate import Estimate
from llmtap.enrich.privacy import Redacted

type UsageSource = Literal["reported", "partial", "estimated", "absent"]

_ANSWERED_IN_JSON = frozenset(
    {"chat", "text_completion", "generate_content", "embeddings", "moderation", "rerank", "classification"}
)
"""Operations whose answer is JSON or a stream of it; others may answer in sound, words, SDP or JSON lines."""
_MEDIA = ("audio/", "image/", "video/")
_REPORTS = frozenset({"batch", "retrieve"})
"""Operations that succeed in telling how another call ended."""
_NO_FAULT = frozenset({"cancelled", "load", "unload"})
"""Finish reasons without an answer that somebody asked for: a cancellation, and Ollama (un)loading a model."""


def outcome(redacted: Redacted) -> tuple[Literal["success", "failure"], str | None]:
    """Return `event.outcome` and `error.type`.

    What a provider says tells more than how the connection ended: SDKs hang up on a refused stream, often before all
    of the refusal has come. Its code tells more than its type (OpenAI: `rate_limit_exceeded` of type `requests`) unless
    it is a number (Google, OpenRouter). A finish reason that means an error is the type in the provider's own word. An
    answer that ended cleanly but is not whole was cut off: `stream_interrupted`. One that cannot be read:
    `invalid_response`. One whose end was seen is whole, however the connection ended: SDKs hang up on the end mark.
    """
    error, status = redacted.inference.response.error, _status(redacted.status)
    refused = status if (redacted.status or 0) >= 400 else None  # noqa: PLR2004 -- RFC 9110 section 15.5
    broken = refused or (None if redacted.failure is None or _whole(redacted) else redacted.failure.type)
    if error is not None:
        word = None if error.code is None or error.code.isdecimal() else error.code
        return "failure", word or error.type or error.code or broken or status or "_OTHER"
    if broken is not None:
        return "failure", broken
    spoiled = _spoiled(redacted)
    return ("success", None) if spoiled is None else ("failure", spoiled)


def usage_source(redacted: Redacted, estimate: Estimate | None = None) -> UsageSource:
    """Return where the token counts come from.

    `partial` are those of a call that did not come to its end, and those of which one side was estimated; `estimated`
    says that neither side was reported.
    """
    response = redacted.inference.response
    usage = response.usage
    if estimate is not None:
        unknown = usage is None or (usage.input_tokens is None and usage.output_tokens is None)
        return "estimated" if unknown else "partial"
    if usage is None:
        return "absent"
    ended = redacted.failure is None and response.completed is not False and not _truncated(redacted)
    return "reported" if ended or _whole(redacted) else "partial"


def _whole(redacted: Redacted) -> bool:
    """Whether a stream came to the end that its wire format marks."""
    return redacted.inference.response.completed is True


def _status(status: int | None) -> str | None:
    return None if status is None else f"http_{status}"


def _spoiled(redacted: Redacted) -> str | None:
    """Return why an answer without any error in it is no answer, None when it is one."""
    if (word := _fault(redacted)) is not None:
        return word
    if redacted.inference.response.completed is False or _truncated(redacted):
        return "stream_interrupted"
    return "invalid_response" if _unreadable(redacted) else None


def _fault(redacted: Redacted) -> str | None:
    """Return the first finish reason when all of them mean an error: with one good choice there is an answer."""
    reasons = [reason.lower() for reason in redacted.inference.response.finish_reasons]
    if redacted.inference.operation in _REPORTS or _NO_FAULT.intersection(reasons):
        return None
    return reasons[0] if reasons and all(finish(reason) == "error" for reason in reasons) else None


def _readable(redacted: Redacted) -> bool:
    """Whether it is an answer in a wire format that we know, and in JSON as far as its operation tells."""
    inference = redacted.inference
    answered = redacted.status is not None and 200 <= redacted.status < 300  # noqa: PLR2004 -- RFC 9110 section 15.3
    return answered and inference.wire_format is not None and inference.operation in _ANSWERED_IN_JSON


def _truncated(redacted: Redacted) -> bool:
    """Whether an answer ended before its JSON or its encoding did, and not by our own cap."""
    problems, response = redacted.inference.problems, redacted.inference.response
    if redacted.response_bytes_dropped or "response.oversize" in problems or response.completed:
        return False
    if "response.truncated_json" in problems:
        return _readable(redacted)
    return "response.truncated_encoding" in problems and redacted.inference.wire_format is not None


def _unreadable(redacted: Redacted) -> bool:
    """Whether words, such as a proxy's page, stand where an answer should; a picture or a sound is an answer."""
    if "response.not_json" not in redacted.inference.problems or redacted.response_bytes_dropped:
        return False
    return _readable(redacted) and not (redacted.response_mime or "").startswith(_MEDIA)
