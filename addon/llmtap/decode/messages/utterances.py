"""The items of OpenAI's Realtime API as parts of a message: what was spoken stands in its transcript, without sound.

One shape holds every kind of item, in requests, in events and in whole responses; a kind that is new is passed over.

Source: https://platform.openai.com/docs/api-reference/realtime-server-events (conversation.item.*, response.done).
"""

import msgspec

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.blocks import compact


class Piece(msgspec.Struct):
    """A piece of a message: words, written or spoken, or a medium."""

    type: str = ""
    text: str | None = None
    transcript: str | None = None


class Utterance(msgspec.Struct):
    """One item of a conversation: a message, a call of a tool or its result."""

    type: str = "message"
    role: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: object = None
    output: object = None
    content: list[Piece] | None = None


def message(item: Utterance) -> Message:
    """Return an item as a message; results of tools have the role `tool`, what states no role is the model's."""
    role = "tool" if item.type.endswith("_output") else item.role or "assistant"
    return Message(role, tuple(parts(item)))


def parts(item: Utterance) -> list[Part]:
    """Return the parts that an item makes, in their order."""
    if item.type.endswith("_output"):
        return [Part("tool_result", "" if item.output is None else compact(item.output), item.call_id)]
    if item.type.endswith("_call"):
        asked = "" if item.arguments is None else compact(item.arguments)
        return [Part("tool_call", asked, item.call_id or item.id, item.name or item.type.removesuffix("_call"))]
    return [_part(piece) for piece in item.content or ()]


def _part(piece: Piece) -> Part:
    """Return words, or the kind of a medium that has none."""
    words = piece.text or piece.transcript
    if words or piece.type.endswith("text") or piece.type in ("audio", "output_audio"):
        return Part("text", words or "")
    return Part("media", piece.type.removeprefix("input_") or "*")
