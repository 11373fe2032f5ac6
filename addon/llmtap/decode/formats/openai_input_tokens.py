"""OpenAI's token count of a response that is not asked for (`/responses/input_tokens`).

Law: the count is the answer, not a usage. Nothing was consumed or billed, and whoever sums up usages must not find it
among them; so the usage stays absent.

Source: https://platform.openai.com/docs/api-reference/responses/input-tokens.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages import items
from llmtap.decode.messages.items import Item


class _Named(msgspec.Struct, frozen=True):
    type: str | None = None
    name: str | None = None


class _Request(msgspec.Struct, frozen=True):
    model: str | None = None
    input: str | list[Item] | None = None
    instructions: str | None = None
    tools: list[_Named] | None = None
    previous_response_id: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    input_tokens: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be counted; `instructions` are the first message, of the role `system`."""
    asked = read(_Request, body)
    system = () if asked.instructions is None else (Message("system", (Part("text", asked.instructions),)),)
    return InferenceRequest(
        model=asked.model,
        previous_response_id=asked.previous_response_id,
        tools=tuple(name for tool in asked.tools or () if (name := tool.name or tool.type)),
        messages=(*system, *items.messages(asked.input)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Take note of an error; a count is no usage."""
    if read(_Answer, body).input_tokens is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Read an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
