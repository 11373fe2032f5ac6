"""Tells whether an exchange that only looks like an LLM call is one: by what its bodies say, cheap to dear.

It is asked about endpoints that are not `certain`. A request that asks as LLM APIs are asked is not enough when the
answer, of success, is plainly something else (providers.md 1.3). Whatever the bytes, nothing raises.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from llmtap.capture.exchange import Body, Exchange, Headers, Response, header
from llmtap.decode.body.encoding import undo
from llmtap.decode.body.framing import REACH, spoken

_SWITCHED = 101
_FAILED = 400
_OTHER_PURPOSE = re.compile(r"/(?:de)?tokeni[sz]e|/apply-template|count[-_]?tokens|/cachedContents", re.IGNORECASE)
"""Paths of doors that are asked like an LLM and only count, spell or keep: vLLM, llama.cpp, Cohere, Gemini."""
_USUAL = frozenset(
    {"model", "model_id", "messages", "message", "input", "inputs", "prompt", "contents", "query", "text", "texts"}
    | {"input_file_id", "file", "assistant_id", "instances"}
)
"""Members of which every request to an LLM, in whatever dialect, has one."""
_TASK = frozenset({"inputs"})
"""What the tasks of a Hugging Face endpoint are asked by, at any path of a known host."""
_HOSTED = _TASK | {"messages", "prompt"}
"""What a model that the path names is asked by (SageMaker, Databricks), which the body then need not name."""
_FIELD = re.compile(rb'\bname="?([A-Za-z_]{1,32})')
_TELLING = re.compile(
    rb'"(?:usage|choices|content|text|output|outputs|message|delta|response|embeddings?|completions?|generated_text'
    rb'|generations|answer|result)"\s*:'
)
"""Members of which every answer of an LLM, in whatever dialect, has one."""
_STATING = re.compile(
    rb'"(?:usage|choices|output|outputs|embeddings?|completion\w*|generated_text|generations|object)"\s*:'
)
"""Those that an answer needs where the question was no conversation: forms have a `model` and an `input` too."""
_CONVERSATIONS = frozenset({"openai_chat", "anthropic_messages", "gemini_generate"})


class _Sign(NamedTuple):
    """How one dialect is told: the members that each of its requests has, and what each of its answers holds."""

    asked: frozenset[str]
    answered: re.Pattern[bytes]


def _sign(asked: str, answered: bytes) -> _Sign:
    return _Sign(frozenset(asked.split()), re.compile(answered))


_SIGNS: Mapping[str, tuple[_Sign, ...]] = {
    "app_chat": (
        _sign("question", rb'"(?:chatMessageId|chatId|sessionId)"\s*:|"event"\s*:\s*"(?:start|token)"'),
        _sign("message", rb'"textResponse"\s*:'),
    ),
    "aleph_alpha_completions": (_sign("model prompt", rb'"completions"\s*:'),),
    "anthropic_completions": (_sign("prompt max_tokens_to_sample", rb'"completion"\s*:'),),
    "anthropic_messages": (_sign("messages max_tokens", rb'"content"\s*:\s*\['),),
    "bfl_images": (_sign("prompt", rb'"polling_url"\s*:'),),
    "cohere_embed": (_sign("", rb'"embeddings"\s*:'),),
    "cohere_rerank": (
        _sign("query documents", rb'"(?:relevance_score|results|data)"\s*:'),
        _sign("model query", rb'"(?:relevance_score|score)"\s*:'),
        _sign("model text_1", rb'"score"\s*:'),
        _sign("query texts", rb'^\s*\[\s*\{[^{}]{0,200}"score"\s*:'),
    ),
    "cohere_v1_chat": (
        _sign("message", rb'"(?:generation_id|event_type|response_id)"\s*:'),
        _sign("", rb'"(?:generations|summary)"\s*:'),
    ),
    "cohere_v1_classify": (_sign("inputs", rb'"classifications"\s*:'),),
    "coze_chat": (_sign("bot_id", rb'"bot_id"\s*:'),),
    "dify_app": (
        _sign("inputs query", rb'"(?:message_id|conversation_id)"\s*:'),
        _sign("inputs response_mode", rb'"(?:message_id|workflow_run_id)"\s*:'),
    ),
    "gemini_interactions": (_sign("input", rb'"object"\s*:\s*"interaction"'),),
    "langflow_run": (_sign("input_value", rb'"outputs"\s*:\s*\[|"event"\s*:\s*"(?:add_message|token|end)"'),),
    "langgraph_runs": (
        _sign("assistant_id", rb'^event:\s*(?:metadata|values|updates|messages)|"(?:messages|usage_metadata)"\s*:'),
    ),
    "letta_messages": (
        _sign("messages", rb'"message_type"\s*:'),
        _sign("input", rb'"message_type"\s*:'),
    ),
    "lmstudio_chat": (_sign("model input", rb'"(?:model_instance_id|response_id)"\s*:'),),
    "llamacpp_completion": (_sign("prompt", rb'"(?:content|tokens_predicted|timings)"\s*:'),),
    "mistral_ocr": (_sign("document", rb'"pages"\s*:\s*\['),),
    "ollama_chat": (_sign("model", rb'"(?:created_at|done|embeddings?)"\s*:'),),
    "openai_assistants": (_sign("assistant_id", rb'"object"\s*:\s*"thread\.'),),
    "openai_audio": (_sign("", rb'"text"\s*:|"type"\s*:\s*"(?:speech\.audio|transcript)\.'),),
    "openai_batches": (_sign("input_file_id endpoint", rb'"object"\s*:\s*"batch"'),),
    "openai_completions": (_sign("prompt", rb'"choices"\s*:'),),
    "openai_embeddings": (
        _sign("input", rb'"embeddings?"\s*:'),
        _sign("inputs", rb'"embeddings?"\s*:'),
        _sign("texts", rb'"embeddings?"\s*:'),
        _sign("model input", rb'"(?:object"\s*:\s*"pooling"|num_classes"\s*:)'),
    ),
    "openai_images": (_sign("prompt", rb'"(?:b64_json|url|created)"\s*:|"type"\s*:\s*"image_'),),
    "openai_moderations": (_sign("input", rb'"(?:flagged|categories)"\s*:'),),
    "openai_realtime": (
        _sign("", rb'"type"\s*:\s*"(?:session|conversation|response|input_audio_buffer|transcription_session)\.'),
    ),
    "openai_responses": (_sign("input", rb'"output"\s*:\s*\['),),
    "openai_videos": (_sign("prompt", rb'"object"\s*:\s*"video"'),),
    "replicate_predictions": (_sign("input", rb'"urls"\s*:\s*\{'),),
    "text_classification": (_sign("inputs", rb'^\s*\[\s*\[?\s*\{[^{}]{0,200}"label"\s*:'),),
    "text_generation": (
        _sign("prompt", rb'"results"\s*:\s*\[\s*\{\s*"text"|"token"\s*:'),
        _sign("text_input", rb'"text_output"\s*:'),
    ),
    "vector_embeddings": (
        _sign("inputs", rb"^\s*\[\s*\[\s*[\[{]?\s*-?[0-9\"]"),
        _sign("content", rb'^\s*\[?\s*\{[^{}\[]{0,200}"embedding"\s*:\s*\['),
    ),
    "tgi_generate": (_sign("inputs", rb'"(?:generated_text|token)"\s*:'),),
}
"""The dialects of weak paths, by wire format."""


def recognised(exchange: Exchange) -> bool:
    """Return whether the bodies of an exchange read as those of an LLM call."""
    request, response = exchange.request, exchange.response
    if _OTHER_PURPOSE.search(request.path.partition("?")[0]):
        return False
    if response is not None and response.status == _SWITCHED:  # the messages of a session have members of their own
        said = _start(response.body, response.headers)
        signs = _SIGNS.get(exchange.endpoint.wire_format or "", ())
        return spoken(b"", (), said) is not None or any(sign.answered.search(said) for sign in signs)
    asked = _start(request.body, request.headers)
    members = _members(asked) if asked.lstrip().startswith((b"{", b"[", b"-")) else frozenset()
    signs = _SIGNS.get(exchange.endpoint.wire_format or "", ())
    if not members & _USUAL and not any(sign.asked and sign.asked <= members for sign in signs):
        return False
    answered = _start(response.body, response.headers) if response else b""
    return spoken(b"", (), answered) is not None or _told(exchange, asked, members, answered)


def _told(exchange: Exchange, asked: bytes, members: frozenset[str], answered: bytes) -> bool:
    """Return whether the request tells, where the answer does not by itself, and the answer does not deny it."""
    response = exchange.response
    success = response is not None and response.status < _FAILED and exchange.failure is None and bool(answered.strip())
    signs = _SIGNS.get(exchange.endpoint.wire_format or "", ())
    if any(sign.asked <= members and (not success or _fits(sign, response, answered)) for sign in signs):
        return True
    if success and not _TELLING.search(answered):
        return False
    if exchange.endpoint.known and members & (_HOSTED if exchange.endpoint.model else _TASK):
        return True
    dialect = spoken(asked, exchange.request.headers, b"")
    if dialect is None or dialect in _CONVERSATIONS or not success:
        return dialect is not None
    return _STATING.search(answered) is not None


def _fits(sign: _Sign, response: Response | None, answered: bytes) -> bool:
    """Return whether an answer is of the dialect; sound is one in itself."""
    kind = (header(response.headers, "content-type") or "").lower() if response else ""
    return kind.startswith("audio/") or sign.answered.search(answered) is not None


def _start(body: Body, headers: Headers) -> bytes:
    """Return the first bytes of a body without its encoding."""
    return b"".join(data for _, data in undo(body, headers, 2 * REACH).body.chunks)[:REACH]


def _members(asked: bytes) -> frozenset[str]:
    """Return the names of the members of a JSON object, or of the fields of a form."""
    if asked.lstrip().startswith(b"-"):
        return frozenset(name.decode() for name in _FIELD.findall(asked))
    try:
        return frozenset(msgspec.json.decode(asked, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset(name.decode() for name in re.findall(rb'"([a-z_]{1,32})"\s*:', asked))
