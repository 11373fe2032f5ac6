"""Salesforce's Models API: text, chat and embeddings of other makers' models, whose own statements are `parameters`.

The path names the model as Salesforce does, the parameters as its maker. There is no stream.
Source: https://developer.salesforce.com/docs/ai/agentforce/guide/access-models-api-with-rest.html,
https://opensource.salesforce.com/einstein-platform/docs/apis/models.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage

_ABSENT = msgspec.Raw()


class _Request(msgspec.Struct):
    prompt: str | None = None
    messages: list[Turn] = []
    input: list[str] = []


class _Parameters(msgspec.Struct):
    """What the maker's API said: beside a generation why it ended, beside all of them the rest."""

    finish_reason: str | None = None
    model: str | None = None
    usage: ChatUsage | None = None
    system_fingerprint: str | None = None


class _Generation(msgspec.Struct):
    generated_text: str | None = msgspec.field(default=None, name="generatedText")
    content: str | None = None
    role: str | None = None
    parameters: _Parameters | None = None


class _Details(msgspec.Struct):
    generations: list[_Generation] = []
    parameters: _Parameters | None = None


class _Answer(msgspec.Struct):
    id: str | None = None
    generation: _Generation | None = None
    more_generations: list[_Generation] | None = msgspec.field(default=None, name="moreGenerations")
    details: _Details | None = msgspec.field(default=None, name="generationDetails")
    embeddings: msgspec.Raw = _ABSENT
    parameters: _Parameters | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    parts = tuple(Part("text", text) for text in (asked.prompt, *asked.input) if text)
    said = (Message("user", parts),) if parts else ()
    return InferenceRequest(messages=(*said, *(message(turn) for turn in asked.messages)))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one that made nothing is asked for the error it states, and a list is one of errors."""
    if body.lstrip().startswith(b"["):
        answer.error = read_error(body, failed=True)
        return
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    made = [stated.generation, *(stated.more_generations or ())] if stated.generation else []
    made += stated.details.generations if stated.details else []
    for index, generation in enumerate(made):
        merge_turn(answer, index, Turn(content=generation.content or generation.generated_text))
        if generation.parameters and generation.parameters.finish_reason:
            answer.finish_reasons[index] = generation.parameters.finish_reason
    told = stated.parameters or (stated.details.parameters if stated.details else None)
    if told is not None:
        answer.model, answer.system_fingerprint = told.model or answer.model, told.system_fingerprint
        # A total alone is that of an embedding, which is all input.
        answer.usage = chat_usage(told.usage, answered=bool(made)) if told.usage else answer.usage
    if not made and bytes(memoryview(stated.embeddings)[:1]) != b"[":
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
