"""The content blocks of Bedrock's Converse API as parts of a message: words and identifiers, never a medium's data.

A block is told by the one member it has. Amazon's own models take and give the same blocks where they are invoked
natively. A kind that is new today is passed over instead of costing its neighbours.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html.
"""

import msgspec

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.blocks import compact

_TEXTS = {"txt": "text/plain", "md": "text/markdown", "html": "text/html", "csv": "text/csv"}


class Words(msgspec.Struct, frozen=True, rename="camel"):
    """A text in an object of its own, and what may stand in its place in the result of a tool."""

    text: str | None = None
    json: object = None


class Source(msgspec.Struct, frozen=True, rename="camel"):
    """Where a medium comes from; its data is passed over."""

    s3_location: object = None


class Medium(msgspec.Struct, frozen=True, rename="camel"):
    """An image, a document, a video or recorded sound."""

    format: str | None = None
    source: Source | None = None


class ToolUse(msgspec.Struct, frozen=True, rename="camel"):
    """A call of a tool; in a stream `input` is a piece of JSON text."""

    tool_use_id: str | None = None
    name: str | None = None
    input: object = None


class ToolResult(msgspec.Struct, frozen=True, rename="camel"):
    """What a tool gave back."""

    tool_use_id: str | None = None
    content: list[Words] | None = None


class Reasoning(msgspec.Struct, frozen=True, rename="camel"):
    """A chain of thought: `reasoning_text` in a block, `text` in a delta; redacted, there are no words."""

    reasoning_text: Words | None = None
    text: str | None = None


class Guarded(msgspec.Struct, frozen=True, rename="camel"):
    """Content that a guardrail looks at."""

    text: Words | None = None
    image: Medium | None = None


class Cited(msgspec.Struct, frozen=True, rename="camel"):
    """Texts with citations, or what a search found."""

    content: list[Words] | None = None


class Block(msgspec.Struct, frozen=True, rename="camel"):
    """One block of content, of any kind."""

    text: str | None = None
    reasoning_content: Reasoning | None = None
    tool_use: ToolUse | None = None
    tool_result: ToolResult | None = None
    image: Medium | None = None
    document: Medium | None = None
    video: Medium | None = None
    audio: Medium | None = None
    guard_content: Guarded | None = None
    citations_content: Cited | None = None
    search_result: Cited | None = None


class Turn(msgspec.Struct, frozen=True, rename="camel"):
    """One message: who speaks, and what."""

    role: str | None = None
    content: list[Block] | None = None


def message(turn: Turn) -> Message:
    """Return a turn as a message; one that holds nothing but tool results is of the role `tool`."""
    said = parts(turn.content)
    results = bool(said) and all(one.kind == "tool_result" for one in said)
    return Message("tool" if results else turn.role or "user", said)


def parts(content: list[Block] | None) -> tuple[Part, ...]:
    """Return the parts that blocks make."""
    return tuple(made for block in content or () if (made := part(block)) is not None)


def part(block: Block) -> Part | None:
    """Return the part that a block makes, or None for a kind that holds nothing to show (a cache point)."""
    text = _text(block)
    if text is not None:
        return Part("text", text)
    if block.reasoning_content is not None:
        thought = block.reasoning_content.reasoning_text
        return Part("reasoning", (thought.text if thought else block.reasoning_content.text) or "")
    if block.tool_use is not None:
        call = block.tool_use
        return Part("tool_call", compact({} if call.input is None else call.input), call.tool_use_id, call.name)
    if block.tool_result is not None:
        return Part("tool_result", words(block.tool_result.content), block.tool_result.tool_use_id)
    return _medium(block)


def _text(block: Block) -> str | None:
    cited = block.citations_content or block.search_result
    if cited is not None:
        return "".join(piece.text or "" for piece in cited.content or ())
    guarded = block.guard_content.text if block.guard_content else None
    return block.text if guarded is None else guarded.text


def words(results: list[Words] | None) -> str:
    """Return what a tool gave back, its pieces a line each; JSON in its compact spelling."""
    said = (one.text if one.json is None else compact(one.json) for one in results or ())
    return "\n".join(filter(None, said))


def _medium(block: Block) -> Part | None:
    """Return the MIME type of a medium, or `s3` when it lies in a bucket."""
    for kind, medium in (
        ("image", block.image or (block.guard_content.image if block.guard_content else None)),
        ("application", block.document),
        ("video", block.video),
        ("audio", block.audio),
    ):
        if medium is not None:
            if medium.source and medium.source.s3_location is not None:
                return Part("media", "s3")
            form = medium.format or "*"
            return Part("media", _TEXTS.get(form, f"{kind}/{form}"))
    return None
