"""Gemini's generateContent and streamGenerateContent, as the Gemini API, Vertex AI and Code Assist speak them.

An event of a stream and a whole answer are one shape, and one function merges both. Code Assist wraps either in an
object with a member `response`, and the request in one with a member `request`. There is no end marker: a stream is
complete once every candidate has a finish reason, or the prompt was blocked. Model and streaming are named by the path.

Sources: https://ai.google.dev/api/generate-content; Code Assist: the source of gemini-cli (providers.md 1.4, 1.6).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.pieces import Content, Contents, camel, merge_content, message, messages, named
from llmtap.decode.usage.usage_metadata import Grounding, UsageMetadata, latest_usage, terms

_FINISHES = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
"""Clients may ask for enumerations as numbers. From 6 on the Gemini API and Vertex AI disagree: those stay numbers."""
_BLOCKS = {1: "SAFETY", 2: "OTHER", 3: "BLOCKLIST", 4: "PROHIBITED_CONTENT", 5: "IMAGE_SAFETY"}
_UNSPECIFIED = (None, 0, "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED", "")


class _Thinking(msgspec.Struct, rename="camel", gc=False):
    thinking_level: str | None = None
    thinking_budget: int | None = None


class _Config(msgspec.Struct, rename="camel", gc=False):
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_output_tokens: int | None = None
    stop_sequences: list[str] | None = None
    candidate_count: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    response_mime_type: str | None = None
    response_modalities: list[str | int] | None = None
    thinking_config: _Thinking | None = None


class _Named(msgspec.Struct, gc=False):
    name: str | None = None


_ABSENT = msgspec.Raw()


class _Tool(msgspec.Struct, rename="camel"):
    function_declarations: list[_Named] | _Named | None = None


class _Asked(msgspec.Struct, rename="camel"):
    model: str | None = None
    contents: Contents | None = None
    system_instruction: Content | str | None = None
    generation_config: _Config | None = None
    tools: list[dict[str, msgspec.Raw]] | dict[str, msgspec.Raw] | None = None
    service_tier: str | None = None
    session_id: str | None = msgspec.field(default=None, name="session_id")


class _Request(_Asked, rename="camel"):
    """A request, bare, in Code Assist's wrapping (`request`), or that of countTokens (`generateContentRequest`)."""

    request: _Asked | None = None
    generate_content_request: _Asked | None = None


class _Candidate(msgspec.Struct, rename="camel", gc=False):
    index: int = 0
    content: Content | None = None
    finish_reason: str | int | None = None
    grounding_metadata: Grounding | None = None


class _Feedback(msgspec.Struct, rename="camel", gc=False):
    block_reason: str | int | None = None


class _Answered(msgspec.Struct, rename="camel", gc=False):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage_metadata: UsageMetadata | None = None
    model_version: str | None = None
    response_id: str | None = None


