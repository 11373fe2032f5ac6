"""The steps of Gemini's Interactions API as parts of a message: words and identifiers, never the data of a medium.

One shape holds a step, a piece of its content and a growth of either, so that a kind that is new today is passed over
instead of costing its neighbours.

Source: https://ai.google.dev/api/interactions-api.
"""

import msgspec

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.pieces import spelled

_ROLES = {"user_input": "user", "model_output": "assistant", "model": "assistant", "thought": "assistant"}
_PIECES = frozenset({"text", "image", "audio", "video", "document"})


class Bit(msgspec.Struct):
    """A piece of a step's content, of any kind; steps do not stand within steps."""

    type: str = ""
    role: str | None = None
    text: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: object = None
    result: object = None
    mime_type: str | None = None
    uri: str | None = None


class Step(Bit):
    """A step, a piece of its content, or a growth of either (`delta`)."""

    content: str | list[Bit] | Bit | None = None
    summary: str | list[Bit] | Bit | None = None


type Steps = str | list[Step | str] | Step
"""What a request may hold as its `input`: words, turns, steps, or pieces of one turn."""


def parts(step: Bit) -> list[Part]:
    """Return the parts of a step or a delta; a call whose input is still to come has an empty text."""
    tool = _tool(step)
    if tool is not None:
        return [tool]
    content, summary = (step.content, step.summary) if isinstance(step, Step) else (None, None)
    if step.type.startswith("thought"):
        words = _words(summary) or _words(content) or step.text
        return [Part("reasoning", words)] if words else []
    if isinstance(content, str) or (step.text and not content):
        return [Part("text", step.text or _words(content))]
    if content is not None:
        return [part for piece in (content if isinstance(content, list) else [content]) for part in parts(piece)]
    if step.mime_type or step.uri:
        return [Part("media", step.mime_type or (step.uri or "").partition(":")[0][:32])]
    return []


def message(step: Step | str) -> Message:
    """Return a step as a message; the result of a tool has the role `tool`, its call is the assistant's."""
    if isinstance(step, str):
        return Message("user", (Part("text", step),))
    said = tuple(parts(step))
    kinds = {part.kind for part in said}
    if kinds == {"tool_result"}:
        return Message("tool", said)
    stated = step.role or ("assistant" if kinds == {"tool_call"} else step.type)
    return Message(_ROLES.get(stated, stated if stated == step.role or kinds == {"tool_call"} else "user"), said)


def messages(steps: Steps | None) -> tuple[Message, ...]:
    """Return the turns of a request that say anything; pieces without a turn around them are one of the user."""
    if steps is None:
        return ()
    if not isinstance(steps, list):
        return (message(steps),)
    loose: list[Bit] = [step for step in steps if isinstance(step, Step) and step.type in _PIECES and not step.role]
    if loose and len(loose) == len(steps):
        return (message(Step("user_input", content=loose)),)
    return tuple(made for made in map(message, steps) if made.parts)


def _tool(step: Bit) -> Part | None:
    """Return the call or the result of a tool; the server's own tools are named by the kind of the step."""
    kind = step.type
    if kind == "arguments_delta" or kind.endswith("_call"):
        name = step.name or (None if kind == "arguments_delta" else kind.removesuffix("_call"))
        return Part("tool_call", spelled(step.arguments or None), step.id or step.call_id, name)
    if kind.endswith("_result"):
        return Part(
            "tool_result", spelled(step.result), step.call_id or step.id, step.name or kind.removesuffix("_result")
        )
    return None


def _words(content: str | list[Bit] | Bit | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    pieces = [content] if isinstance(content, Bit) else content
    return "".join(piece.text or "" for piece in pieces)
