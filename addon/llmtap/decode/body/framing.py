"""Tells from a body's own bytes how it is framed and which wire format it speaks; headers only break a tie.

Content types lie (providers.md 1.8): errors to a streaming request come as JSON, streams come as plain text, keep-alive
lines precede JSON. The first bytes do not lie. Bounded: only the head of a body is looked at, but for one line.
"""

import re
from typing import Literal

import msgspec

from llmtap.capture.exchange import Headers, header
from llmtap.decode.body.eventstream import preluded
from llmtap.decode.body.lenient import read
from llmtap.decode.body.rpc import spoken_over

type Framing = Literal["events", "lines", "array", "frames", "messages", "json", "other"]

REACH = 1 << 18
"""How much of a body is looked at, at most."""

_HEAD = 8192
_EVENTS = re.compile(rb"(?:data|event|id|retry)?:|data\s*[\r\n]|message:\s*[\r\n]+data:")
"""How a stream of events begins; Flowise's lines of `message:` are no fields, and are passed over."""
_LINE_TYPES = ("ndjson", "jsonl", "json-lines", "stream+json", "json-seq")

_ARRAY = re.compile(rb"\[\s*\{")
_GEMINI = re.compile(rb'"(?:candidates|usageMetadata|promptFeedback)"\s*:')
"""Told by its members, since no framing says of an array whether it is a stream or the one answer."""

_ANSWERS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("gemini_predict", re.compile(rb'"predictions"\s*:\s*\{[^{}]{0,400}"object"\s*:\s*"chat\.completion"')),
    ("openai_chat", re.compile(rb'"object"\s*:\s*"chat\.completion')),
    ("openai_completions", re.compile(rb'"object"\s*:\s*"text[._]completion')),
    ("openai_realtime", re.compile(rb'"object"\s*:\s*"realtime\.response"')),
    (
        "openai_responses",
        re.compile(
            rb'"object"\s*:\s*"response(?:\.compaction)?"|"type"\s*:\s*"response\.|^event:\s*response\.', re.MULTILINE
        ),
    ),
    ("lmstudio_chat", re.compile(rb'"model_instance_id"\s*:')),
    ("openai_embeddings", re.compile(rb'"object"\s*:\s*"embedding"')),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"message_start"|^event:\s*message_start', re.MULTILINE)),
    ("anthropic_messages", re.compile(rb'"type"\s*:\s*"error"\s*,\s*"error"\s*:\s*\{')),
    ("anthropic_messages", re.compile(rb'\A(?=.*?"type"\s*:\s*"message")(?=.*?"role"\s*:\s*"assistant")', re.DOTALL)),
    (  # others offer choices too, and number none of them
        "openai_chat",
        re.compile(
            rb'"choices"\s*:\s*\[\s*(?:\]|\{[^{}]*"(?:index|message|delta|finish_reason|logprobs|content_filter\w*)"\s*:)'
        ),
    ),
    ("bedrock_converse", re.compile(rb":event-type\x07\x00.(?:messageStart|contentBlock)", re.DOTALL)),
    ("bedrock_converse", re.compile(rb'"output"\s*:\s*\{\s*"message"\s*:')),
    ("bedrock_invoke", re.compile(rb":event-type\x07\x00\x05chunk")),
    ("gemini_interactions", re.compile(rb'"object"\s*:\s*"interaction"')),
    ("gemini_generate", re.compile(rb'"usageMetadata"\s*:\s*\{|"candidates"\s*:\s*\[\s*\{\s*"(?:content|finish)')),
    ("cohere_chat", re.compile(rb"^event:\s*message-start", re.MULTILINE)),
    ("cohere_chat", re.compile(rb'"usage"\s*:\s*\{\s*"(?:billed_units|tokens|cached_tokens)"\s*:\s*[{0-9]')),
    ("cohere_rerank", re.compile(rb'"object"\s*:\s*"score"')),
    ("ollama_chat", re.compile(rb'"created_at"\s*:\s*"[^"]{1,64}",\s*"(?:message|response|done)"\s*:')),
    ("llamacpp_completion", re.compile(rb'"tokens_predicted"\s*:')),
    ("tgi_generate", re.compile(rb'\A\s*\[\s*\{\s*"(?:generated|summary|translation)_text"\s*:')),
    (
        "text_classification",
        re.compile(rb'\A\s*\[\s*\[?\s*\{\s*"(?:label|score)"\s*:[^{}\[\]]{0,200}"(?:score|label)"'),
    ),
    ("text_generation", re.compile(rb'"meta_info"\s*:\s*\{[^{}]{0,400}"(?:id|finish_reason|prompt_tokens)"\s*:')),
    ("gemini_predict", re.compile(rb'"predictions"\s*:\s*\[\s*\{\s*"(?:embeddings|bytesBase64Encoded)"\s*:\s*[{"]')),
    ("openai_moderations", re.compile(rb'"category_scores"\s*:\s*\{')),
    (
        "openai_images",
        re.compile(rb'"created"\s*:\s*[0-9]+\s*,\s*"data"\s*:\s*\[\s*\{\s*"(?:b64_json|url|revised_prompt)"\s*:'),
    ),
    ("reka_chat", re.compile(rb'"responses"\s*:\s*\[\s*\{[^{}]*"(?:message|chunk|finish_reason)"\s*:')),
    (
        "llama_chat",
        re.compile(
            rb'"completion_message"\s*:\s*\{|"event"\s*:\s*\{(?=[^\n]{0,400}?"delta"\s*:)'
            rb'[^\n]{0,400}?"event_type"\s*:\s*"(?:start|progress|complete)"'
        ),
    ),
    ("watsonx_text", re.compile(rb'"generated_token_count"\s*:')),
    (
        "cohere_v1_chat",
        re.compile(
            rb'"event_type"\s*:\s*"stream-start"|\A(?=.*?"generation_id"\s*:)(?=.*?"chat_history"\s*:)', re.DOTALL
        ),
    ),
    ("tgi_generate", re.compile(rb'"token"\s*:\s*\{\s*"id"\s*:|"details"\s*:\s*\{[^{}]{0,200}"generated_tokens"\s*:')),
)


