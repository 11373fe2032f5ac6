"""OpenAI Images (generations, edits, variations), as OpenAI, Azure, xAI and Together speak it.

Law: a streamed and an unstreamed answer of the same images end in the same Answer; a picture is a medium of its MIME
type, and its data is passed over. gpt-image models state their usage, dall-e models none, xAI a cost alone: what is
counted of every answer are its pictures, by which those models are billed. A drawing was written by a model of text,
whose tokens stand beside (`svg_usage`).

Source: https://platform.openai.com/docs/api-reference/images and .../images-streaming.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.body.multipart import read_upload
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part
from llmtap.decode.usage.chat_usage import chat_cost
from llmtap.decode.usage.tally import count
from llmtap.decode.usage.token_usage import TokenUsage, token_usage


class _Request(msgspec.Struct):
    model: str | None = None
    prompt: str | None = None
    n: int | None = None
    stream: bool | None = None
    user: str | None = None


class _Picture(msgspec.Struct, gc=False):
    """A picture: where it is, or nothing when its data stood in the body."""

    url: str | None = None
    mime_type: str | None = None


class _Answer(msgspec.Struct):
    """A whole answer, or an event of a stream, which holds one picture."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    data: list[_Picture] | None = None
    output_format: str | None = None
    usage: TokenUsage | None = None
    svg_usage: TokenUsage | None = None
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for, JSON or a form; the pictures that it holds are media of its one message."""
    asked, files = read_upload(_Request, body)
    parts = ((Part("text", asked.prompt),) if asked.prompt else ()) + files
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        choice_count=asked.n,
        output_type="image",
        user=asked.user,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without pictures is asked for the error it states."""
    stated = read(_Answer, body)
    _merge_head(answer, stated)
    for picture in stated.data or ():
        _draw(answer, picture.mime_type or _mime(stated.output_format) or _scheme(picture.url))
    if stated.data is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a picture, partial or finished, is content, and a finished one is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    kind = stated.type or event.name or ""
    if kind == "error" or stated.error is not None:
        answer.error = read_error(event.data) or answer.error
        return False
    if kind.endswith(".completed"):  # image_generation.completed, image_edit.completed
        _merge_head(answer, stated)
        _draw(answer, _mime(stated.output_format) or "*")
        answer.completed = True
        return True
    return kind.endswith(".partial_image")


def _merge_head(answer: Answer, stated: _Answer) -> None:
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if stated.usage is not None:
        answer.usage = token_usage(stated.usage) or answer.usage
        answer.reported_cost = chat_cost(stated.usage)
        answer.service_tier = stated.usage.service_tier or answer.service_tier
    if stated.svg_usage is not None:
        answer.usage = replace(
            answer.usage or UNUSED,
            svg_input_tokens=count(stated.svg_usage.input_tokens),
            svg_output_tokens=count(stated.svg_usage.output_tokens),
        )


def _draw(answer: Answer, kind: str) -> None:
    answer.part(len(answer.parts), "media").text.append(kind)
    answer.usage = replace(answer.usage or UNUSED, images=len(answer.parts))


def _mime(output_format: str | None) -> str | None:
    return f"image/{output_format[:32]}" if output_format else None


def _scheme(url: str | None) -> str:
    return (url or "*").partition(":")[0][:32]
