"""Elasticsearch's inference API: `input` goes in, and what the model behind it made stands by its task's name.

An answer states no model and counts nothing; which model answers is the cluster's to know, and the path names what it
is called there. A stream grows a completion by `delta`. Chats are Chat Completions, and no concern of this module.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-inference.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part

_ABSENT = msgspec.Raw()
_KEY = "text"


class _Request(msgspec.Struct):
    """What is asked; `query` is what the texts are ranked by."""

    input: str | list[str] | None = None
    query: str | None = None


class _Made(msgspec.Struct, gc=False):
    """A completion, or a piece of one."""

    result: str | None = None
    delta: str | None = None


class _Answer(msgspec.Struct):
    completion: list[_Made] | None = None
    rerank: msgspec.Raw = _ABSENT
    sparse: msgspec.Raw = msgspec.field(default=_ABSENT, name="sparse_embedding")
    vectors: msgspec.Raw = msgspec.field(default=_ABSENT, name="text_embedding")
    bytes: msgspec.Raw = msgspec.field(default=_ABSENT, name="text_embedding_bytes")
    bits: msgspec.Raw = msgspec.field(default=_ABSENT, name="text_embedding_bits")
    embeddings: msgspec.Raw = _ABSENT


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input or []
    parts = tuple(Part("text", text) for text in (asked.query, *texts) if text)
    return InferenceRequest(messages=(Message("user", parts),) if parts else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one that holds nothing of a task is asked for the error it states."""
    stated = read(_Answer, body)
    lists = (stated.rerank, stated.sparse, stated.vectors, stated.bytes, stated.bits, stated.embeddings)
    if not _merge(answer, stated) and not any(bytes(memoryview(made)[:1]) for made in lists):
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a completion; `[DONE]` is the end mark."""
    if event.data.strip() == b"[DONE]":
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if stated.completion is None:
        answer.error = read_error(event.data) or answer.error
    return _merge(answer, stated)


def _merge(answer: Answer, stated: _Answer) -> bool:
    """Merge what was completed; return whether that was words."""
    words = [word for made in stated.completion or () if (word := made.result or made.delta)]
    if words:
        answer.part(_KEY, "text").text.extend(words)
    return bool(words)