_SOUND = re.compile(
    rb"ID3|RIFF.{4}WAVE|OggS|fLaC|\xff[\xf1\xf2\xf3\xf9\xfa\xfb]|.{4}ftyp(?:M4A|mp4|isom)|\x1aE\xdf\xa3", re.DOTALL
)
"""The first bytes of sound: MP3, WAVE, Ogg, FLAC, MPEG and ADTS frames, MPEG-4, Matroska (WebM)."""
_PARTS = re.compile(rb'"parts"\s*:')
_WORDS = (b'"', b"[", b"{")
"""How an input begins that is no number."""
_ABSENT = msgspec.Raw()


class _Shape(msgspec.Struct):
    """The members of a request that tell the wire formats apart."""

    messages: msgspec.Raw = _ABSENT
    system: msgspec.Raw = _ABSENT
    anthropic_version: str | None = None
    input: msgspec.Raw = _ABSENT
    prompt: msgspec.Raw = _ABSENT
    contents: msgspec.Raw = _ABSENT
    encoding_format: msgspec.Raw = _ABSENT
    dimensions: msgspec.Raw = _ABSENT
    model: str | None = None
    max_tokens_to_sample: int | None = None
    voice: msgspec.Raw = _ABSENT
    size: str | None = None
    quality: str | None = None
    query: msgspec.Raw = _ABSENT
    documents: msgspec.Raw = _ABSENT
    texts: msgspec.Raw = _ABSENT
    input_type: str | None = None
    input_text: str | None = msgspec.field(default=None, name="inputText")
    max_gen_len: int | None = None
    content: msgspec.Raw = _ABSENT
    requests: msgspec.Raw = _ABSENT


def framing(body: bytes, headers: Headers) -> Framing:
    """Return how a decoded response body is framed; `body` is its head, or all of it."""
    head = body[:REACH].removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = (header(headers, "content-type") or "").lower()
    if preluded(body) or ("amazon.eventstream" in kind and head and not head.startswith((b"{", b"[", b"<"))):
        return "frames"
    if spoken_over(headers) and head and not head.startswith((b"{", b"[", b"<")):
        return "messages"
    if _ARRAY.match(head) and _GEMINI.search(head, 0, _HEAD):
        return "array"
    if head.startswith((b"{", b"[")):
        return "lines" if any(name in kind for name in _LINE_TYPES) or _lines(head) else "json"
    if _EVENTS.match(head) or ("event-stream" in kind and not head.startswith(b"<")):
        return "events"
    return "other"


def sounding(headers: Headers, body: bytes) -> bool:
    """Return whether a body is sound, by its content type or by its first bytes."""
    return (header(headers, "content-type") or "").lower().startswith("audio/") or _SOUND.match(body) is not None


def _lines(head: bytes) -> bool:
    """Return whether the first line is JSON by itself and another object follows."""
    first, _, rest = head.partition(b"\n")
    if not rest.lstrip().startswith(b"{") or not first.rstrip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def spoken(request: bytes, request_headers: Headers, response: bytes) -> str | None:
    """Return the wire format that an exchange with an unknown endpoint speaks, by its answer or else by its request.

    An answer says what it is (`object`, `type`); a request is told by its members (providers.md 1.3).
    """
    head = response[:_HEAD]
    for name, pattern in _ANSWERS:
        if pattern.search(head):
            return name
    return _asked(request, request_headers)


def _asked(request: bytes, headers: Headers) -> str | None:
    try:
        shape = read(_Shape, request)
    except msgspec.DecodeError:
        return None
    if _stated(shape.messages) and (shape.model or shape.anthropic_version):
        blocks = header(headers, "anthropic-version") or shape.anthropic_version or _stated(shape.system)
        return "anthropic_messages" if blocks else "openai_chat"
    if _PARTS.search(bytes(shape.contents)):  # others ask for `contents` too, and mean whole pages
        return "gemini_generate"
    if bytes(memoryview(shape.input)[:1]) in _WORDS and shape.model is not None:
        return _entered(shape, shape.model)
    return _prompted(shape) if _stated(shape.prompt) else _searched(shape)


def _entered(shape: _Shape, model: str) -> str:
    """Return the wire format of a request that names a model and holds an input."""
    if _stated(shape.voice):
        return "openai_audio"
    embedding = _stated(shape.encoding_format) or _stated(shape.dimensions) or "embed" in model.lower()
    return "openai_embeddings" if embedding else "openai_responses"


def _prompted(shape: _Shape) -> str | None:
    """Return the wire format of a request that holds a prompt."""
    if shape.max_tokens_to_sample is not None:
        return "anthropic_completions"
    if shape.max_gen_len is not None:
        return "bedrock_invoke"
    if shape.model is None:
        return None
    return "openai_images" if shape.size or shape.quality else "openai_completions"


def _searched(shape: _Shape) -> str | None:
    """Return the wire format of a request for vectors or ranks."""
    if _stated(shape.query) and bytes(shape.documents).startswith(b"["):
        return "cohere_rerank"
    if _stated(shape.texts) and shape.input_type:
        return "cohere_embed"
    if shape.input_text is not None:
        return "bedrock_invoke"
    return "gemini_embeddings" if _PARTS.search(bytes(shape.content) or bytes(shape.requests)) else None


def _stated(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:4]) not in (b"", b"null")
