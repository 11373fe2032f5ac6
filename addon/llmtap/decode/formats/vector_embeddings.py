"""Embeddings of servers and vendors with an API of their own: texts in, vectors out, and one count at most.

Text Embeddings Inference and llama.cpp answer by the vectors alone, Nomic by `embeddings`, Pinecone by `data`, PaLM by
`embedding`, Vercel's gateway by `embeddings` to `values`, counted as `usage.tokens`. The vectors are passed over
without being built, and there is no stream.

Source: https://huggingface.github.io/text-embeddings-inference, https://docs.nomic.ai/reference/api,
https://docs.pinecone.io/reference/api/inference/generate-embeddings,
https://github.com/ggml-org/llama.cpp/tree/master/tools/server, https://ai.google.dev/palm_docs,
https://github.com/vercel/ai (packages/gateway/src/gateway-embedding-model.ts).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage

_ABSENT = msgspec.Raw()


class _Text(msgspec.Struct, gc=False):
    text: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    inputs: str | list[str | _Text] | None = None
    texts: list[str] = []
    values: list[str] = []
    text: str | None = None
    content: str | list[str] | None = None


class _Usage(ChatUsage):
    tokens: int | None = None


class _Answer(msgspec.Struct):
    model: str | None = None
    embeddings: msgspec.Raw = _ABSENT
    embedding: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT
    usage: _Usage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form of pictures."""
    asked, files = read_upload(_Request, body)
    texts = [asked.text, *asked.texts, *asked.values]
    for stated in (asked.inputs, asked.content):
        texts += (
            [stated] if isinstance(stated, str) else [one if isinstance(one, str) else one.text for one in stated or ()]
        )
    parts = (*(Part("text", text) for text in texts if text), *files)
    return InferenceRequest(model=asked.model, messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without vectors is asked for the error it states."""
    if body.lstrip().startswith(b"["):
        read(msgspec.Raw, body)
        return
    stated = read(_Answer, body)
    answer.model = stated.model or answer.model
    if stated.usage is not None:
        answer.usage = chat_usage(stated.usage) or chat_usage(ChatUsage(total_tokens=stated.usage.tokens))
    if not any(bytes(memoryview(raw)[:1]) for raw in (stated.embeddings, stated.embedding, stated.data)):
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the APIs have no stream; it carries no content."""
    read_response(answer, event.data)
    return False
