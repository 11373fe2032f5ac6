"""Anthropic's token count of a message that is not sent (https://docs.claude.com/en/api/messages-count-tokens).

Law: the count is the answer, not a usage. Nothing was consumed or billed, and whoever sums up usages must not find it
among them; so the usage stays absent.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.blocks import Block, Turn, message, parts


class _Named(msgspec.Struct, frozen=True):
    type: str | None = None
    name: str | None = None


class _Request(msgspec.Struct, frozen=True):
    model: str | None = None
    tools: list[_Named] | None = None
    thinking: _Named | None = None
    system: str | list[Block] | None = None
    messages: list[Turn] | None = None


class _Answer(msgspec.Struct, frozen=True):
    input_tokens: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be counted."""
    asked = read(_Request, body)
    system = parts(asked.system)
    return InferenceRequest(
        model=asked.model,
        reasoning_level=asked.thinking.type if asked.thinking else None,
        tools=tuple(name for tool in asked.tools or () if (name := tool.name or tool.type)),
        messages=(*((Message("system", system),) if system else ()), *map(message, asked.messages or ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Take note of an error; a count is no usage."""
    if read(_Answer, body).input_tokens is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Read an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
