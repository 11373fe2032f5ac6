"""Anthropic's content blocks as parts of a message: words and identifiers, never the data of a medium.

One shape holds every kind of block, so that a kind that is new today is passed over instead of costing its neighbours.

Source: https://docs.claude.com/en/api/messages (content blocks, tool results, sources).
"""

import msgspec

from llmtap.decode.inference import Message, Part


class Source(msgspec.Struct, frozen=True):
    """Where an image or a document comes from; its data is passed over."""

    type: str = ""
    media_type: str | None = None
    url: str | None = None


class Result(msgspec.Struct, frozen=True):
    """What a tool gave back: a text, a search hit, the output of a command, or an error code."""

    text: str | None = None
    stdout: str | None = None
    url: str | None = None
    error_code: str | None = None
    content: object = None


class Block(msgspec.Struct, frozen=True):
    """One block of content, of any kind; `input` is the input of a tool call, `content` the result of one."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    tool_use_id: str | None = None
    input: object = None
    source: Source | str | None = None
    content: str | list[Result] | Result | None = None


class Turn(msgspec.Struct, frozen=True):
    """One turn of a conversation: a text or blocks."""

    role: str = "user"
    content: str | list[Block] | None = None


def message(turn: Turn) -> Message:
    """Return a turn as a message; one that holds nothing but tool results has the role `tool`."""
    said = parts(turn.content)
    results = bool(said) and all(one.kind == "tool_result" for one in said)
    return Message("tool" if results else turn.role, said)


def part(block: Block) -> Part | None:
    """Return the part that a block makes, or None for a kind that holds nothing to show.

    Thinking that is redacted or not displayed makes an empty part: that there was some is known, its words are not.
    The tools of the server and of MCP (`server_tool_use`, `web_search_tool_result` …) are tools like any other.
    """
    if block.type == "text":
        return Part("text", block.text or "")
    if block.type in ("thinking", "redacted_thinking"):
        return Part("reasoning", block.thinking or "")
    if block.type.endswith("tool_use"):
        return Part("tool_call", compact({} if block.input is None else block.input), block.id, block.name)
    if block.type.endswith("tool_result"):
        return Part("tool_result", _words(block.content), block.tool_use_id)
    if isinstance(block.source, Source):
        return Part("media", _medium(block.source))
    return None


def parts(content: str | list[Block] | None) -> tuple[Part, ...]:
    """Return the parts of a turn, whose content is a text or a list of blocks."""
    if isinstance(content, str):
        return (Part("text", content),)
    return tuple(made for block in content or () if (made := part(block)) is not None)


def compact(value: object) -> str:
    """Return a JSON value as text without white space; a text stays what it is, a value nested too deep is empty."""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        return ""


def _words(content: str | list[Result] | Result | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    results = [content] if isinstance(content, Result) else content
    return "\n".join(filter(None, map(_said, results)))


def _said(result: Result) -> str:
    inner = result.content if isinstance(result.content, str) else None
    return result.text or result.stdout or inner or result.url or result.error_code or ""


def _medium(source: Source) -> str:
    """Return the MIME type of a medium, or the scheme of its URL, or else the kind of its source."""
    if source.media_type:
        return source.media_type
    return source.url.partition(":")[0] if source.url else source.type
