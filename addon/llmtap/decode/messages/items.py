"""The items of OpenAI's Responses API as parts of a message: words and identifiers, never the data of a medium.

An item is a message, a chain of thought, a call of a tool or its result. One shape holds every kind, so that a kind
that is new today is passed over instead of costing its neighbours. Each part has a key that is the same in every event
that speaks of it; item ids are not (GitHub Copilot gives one item a new id in each event).

Source: https://platform.openai.com/docs/api-reference/responses/object.
"""

from collections.abc import Iterator

import msgspec

from llmtap.decode.inference import Message, Part

type Key = tuple[str, int]
"""A part within its item: `content`, `summary`, `call` or `result`, and its index there."""

_TEXTS = frozenset({"input_text", "output_text", "text", "summary_text", "reasoning_text"})


class Link(msgspec.Struct, frozen=True):
    """A URL in the object that the Chat Completions API wraps it in."""

    url: str = ""


class Sound(msgspec.Struct, frozen=True):
    """The format of recorded sound; its data is passed over."""

    format: str | None = None


class Content(msgspec.Struct, frozen=True):
    """One piece of an item's content, of any kind."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None
    stdout: str | None = None
    image_url: str | Link | None = None
    file_url: str | None = None
    file_data: str | None = None
    input_audio: Sound | None = None


class Written(msgspec.Struct, frozen=True):
    """What the model used that wrote a drawing."""

    input_tokens: int | None = None
    output_tokens: int | None = None


class Item(msgspec.Struct, frozen=True):
    """One item of input or output, of any kind."""

    type: str = "message"
    role: str | None = None
    content: str | list[Content] | None = None
    summary: list[Content] | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: object = None
    input: object = None
    action: object = None
    operation: object = None
    code: object = None
    queries: object = None
    svg_usage: Written | None = None
    output: str | list[Content] | Content | None = None


def role(item: Item) -> str:
    """Return who speaks: the role of a message, `tool` for results, `assistant` for all that a model makes."""
    if item.role:
        return item.role
    return "tool" if item.type.endswith("_output") else "assistant"


def parts(item: Item) -> Iterator[tuple[Key, Part]]:
    """Yield the parts of an item with their keys; nothing for a kind that has none to show.

    A hosted tool is named by its type (`web_search_call` is a call of `web_search`); an image that was made is a
    medium without its data.
    """
    if item.type == "message":
        yield from _contents("content", item.content)
    elif item.type == "reasoning":
        for key, part in (*_contents("summary", item.summary), *_contents("content", item.content)):
            yield key, Part("reasoning", part.text)
    elif item.type == "image_generation_call":
        yield ("call", 0), Part("media", "image")
    elif item.type.endswith("_output"):
        yield ("result", 0), Part("tool_result", _words(item.output), item.call_id)
    elif (name := tool(item)) is not None:
        yield ("call", 0), Part("tool_call", _asked(item), item.call_id or item.id, name)
        if item.output is not None:
            yield ("result", 0), Part("tool_result", _words(item.output), item.call_id or item.id)


def tool(item: Item) -> str | None:
    """Return the name of the tool that an item calls, or None for an item that calls none."""
    if item.type.endswith("_call") or item.type == "mcp_approval_request":
        return item.name or item.type.removesuffix("_call")
    return None


def messages(said: str | list[Item] | None) -> tuple[Message, ...]:
    """Return the input of a request, a text or a list of items, as messages: one for each item that shows something."""
    if isinstance(said, str):
        return (Message("user", (Part("text", said),)),)
    turns = (Message(role(item), tuple(part for _, part in parts(item))) for item in said or ())
    return tuple(turn for turn in turns if turn.parts)


def _contents(place: str, content: str | list[Content] | None) -> Iterator[tuple[Key, Part]]:
    if isinstance(content, str):
        content = [Content("text", content)]
    for index, piece in enumerate(content or ()):
        part = _part(piece)
        if part is not None:
            yield (place, index), part


def _part(piece: Content) -> Part | None:
    if piece.type in _TEXTS:
        return Part("text", piece.text or "")
    if piece.type == "refusal":
        return Part("refusal", piece.refusal or "")
    if piece.type.startswith("input_") or piece.type == "image_url":
        return Part("media", _medium(piece))
    return None


def _medium(piece: Content) -> str:
    """Return the MIME type of a `data:` URL, the scheme of another, or else the kind of the medium."""
    link = piece.image_url.url if isinstance(piece.image_url, Link) else piece.image_url
    if piece.input_audio and piece.input_audio.format:
        return f"audio/{piece.input_audio.format}"
    scheme, _, rest = (link or piece.file_url or piece.file_data or "")[:256].partition(":")
    if scheme == "data":
        return rest.partition(",")[0].partition(";")[0]
    return scheme if rest else piece.type.removeprefix("input_")


def _asked(item: Item) -> str:
    """Return what a tool was asked: its arguments in JSON, or the text that it takes."""
    for value in (item.arguments, item.input, item.action, item.operation, item.code, item.queries):
        if value is not None:
            return value if isinstance(value, str) else _json(value)
    return ""


def _words(output: str | list[Content] | Content | None) -> str:
    if output is None or isinstance(output, str):
        return output or ""
    pieces = [output] if isinstance(output, Content) else output
    return "\n".join(filter(None, (piece.text or piece.stdout for piece in pieces)))


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:  # Nested too deep to be written again.
        return ""
