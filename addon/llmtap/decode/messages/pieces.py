"""The pieces of Gemini's contents as parts of a message: words and identifiers, never the data of a medium.

One shape holds every kind of piece, in requests and in answers, whole or in a stream. What is empty adds nothing. Text
grows the part before it where both are of one kind, so that an answer is the same however it was cut into pieces.

Source: https://ai.google.dev/api/caching#Content, and the page of the same name at Vertex AI.
"""

import re

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.inference import Message, Part, PartKind

_CODE = "code_execution"
_SNAKE = re.compile(
    rb'"(system_instruction|generation_config|function_declarations|function_call|function_response|inline_data'
    rb"|file_data|mime_type|file_uri|executable_code|code_execution_result|top_[pk]|max_output_tokens|stop_sequences"
    rb"|candidate_count|presence_penalty|frequency_penalty|response_mime_type|response_modalities|thinking_config"
    rb'|thinking_level|thinking_budget|service_tier)"(?=\s*:)'
)


class Blob(msgspec.Struct, rename="camel", gc=False):
    """A medium, inline or by reference; its data is passed over."""

    mime_type: str | None = None
    file_uri: str | None = None


class Call(msgspec.Struct, rename="camel"):
    """A call of a function, or of one of the server's own tools (`toolType`); or the response to either."""

    id: str | None = None
    name: str | None = None
    tool_type: str | None = None
    args: object = None
    response: object = None


class Code(msgspec.Struct, gc=False):
    """Code that the server wrote and ran, or what it printed."""

    id: str | None = None
    code: str | None = None
    output: str | None = None


class Piece(msgspec.Struct, rename="camel"):
    """One piece of a content, of any kind; Google calls it a part."""

    text: str | None = None
    thought: bool | None = None
    inline_data: Blob | None = None
    file_data: Blob | None = None
    function_call: Call | None = None
    function_response: Call | None = None
    tool_call: Call | None = None
    tool_response: Call | None = None
    executable_code: Code | None = None
    code_execution_result: Code | None = None


class Content(msgspec.Struct):
    """A turn; the API takes one piece for a list of them."""

    role: str | None = None
    parts: list[Piece | str] | Piece | str | None = None


type Contents = str | list[Content | str] | Content
"""What a request may hold where it says `contents`."""


def camel(body: bytes) -> bytes:
    """Return a request body with the API's member names in camel case; it takes snake case as well, and so do we.

    A quotation mark within a string is escaped, so nothing but a member's name is ever renamed.
    """
    return _SNAKE.sub(_renamed, body)


def message(content: Content | str, role: str = "user") -> Message:
    """Return a turn as a message; one that holds nothing but responses of functions has the role `tool`."""
    if isinstance(content, str):
        return Message(role, (Part("text", content),))
    said = Answer()
    merge_content(said, 0, content)
    parts = tuple(draft.whole() for draft in said.parts.values())
    if parts and all(part.kind == "tool_result" for part in parts):
        return Message("tool", parts)
    stated = content.role or role
    return Message("assistant" if stated == "model" else stated, parts)


def messages(contents: Contents | None) -> tuple[Message, ...]:
    """Return the turns of a request."""
    if contents is None:
        return ()
    return tuple(map(message, contents)) if isinstance(contents, list) else (message(contents),)


def merge_content(answer: Answer, choice: int, content: Content) -> bool:
    """Merge a content, or a growth of one; return whether it carried text, reasoning, a tool call or a medium."""
    carried = False
    pieces = content.parts if isinstance(content.parts, list) else [content.parts]
    for piece in pieces:
        if isinstance(piece, str):
            piece = Piece(text=piece)  # noqa: PLW2901 -- the API's short form of the same
        for part in _parts(piece) if piece else ():
            _add(answer, choice, part)
            carried = carried or part.kind != "tool_result"
    return carried


def named(resource: str | None) -> str | None:
    """Return the model that a resource's name ends in; an endpoint's name says no model."""
    return None if not resource or "endpoints/" in resource else resource.rpartition("/")[2] or None


def spelled(value: object) -> str:
    """Return a JSON value as text without white space; a text stays as it is, what nobody can write is empty."""
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return msgspec.json.encode(value).decode()
    except (RecursionError, OverflowError):
        return ""


def _add(answer: Answer, choice: int, part: Part) -> None:
    """Grow the last part of a choice, or seal it and begin the next; pieces of sound are one medium."""
    last = (choice, "last")
    draft = answer.parts.get(last)
    if draft is not None and draft.kind == part.kind:
        if part.kind in ("text", "reasoning"):
            draft.text.append(part.text)
            return
        if part.kind == "media" and draft.text == [part.text] and part.text.startswith("audio/"):
            return
    if draft is not None:
        answer.parts[choice, len(answer.parts)] = answer.parts.pop(last)
    draft = answer.part(last, part.kind, choice)
    draft.id, draft.name = part.id, part.name
    draft.text.append(part.text)


def _parts(piece: Piece) -> list[Part]:
    """Return what a piece holds; a signature alone, and a text that is empty, is nothing."""
    if piece.text:
        kind: PartKind = "reasoning" if piece.thought else "text"
        return [Part(kind, piece.text)]
    calls, responses = (piece.function_call, piece.tool_call), (piece.function_response, piece.tool_response)
    code, result = piece.executable_code, piece.code_execution_result
    return [
        *(
            Part("tool_call", spelled({} if call.args is None else call.args), call.id, call.name or call.tool_type)
            for call in calls
            if call is not None
        ),
        *(
            Part("tool_result", spelled(given.response), given.id, given.name or given.tool_type)
            for given in responses
            if given is not None
        ),
        *(
            Part("media", blob.mime_type or (blob.file_uri or "*").partition(":")[0][:32])
            for blob in (piece.inline_data, piece.file_data)
            if blob is not None
        ),
        *([Part("tool_call", code.code or "", code.id, _CODE)] if code else []),
        *([Part("tool_result", result.output or "", result.id, _CODE)] if result else []),
    ]


def _renamed(name: re.Match[bytes]) -> bytes:
    first, *rest = name[1].split(b"_")
    return b'"' + first + b"".join(word.capitalize() for word in rest) + b'"'
