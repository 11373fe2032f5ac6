"""The turns of OpenAI's chat API as parts of a message: words and identifiers, never the data of a medium.

A turn stands in a request whole, in an answer whole (`message`), or in a stream as a growth of one (`delta`): one shape
holds all three. What is empty or null adds nothing. Each part has a key that is the same in every delta that speaks of
it.

Source: https://platform.openai.com/docs/api-reference/chat/create; vendors' own members as named.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.inference import Message, Part


class Link(msgspec.Struct, gc=False):
    """The URL of a medium, wrapped in an object as the API defines it (some clients send it bare)."""

    url: str = ""


class Sound(msgspec.Struct, gc=False):
    """Audio: `format` in a request; in an answer `data` and `transcript`, either of them piece by piece."""

    format: str | None = None
    transcript: str | None = None
    data: msgspec.Raw = msgspec.Raw()


class Content(msgspec.Struct):
    """One piece of a turn's content, of any kind; Mistral's `thinking` holds pieces in turn."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None
    thinking: "str | list[Content] | None" = None
    image_url: str | Link | None = None
    video_url: str | Link | None = None
    document_url: str | Link | None = None
    input_audio: Sound | None = None


class Function(msgspec.Struct, gc=False):
    """The name of a function, and its arguments: JSON text, though some vendors send the object itself.

    `input` is what a custom tool has for arguments.
    """

    name: str | None = None
    arguments: object = None
    input: str | None = None


class ToolCall(msgspec.Struct, gc=False):
    """A call of a tool, or a growth of one."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None
    custom: Function | None = None


class Turn(msgspec.Struct, gc=False):
    """A message or a delta. Reasoning has a name each from DeepSeek, OpenRouter and Groq, and GitHub Copilot.

    Qwen's web says which `phase` of its answer a delta belongs to, and in `status` whether that phase is over.
    """

    role: str | None = None
    content: str | list[Content] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_text: str | None = None
    tool_calls: list[ToolCall] | None = None
    function_call: Function | None = None
    audio: Sound | None = None
    images: list[Content] | None = None
    tool_call_id: str | None = None
    name: str | None = None
    phase: str | None = None
    status: str | None = None


def message(turn: Turn) -> Message:
    """Return a turn of a request as a message; a turn with the role `tool` or `function` is the result of a call."""
    role = turn.role or "user"
    if role in ("tool", "function"):
        result = turn.content
        if not isinstance(result, str):
            result = "\n".join(part.text for part in map(_part, result or ()) if part.kind == "text")
        return Message("tool", (Part("tool_result", result, turn.tool_call_id, turn.name),))
    pieces: tuple[Part, ...] = ()
    if isinstance(turn.content, list):
        pieces = tuple(map(_part, turn.content))
        turn = msgspec.structs.replace(turn, content=None)
    rest = Answer()
    merge_turn(rest, 0, turn)
    return Message(role, (*pieces, *(draft.whole() for draft in rest.parts.values())))


def merge_turn(answer: Answer, choice: int, turn: Turn) -> bool:
    """Merge a whole turn or a delta into the answer; return whether it carried content."""
    carried = False
    reasoning = turn.reasoning_content or turn.reasoning or turn.reasoning_text
    if reasoning:
        answer.part((choice, "reasoning"), "reasoning", choice).text.append(reasoning)
        carried = True
    content = turn.content
    if content:
        if isinstance(content, str):
            answer.part((choice, "text"), "text", choice).text.append(content)
            carried = True
        else:
            carried = _merge_contents(answer, choice, content) or carried
    if turn.refusal:
        answer.part((choice, "refusal"), "refusal", choice).text.append(turn.refusal)
        carried = True
    if turn.audio is not None:
        carried = _merge_audio(answer, choice, turn.audio) or carried
    if turn.images:
        carried = _merge_contents(answer, choice, turn.images) or carried
    if turn.tool_calls or turn.function_call:
        carried = _merge_calls(answer, choice, turn) or carried
    return carried


def _merge_contents(answer: Answer, choice: int, contents: list[Content]) -> bool:
    """Merge pieces of content: words of one kind grow one part, each medium is a part of its own."""
    carried = False
    for part in map(_part, contents):
        if part.kind == "media":
            answer.part((choice, "media", len(answer.parts)), "media", choice).text.append(part.text)
        elif part.text:
            answer.part((choice, part.kind), part.kind, choice).text.append(part.text)
        carried = carried or bool(part.text)
    return carried


def _merge_audio(answer: Answer, choice: int, audio: Sound) -> bool:
    """Merge the transcript of spoken words; sound without words is content too, though nothing of it is kept."""
    if audio.transcript:
        answer.part((choice, "audio"), "text", choice).text.append(audio.transcript)
    return bool(audio.transcript) or len(bytes(audio.data)) > len('""')


def _merge_calls(answer: Answer, choice: int, turn: Turn) -> bool:
    carried = False
    for position, call in enumerate(turn.tool_calls or ()):
        carried = _merge_call(answer, choice, position, call) or carried
    if turn.function_call is not None:
        carried = _merge_call(answer, choice, -1, ToolCall(function=turn.function_call)) or carried
    return carried


def _merge_call(answer: Answer, choice: int, position: int, call: ToolCall) -> bool:
    """Merge a tool call or a growth of one, told by its index.

    Gemini's and Ollama's chat endpoints give every call of an answer the index 0: another id with a name is another
    call. Vendors that repeat id and name in each delta do not make them longer.
    """
    function = call.function or call.custom
    index = position if call.index is None else call.index
    key = (choice, "tool", index)
    name = function.name if function else None
    known = answer.parts.get(key)
    if known is not None and known.id and call.id and known.id != call.id and name:
        answer.parts[choice, "tool", index, len(answer.parts)] = answer.parts.pop(key)
    draft = answer.part(key, "tool_call", choice)
    draft.id = draft.id or call.id or None
    draft.name = draft.name or name or None
    text = _spelled(function.arguments or function.input) if function else ""
    if text:
        draft.text.append(text)
    return bool(text or name or call.id)


def _part(content: Content) -> Part:
    if content.thinking:
        thinking = content.thinking
        if not isinstance(thinking, str):
            thinking = "".join(piece.text or "" for piece in thinking)
        return Part("reasoning", thinking)
    if content.refusal:
        return Part("refusal", content.refusal)
    if content.input_audio is not None:
        return Part("media", f"audio/{content.input_audio.format or '*'}")
    link = content.image_url or content.video_url or content.document_url
    if link:
        return Part("media", _medium(link if isinstance(link, str) else link.url))
    if content.text is not None or content.type.endswith("text"):
        return Part("text", content.text or "")
    return Part("media", content.type or "*")


def _medium(url: str) -> str:
    """Return the MIME type of a `data:` URL, or the scheme of another."""
    scheme, _, rest = url.partition(":")
    return (rest[:256].partition(",")[0].partition(";")[0] or "*") if scheme == "data" else scheme[:32]


def _spelled(value: object) -> str:
    """Return arguments as JSON text; a value nested too deep to be written is empty."""
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return msgspec.json.encode(value).decode()
    except (RecursionError, OverflowError):
        return ""
