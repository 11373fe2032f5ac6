"""Yandex's foundation models: completion and text embedding, whose counts are numbers in words.

An event of a stream is a line that says the whole answer as far as it got, so the last one replaces those before. A
status tells how an alternative stands: `…_PARTIAL` is no finish reason.

Source: https://yandex.cloud/en/docs/foundation-models/text-generation/api-ref/TextGeneration/completion and
.../embeddings/api-ref/Embeddings/textEmbedding.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import count, tally

_PARTIAL = "ALTERNATIVE_STATUS_PARTIAL"


class _Called(msgspec.Struct, gc=False, rename="camel"):
    function_call: Function | None = None


class _Calls(msgspec.Struct, gc=False, rename="camel"):
    tool_calls: list[_Called] = []


class _Said(msgspec.Struct, gc=False, rename="camel"):
    role: str | None = None
    text: str | None = None
    tool_call_list: _Calls | None = None


class _Options(msgspec.Struct, gc=False, rename="camel"):
    stream: bool | None = None
    temperature: float | None = None
    max_tokens: int | None = None


class _Tool(msgspec.Struct, gc=False):
    function: Function | None = None


class _Request(msgspec.Struct, rename="camel"):
    model_uri: str | None = None
    completion_options: _Options | None = None
    messages: list[_Said] = []
    text: str | None = None
    tools: list[_Tool] | None = None


class _Details(msgspec.Struct, gc=False, rename="camel"):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False, rename="camel"):
    input_text_tokens: int | None = None
    completion_tokens: int | None = None
    completion_tokens_details: _Details | None = None


class _Alternative(msgspec.Struct, gc=False):
    message: _Said | None = None
    status: str | None = None


class _Result(msgspec.Struct, gc=False):
    alternatives: list[_Alternative] = []
    usage: _Usage | None = None


class _Answer(msgspec.Struct, rename="camel"):
    """An answer; the vector of an embedding is passed over, its count stands beside it. An operation has an id."""

    id: str | None = None
    result: _Result | None = None
    embedding: msgspec.Raw = msgspec.Raw()
    num_tokens: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the model is a URI."""
    asked = read(_Request, body)
    options = asked.completion_options or _Options()
    text = (Message("user", (Part("text", asked.text),)),) if asked.text else ()
    return InferenceRequest(
        model=asked.model_uri,
        stream=options.stream,
        max_tokens=count(options.max_tokens),
        temperature=options.temperature,
        tools=tuple(tool.function.name for tool in asked.tools or () if tool.function and tool.function.name),
        messages=(*(message(_turn(said)) for said in asked.messages), *text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without a result is asked for the error it states."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event in place of those before; a final status is the end mark. Words that are new are content."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    if stated.num_tokens is not None:
        answer.usage = tally(stated.num_tokens, None)
    if stated.result is None:
        if not stated.id and not bytes(memoryview(stated.embedding)[:1]):
            answer.error = read_error(body) or answer.error
        return False
    usage = stated.result.usage
    if usage is not None:
        thought = usage.completion_tokens_details
        reasoning = thought.reasoning_tokens if thought else None
        answer.usage = tally(usage.input_text_tokens, usage.completion_tokens, reasoning=reasoning) or answer.usage
    before = sum(len(piece) for draft in answer.parts.values() for piece in draft.text)
    if stated.result.alternatives:
        answer.parts.clear()
    for index, alternative in enumerate(stated.result.alternatives):
        merge_turn(answer, index, _turn(alternative.message or _Said()))
        if alternative.status and alternative.status != _PARTIAL:
            answer.finish_reasons[index] = alternative.status
            answer.completed = True
    return sum(len(piece) for draft in answer.parts.values() for piece in draft.text) > before


def _turn(said: _Said) -> Turn:
    """Return a turn in OpenAI's spelling."""
    calls = [ToolCall(function=called.function_call) for called in (said.tool_call_list or _Calls()).tool_calls]
    return Turn(said.role, said.text, tool_calls=calls or None)
