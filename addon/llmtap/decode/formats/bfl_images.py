"""Black Forest Labs' API (https://docs.bfl.ai/api-reference): a picture is ordered, and fetched elsewhere.

An answer to an order holds where the picture will be, and what it costs in credits of one US cent. The path names the
model. There is no stream.
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost

_CREDIT = Decimal("0.01")


class _Request(msgspec.Struct):
    prompt: str | None = None
    input_image: str | None = None
    image_prompt: str | None = None
    seed: int | None = None


class _Order(msgspec.Struct):
    id: str | None = None
    cost: Decimal | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; a picture that it holds is a medium of its one message."""
    asked = read(_Request, body)
    words = [Part("text", asked.prompt)] if asked.prompt else []
    pictures = [Part("media", "image") for picture in (asked.input_image, asked.image_prompt) if picture]
    parts = (*words, *pictures)
    return InferenceRequest(seed=asked.seed, output_type="image", messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge an order, which is for one picture; a body without its id is asked for the error it states."""
    stated = read(_Order, body)
    if stated.id is None:
        answer.error = read_error(body) or answer.error
        return
    answer.id = stated.id
    answer.usage = Usage(images=1)
    cost = chat_cost(ChatUsage(cost=stated.cost))
    answer.reported_cost = None if cost is None else cost * _CREDIT


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
