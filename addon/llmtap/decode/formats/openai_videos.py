"""OpenAI Videos (https://platform.openai.com/docs/api-reference/videos): a film is ordered, and made later.

An answer is the film as it stands. It is billed by the second, of which the order is told; an order that failed at once
has none. There is no stream. OpenRouter states what a film that is made costs
(https://openrouter.ai/docs/guides/overview/multimodal/video-generation).
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, measure

_UNFINISHED = frozenset({"queued", "pending", "in_progress"})


class _Request(msgspec.Struct):
    model: str | None = None
    prompt: str | None = None


class _Film(msgspec.Struct):
    """A film; its length is a number in words."""

    id: str | None = None
    model: str | None = None
    status: str | None = None
    seconds: Decimal | None = None
    usage: ChatUsage | None = None
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form; the picture that it holds is a medium of its one message."""
    asked, files = read_upload(_Request, body)
    parts = ((Part("text", asked.prompt),) if asked.prompt else ()) + files
    return InferenceRequest(model=asked.model, output_type="video", messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a film, whose status is a finish reason once it is made; another body is asked for its error."""
    film = read(_Film, body)
    if film.status is None or film.error is not None:
        answer.error = read_error(body) or answer.error
    answer.id = film.id or answer.id
    answer.model = film.model or answer.model
    if film.status is not None and film.status not in _UNFINISHED:
        answer.finish_reasons[0] = film.status
        answer.reported_cost = chat_cost(film.usage) if film.usage else None
    seconds = measure(film.seconds)
    if seconds is not None and film.error is None and film.status != "failed":
        answer.usage = Usage(video_seconds=seconds)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
