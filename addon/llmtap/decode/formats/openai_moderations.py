"""OpenAI Moderations, as OpenAI and Mistral speak it (https://platform.openai.com/docs/api-reference/moderations).

What was found in a text is content and is passed over. OpenAI states no usage, since it asks no price; Mistral does.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.turns import Content, Turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage


class _Piece(Content):
    """A piece of the input: content of a kind, or (Mistral's chat moderation) a turn."""

    role: str | None = None
    content: str | list[Content] | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    input: str | list[str | _Piece | list[Turn]] | None = None


class _Finding(msgspec.Struct, gc=False):
    """What was found in one input, of which nothing is read."""


class _Answer(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    results: list[_Finding] | None = None
    usage: ChatUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for: each text a message, each conversation its turns."""
    asked = read(_Request, body)
    inputs = [asked.input] if isinstance(asked.input, str) else asked.input or []
    return InferenceRequest(model=asked.model, messages=tuple(said for one in inputs for said in _messages(one)))


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without results is asked for the error it states."""
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if stated.usage is not None:
        answer.usage = chat_usage(stated.usage) or answer.usage
        answer.reported_cost = chat_cost(stated.usage)
        answer.service_tier = stated.usage.service_tier or answer.service_tier
    if stated.results is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False


def _messages(one: str | _Piece | list[Turn]) -> tuple[Message, ...]:
    if isinstance(one, str):
        return (message(Turn(content=one)),)
    if isinstance(one, list):
        return tuple(map(message, one))
    return (message(Turn(role=one.role, content=[one] if one.content is None else one.content)),)
