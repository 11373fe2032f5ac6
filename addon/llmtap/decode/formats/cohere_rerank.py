"""Rerank, as Cohere made it and as Voyage, Jina, Together, SiliconFlow and vLLM copied it: documents put in order.

Cohere bills by `search_units`, which are no tokens. The others count tokens, which are all input. There is no stream.
OpenRouter states both in `usage`, and what it asks for them.
NVIDIA's documents are `passages` and their order `rankings`; Text Embeddings Inference takes `texts` and answers by the
order alone. vLLM's `score` compares two texts and answers by `data`.

Source: https://docs.cohere.com/reference/rerank, https://docs.voyageai.com/reference/reranker-api,
https://jina.ai/reranker, https://docs.nvidia.com/nim/nemo-retriever/text-reranking,
https://huggingface.github.io/text-embeddings-inference, https://openrouter.ai/docs/api/api-reference/rerank.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage
from llmtap.decode.usage.metering import Metering, metered
from llmtap.decode.usage.tally import count


class _Document(msgspec.Struct, gc=False):
    text: str = ""


class _Request(msgspec.Struct):
    model: str | None = None
    query: str | _Document | None = None
    documents: list[str | _Document] = []
    passages: list[str | _Document] = []
    texts: list[str] = []


class _Ranked(msgspec.Struct, gc=False):
    """One place in the order, of which nothing is read."""


class _Usage(ChatUsage, gc=False):
    search_units: int | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    results: list[_Ranked] | None = None
    data: list[_Ranked] | None = None
    rankings: list[_Ranked] | None = None
    meta: Metering | None = None
    provider: object = None
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for: the query and then the documents are the parts of one message."""
    asked = read(_Request, body)
    said = [one for one in (asked.query, *asked.documents, *asked.passages, *asked.texts) if one is not None]
    parts = tuple(Part("text", one if isinstance(one, str) else one.text) for one in said)
    return InferenceRequest(model=asked.model, messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without an order is asked for the error it states."""
    if body.lstrip().startswith(b"["):
        read(list[_Ranked], body)
        return
    stated = read(_Response, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if stated.usage is not None:
        usage = replace(chat_usage(stated.usage) or UNUSED, search_units=count(stated.usage.search_units))
        answer.usage = None if usage == UNUSED else usage
        answer.reported_cost = chat_cost(stated.usage)
    if isinstance(stated.provider, str):  # OpenRouter
        answer.served_by = stated.provider or answer.served_by
    if stated.meta is not None:
        answer.usage = metered(stated.meta) or answer.usage
    if stated.results is None and stated.data is None and stated.rankings is None:
        answer.error = read_error(body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
