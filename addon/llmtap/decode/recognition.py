"""Tells whether an exchange that only looks like an LLM call is one: by what its bodies say, cheap to dear.

It is asked about endpoints that are not `certain`. A request that asks as LLM APIs are asked is not enough when the
answer, of success, is plainly something else (providers.md 1.3). Whatever the bytes, nothing raises.
"""

import re

import msgspec

from llmtap.capture.exchange import Body, Exchange, Headers, Response
from llmtap.decode.body.encoding import undo
from llmtap.decode.body.framing import REACH, sounding, spoken
from llmtap.decode.signs import ALONE, SIGNS, SPEAKING, STATED, Sign

_SWITCHED = 101
_TAKEN = frozenset({201, 202, 204})
"""What a store or a queue says of what it was handed, where it says no more."""
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
    rb'"(?:usage|choices|output|outputs|embeddings?|completion\w*|generated_text|generations|object)"\s*:(?!\s*null)'
)
"""Those that an answer needs where the question was no conversation: forms have a `model` and an `input` too."""
_DENYING = re.compile(
    rb'\A\s*(?:data:\s*\{\s*"type"\s*:\s*"(?:start|start-step|text-start|RUN_STARTED)"|[0-9a-f]:["\[{]'
    rb'|\{(?=[^{}]*(?:"(?:ok|success|received|accepted)"\s*:\s*true'
    rb'|"status"\s*:\s*"(?:ok|success|queued|accepted|received|pending|submitted)"))'
    rb'(?![^{}]*"(?:usage|choices|content|text|outputs?|delta|response|answer|result)"\s*:)[^{}]*\}\s*\Z)'
)
"""How an application's own back end streams to its page (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol,
https://docs.ag-ui.com/concepts/events), and what a hook says of whatever it was sent: that it has it."""
_KEEPING = re.compile(rb'"messages"\s*:\s*\[')
"""What a store answers that was handed a conversation to keep: the same."""
_ROLE = b'"assistant"'
_CONVERSATIONS = frozenset({"openai_chat", "anthropic_messages", "gemini_generate"})


def recognised(exchange: Exchange) -> bool:
    """Return whether the bodies of an exchange read as those of an LLM call."""
    request, response = exchange.request, exchange.response
    if _OTHER_PURPOSE.search(request.path.partition("?")[0]):
        return False
    if response is not None and response.status == _SWITCHED:  # the messages of a session have members of their own
        said = _start(response.body, response.headers)
        signs = SIGNS.get(exchange.endpoint.wire_format or "", ())
        return spoken(b"", (), said) is not None or any(sign.answered.search(said) for sign in signs)
    asked = _start(request.body, request.headers)
    answered = _start(response.body, response.headers) if response else b""
    told = spoken(b"", (), answered)
    members = _members(asked) if asked.lstrip().startswith((b"{", b"[", b"-")) else frozenset()
    if not members:
        return _alone(exchange, told, answered)
    signs = SIGNS.get(exchange.endpoint.wire_format or "", ())
    dialect = spoken(asked, request.headers, b"")
    signed = any(sign.asked and sign.asked <= members for sign in signs)
    usual = members & _USUAL or dialect in STATED or signed
    taken = response is not None and response.status in _TAKEN and not answered.strip()
    if taken or (told is None and not signed and _kept(response, asked, answered)):
        return False
    return bool(usual) and (told is not None or _told(exchange, dialect, members, answered))


def _alone(exchange: Exchange, told: str | None, answered: bytes) -> bool:
    """Return whether the answer alone tells, to a question without members: not kept, without a body, or sound.

    It does at a path of its dialect only: whoever lists or exports conversations answers with such objects too.
    """
    wire_format = exchange.endpoint.wire_format
    if wire_format is None or exchange.response is None:
        return False
    if told == wire_format or _heard(wire_format, exchange.response, answered):
        return True
    return wire_format in ALONE and ALONE[wire_format].search(answered) is not None


def _kept(response: Response | None, asked: bytes, answered: bytes) -> bool:
    """Return whether an answer is the conversation that it was handed, in which no assistant says any more."""
    if response is None or response.status >= _FAILED or not _KEEPING.search(answered) or _STATING.search(answered):
        return False
    return _KEEPING.search(asked) is not None and answered.count(_ROLE) <= asked.count(_ROLE)


def _told(exchange: Exchange, dialect: str | None, members: frozenset[str], answered: bytes) -> bool:
    """Return whether the request tells, where the answer does not by itself, and the answer does not deny it.

    `dialect` is what the request speaks, wherever it went.
    """
    response = exchange.response
    success = response is not None and response.status < _FAILED and exchange.failure is None and bool(answered.strip())
    signs = [sign for sign in SIGNS.get(exchange.endpoint.wire_format or "", ()) if sign.asked <= members]
    if any(_fits(sign, response, answered) if success else sign.sufficient for sign in signs):
        return True
    stating = STATED.get(dialect or "")
    stated = stating is not None and (_heard(dialect, response, answered) or stating.search(answered) is not None)
    if stating is not None and (stated if success else "model" in members):
        return True
    if success and (not _TELLING.search(answered) or _DENYING.match(answered)):
        return False
    if exchange.endpoint.known and members & (_HOSTED if exchange.endpoint.model else _TASK):
        return True
    if dialect is None or stating is not None or (success and answered.lstrip().startswith(b"[")):
        return False
    return dialect in _CONVERSATIONS or not success or _STATING.search(answered) is not None


def _heard(dialect: str | None, response: Response | None, answered: bytes) -> bool:
    return dialect in SPEAKING and response is not None and sounding(response.headers, answered)


def _fits(sign: Sign, response: Response | None, answered: bytes) -> bool:
    """Return whether an answer is of the dialect; sound is one in itself."""
    return sign.answered.search(answered) is not None or (response is not None and sounding(response.headers, answered))


def _start(body: Body, headers: Headers) -> bytes:
    """Return the first bytes of a body without its encoding."""
    return undo(body, headers, 2 * REACH).body.joined()[:REACH]


def _members(asked: bytes) -> frozenset[str]:
    """Return the names of the members of a JSON object, or of the fields of a form."""
    if asked.lstrip().startswith(b"-"):
        return frozenset(name.decode() for name in _FIELD.findall(asked))
    try:
        return frozenset(msgspec.json.decode(asked, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset(name.decode() for name in re.findall(rb'"([a-z_]{1,32})"\s*:', asked))
