"""OpenAI Embeddings, as OpenAI and those who copied it speak it (https://platform.openai.com/docs/api-reference/embeddings).

The vectors are passed over without being built. There is no stream; an answer never has output tokens. MiniMax takes
`texts`, and answers by `vectors` and `total_tokens` (https://platform.minimaxi.com/document/Embeddings). GigaChat
counts each vector by itself (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-embeddings).
"""

from collections.abc import Iterable
from functools import reduce

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage
from llmtap.decode.usage.tally import added

_ABSENT = msgspec.Raw()


class _Request(msgspec.Struct):
    model: str | None = None
    input: str | list[str | int | list[int]] | None = None
    texts: list[str] | None = None
    encoding_format: str | None = None
    user: str | None = None


class _Vector(msgspec.Struct, gc=False):
    """A vector, of which nothing is read but what GigaChat counts of each."""

    usage: ChatUsage | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    data: list[_Vector] | None = None
    vectors: msgspec.Raw = _ABSENT
    usage: ChatUsage | None = None
    total_tokens: int | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; an input of token numbers is a medium named `tokens`."""
    asked = read(_Request, body)
    given = asked.input or asked.texts
    inputs = given if isinstance(given, list) else [given or ""]
    if inputs and isinstance(inputs[0], int):
        inputs = inputs[:1]
    parts = tuple(Part("text", text) if isinstance(text, str) else Part("media", "tokens") for text in inputs)
    return InferenceRequest(
        model=asked.model,
        encoding_formats=(asked.encoding_format,) if asked.encoding_format else (),
        user=asked.user,
        messages=(Message("user", parts),) if given else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without vectors is asked for the error it states."""
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    usage = stated.usage or ChatUsage(total_tokens=stated.total_tokens)
    answer.usage = chat_usage(usage) or _summed(stated.data or ()) or answer.usage
    answer.reported_cost = chat_cost(usage)
    answer.service_tier = usage.service_tier or answer.service_tier
    if stated.data is None and bytes(memoryview(stated.vectors)[:1]) != b"[":
        answer.error = read_error(body)


def _summed(vectors: Iterable[_Vector]) -> Usage | None:
    """Return what is counted of the vectors one by one."""
    counts = (chat_usage(vector.usage) for vector in vectors if vector.usage is not None)
    return reduce(added, counts, None)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
