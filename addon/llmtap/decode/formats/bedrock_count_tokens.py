"""Bedrock's token count of a call that is not made (https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html).

Law: the count is the answer, not a usage. Nothing was consumed or billed, and whoever sums up usages must not find it
among them; so the usage stays absent. A body for InvokeModel is one string of base64, which nobody opens here.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.contents import Block, Turn, message, parts


class _Conversation(msgspec.Struct, frozen=True):
    system: list[Block] | None = None
    messages: list[Turn] | None = None


class _Input(msgspec.Struct, frozen=True):
    converse: _Conversation | None = None


class _Request(msgspec.Struct, frozen=True):
    input: _Input | None = None


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    input_tokens: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what is to be counted; the model stands in the path."""
    asked = (read(_Request, body).input or _Input()).converse or _Conversation()
    system = parts(asked.system)
    turns = map(message, asked.messages or ())
    return InferenceRequest(messages=(*((Message("system", system),) if system else ()), *turns))


def read_response(answer: Answer, body: bytes) -> None:
    """Take note of an error; a count is no usage."""
    if read(_Answer, body).input_tokens is None:
        answer.error = read_error(body)


def merge(answer: Answer, event: Event) -> bool:
    """Read an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