class _Response(_Answered, rename="camel", gc=False):
    """An event or a whole answer, bare or in Code Assist's wrapping (`response`)."""

    response: _Answered | None = None
    error: msgspec.Raw = _ABSENT


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; names may be in camel or in snake case.

    `reasoning_level` is the thinking level where one is stated, otherwise the budget in tokens (-1: the model decides).
    """
    outer = read(_Request, camel(body))
    asked = outer.request or outer.generate_content_request or outer
    config = asked.generation_config or _Config()
    return InferenceRequest(
        model=named(outer.model or asked.model),
        max_tokens=config.max_output_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=config.top_k,
        frequency_penalty=config.frequency_penalty,
        presence_penalty=config.presence_penalty,
        seed=config.seed,
        choice_count=config.candidate_count,
        stop_sequences=tuple(config.stop_sequences or ()),
        output_type=_output_type(config),
        reasoning_level=_reasoning_level(config.thinking_config),
        service_tier=asked.service_tier,
        conversation_id=asked.session_id,
        tools=_tools(asked.tools),
        messages=(*_system(asked.system_instruction), *messages(asked.contents)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or an error body, into `answer`."""
    _merge(answer, body)
    answer.settle()


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a stream; return whether it carried text, thoughts, a function call or a medium."""
    if event.data.startswith(b"[DONE]"):  # Relays end every dialect with OpenAI's marker.
        answer.completed = True
        return False
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    try:
        stated = read(_Response, body)
    except msgspec.ValidationError:  # An error that is answered to a stream's request is an array of one.
        answer.error = read_error(body) or answer.error
        if answer.error is None:
            raise
        return False
    said = stated.response or stated
    if bytes(stated.error) not in (b"", b"null") or (said.candidates is None and said.usage_metadata is None):
        answer.error = read_error(body) or answer.error
    answer.id = said.response_id or answer.id
    answer.model = said.model_version or answer.model
    metadata = said.usage_metadata
    if metadata is not None:
        answer.count(latest_usage, metadata, whole=_whole(metadata))
        answer.service_tier = terms(metadata) or answer.service_tier
    carried = False
    for candidate in said.candidates or ():
        carried = _merge_candidate(answer, candidate) or carried
    blocked = said.prompt_feedback.block_reason if said.prompt_feedback else None
    if blocked not in _UNSPECIFIED:
        answer.finish_reasons[0] = _word(blocked, _BLOCKS)
        answer.completed = True
    return carried


def _whole(stated: UsageMetadata) -> bool:
    """Return whether both sides are counted; then nothing is left of what was stated before (`latest_usage`)."""
    made = stated.candidates_token_count is not None or stated.thoughts_token_count is not None
    return made and stated.prompt_token_count is not None


def _merge_candidate(answer: Answer, candidate: _Candidate) -> bool:
    index = candidate.index
    if index not in answer.roles:
        answer.roles[index] = "assistant"
        answer.completed = False
    carried = merge_content(answer, index, candidate.content) if candidate.content else False
    if candidate.grounding_metadata is not None:
        answer.queries |= candidate.grounding_metadata.queries
    if candidate.finish_reason not in _UNSPECIFIED:
        answer.finish_reasons[index] = _word(candidate.finish_reason, _FINISHES)
        answer.completed = len(answer.roles) <= len(answer.finish_reasons)
    return carried


def _word(reason: str | int | None, words: dict[int, str]) -> str:
    return words.get(reason, str(reason)) if isinstance(reason, int) else str(reason)


def _system(instruction: Content | str | None) -> tuple[Message, ...]:
    """Return the system instruction, whatever role it states."""
    if not instruction:
        return ()
    said = message(instruction)
    return (Message("system", said.parts),) if said.parts else ()


def _tools(tools: list[dict[str, msgspec.Raw]] | dict[str, msgspec.Raw] | None) -> tuple[str, ...]:
    """Return the names of the functions that are offered, and of the server's own tools (`googleSearch` …)."""
    names: list[str] = []
    for tool in [tools] if isinstance(tools, dict) else tools or ():
        for kind, value in tool.items():
            if bytes(value) == b"null":
                continue
            if kind != "functionDeclarations":
                names.append(kind)
                continue
            stated = read(_Tool, b'{"functionDeclarations":%b}' % bytes(value)).function_declarations
            functions = [stated] if isinstance(stated, _Named) else stated or ()
            names += [function.name for function in functions if function.name]
    return tuple(names)


def _reasoning_level(thinking: _Thinking | None) -> str | None:
    if thinking is None:
        return None
    if thinking.thinking_level:
        return thinking.thinking_level.lower()
    return None if thinking.thinking_budget is None else str(thinking.thinking_budget)


def _output_type(config: _Config) -> str | None:
    """Return the `gen_ai.output.type` that is asked for: `text`, `json`, `image` or `speech`."""
    modalities = {str(modality).upper() for modality in config.response_modalities or ()}
    if modalities & {"IMAGE", "2"}:
        return "image"
    if modalities & {"AUDIO", "3"}:
        return "speech"
    kind = config.response_mime_type or ""
    if kind == "application/json":
        return "json"
    return "text" if kind.startswith("text/") or modalities & {"TEXT", "1"} else None
