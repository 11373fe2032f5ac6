"""Mistral's OCR API (https://docs.mistral.ai/api/endpoint/ocr): a document in, its pages as text out.

It is billed by the page, at another price when the document or its pictures were described (annotated) as well. The
document itself is a medium of which nothing is kept. There is no stream.

Zhipu parses layouts alike (https://docs.z.ai/api-reference, the models of https://pypi.org/project/zai-sdk): its words
are one text, and it counts tokens beside pages.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import Count


class _Document(msgspec.Struct, gc=False):
    type: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    document: _Document | None = None
    file: str | None = None


class _Picture(msgspec.Struct, gc=False):
    image_annotation: str | None = None


class _Page(msgspec.Struct, gc=False):
    markdown: str | None = None
    images: list[_Picture] = []


class _Counted(msgspec.Struct, gc=False):
    pages_processed: Count | None = None
    pages_processed_annotation: Count | None = None


class _Parsed(msgspec.Struct, gc=False):
    num_pages: Count | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    pages: list[_Page] | None = None
    document_annotation: str | None = None
    usage_info: _Counted | None = None
    md_results: str | None = None
    data_info: _Parsed | None = None
    usage: ChatUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the document is named by how it was given."""
    asked = read(_Request, body)
    kind = asked.document.type or "*" if asked.document else "*" if asked.file else None
    given = (Part("media", kind),) if kind else ()
    return InferenceRequest(model=asked.model, messages=(Message("user", given),) if given else ())


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, each page a part; a body without pages is asked for the error it states."""
    stated = read(_Response, body)
    answer.id, answer.model = stated.id or answer.id, stated.model or answer.model
    for index, words in enumerate(
        (*(page.markdown for page in stated.pages or ()), stated.document_annotation, stated.md_results)
    ):
        if words:
            answer.part(index, "text").text.append(words)
    if stated.usage_info is not None:
        answer.usage = _counted(stated, stated.usage_info)
    if stated.md_results is not None:
        tokens = chat_usage(stated.usage, answered=True) if stated.usage else None
        usage = replace(tokens or UNUSED, pages=stated.data_info.num_pages if stated.data_info else None)
        answer.usage = None if usage == UNUSED else usage
    elif stated.pages is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False


def _counted(stated: _Response, counted: _Counted) -> Usage | None:
    """Return the pages; where those that were annotated are not counted, a description in the answer tells."""
    pages, annotated = counted.pages_processed, counted.pages_processed_annotation
    drawn = any(picture.image_annotation for page in stated.pages or () for picture in page.images)
    if annotated is None and (drawn or stated.document_annotation):
        annotated = pages
    usage = Usage(pages=pages, annotated_pages=annotated or None)
    return None if usage == UNUSED else usage
