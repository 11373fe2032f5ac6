"""OpenAI Decisions: questions about one input, each answered by a choice, a score or a probability.

The answers are words as short as the question lets them be; how sure the model is of each is passed over. A question
that it declined has a refusal for an answer, which is none of the others'. There is no stream.

OpenRouter takes questions about a `state` and answers them by name; it states what it asks for them.

Source: https://platform.openai.com/docs/api-reference/decisions and the type definitions of
https://github.com/openai/openai-python (`decision`) and of
https://pypi.org/project/openrouter (`DecisionsResponse`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages import items
from llmtap.decode.messages.items import Item
from llmtap.decode.usage.chat_usage import chat_cost
from llmtap.decode.usage.response_usage import ResponseUsage, response_usage


class _Question(msgspec.Struct, gc=False):
    name: str | None = None
    instructions: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    input: str | list[Item] | None = None
    state: object = None
    questions: list[_Question] | dict[str, _Question] | None = None
    safety_identifier: str | None = None


class _Found(msgspec.Struct, gc=False):
    """An answer of any kind; a score and a probability are numbers."""

    type: str | None = None
    choice: str | bool | None = None
    score: float | None = None
    probability: float | None = None
    noul: float | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    provider: object = None
    answers: list[_Found] | dict[str, _Found] | None = None
    usage: ResponseUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; the questions follow the input, as parts of one message."""
    asked = read(_Request, body)
    questions = tuple(Part("text", words) for one in _each(asked.questions) if (words := one.instructions or one.name))
    state = (Message("user", (Part("text", asked.state),)),) if isinstance(asked.state, str) and asked.state else ()
    return InferenceRequest(
        model=asked.model,
        user=asked.safety_identifier,
        messages=(*state, *items.messages(asked.input), *((Message("user", questions),) if questions else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without answers is asked for the error it states."""
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if isinstance(stated.provider, str):
        answer.served_by = stated.provider or answer.served_by
    if stated.usage is not None:
        answer.usage = response_usage(stated.usage) or answer.usage
        answer.reported_cost = chat_cost(stated.usage)
    for index, found in enumerate(_each(stated.answers)):
        refused = found.type == "refusal"
        answer.part(index, "refusal" if refused else "text").text[:] = [_words(found)]
    if stated.answers is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False


def _each[T](listed: list[T] | dict[str, T] | None) -> list[T]:
    return list(listed.values()) if isinstance(listed, dict) else listed or []


def _words(found: _Found) -> str:
    """Return what was chosen, else the score, else the probability, as JSON has it but for a choice in words."""
    value = next((one for one in (found.choice, found.score, found.probability, found.noul) if one is not None), "")
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
