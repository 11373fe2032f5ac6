"""On which terms a model ran, and what is billed of it, as far as headers state what the bodies do not.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html,
https://ai.google.dev/gemini-api/docs/priority-inference, https://elevenlabs.io/docs/api-reference/introduction,
https://developers.deepgram.com/docs/tts-rest,
https://help.aliyun.com/zh/model-studio/qwen-api-via-dashscope (`X-DashScope-SSE`), and the HTTP routes of
https://github.com/huggingface/text-embeddings-inference (`x-compute-tokens`) and .../text-generation-inference.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from llmtap.capture.exchange import Headers, header
from llmtap.decode.answer import Answer
from llmtap.decode.inference import UNUSED
from llmtap.decode.usage.chat_usage import measure

_LONGEST = 64
_TERMS: Mapping[bytes, str] = {
    b"x-amzn-bedrock-service-tier": "service_tier",
    b"x-gemini-service-tier": "service_tier",
    b"x-amzn-bedrock-performanceconfig-latency": "speed",
}
_COUNTS: Mapping[bytes, str] = {
    b"character-cost": "credits",
    b"dg-char-count": "characters",
    b"x-compute-tokens": "input_tokens",
    b"x-prompt-tokens": "input_tokens",
    b"x-generated-tokens": "output_tokens",
}


def streaming(headers: Headers) -> bool | None:
    """Return whether the headers of a request ask for a stream, or None where they do not say."""
    word = (header(headers, "x-dashscope-sse") or "").strip().lower()
    return {"enable": True, "disable": False}.get(word)


def termed(answer: Answer, headers: Headers) -> None:
    """Fill in what the headers state and the answer does not; what is no number is no count."""
    for key, value in headers:
        name = key.lower()
        if name in _TERMS:
            word = value[:_LONGEST].decode("utf-8", "replace").strip()
            setattr(answer, _TERMS[name], getattr(answer, _TERMS[name]) or word or None)
        elif name in _COUNTS:
            _count(answer, _COUNTS[name], value[:_LONGEST])


def _count(answer: Answer, name: str, value: bytes) -> None:
    try:
        number = measure(Decimal(value.decode("ascii").strip()))
    except (UnicodeDecodeError, InvalidOperation):
        return
    usage = answer.usage or UNUSED
    if number is None or getattr(usage, name) is not None:
        return
    if name == "credits":
        answer.usage = replace(usage, credits=number)
    elif number == number.to_integral_value():
        answer.usage = replace(usage, **{name: int(number)})
