"""DashScope's own API: generation, multimodal generation, applications, embeddings and rerank, in one envelope.

An event and a whole answer are one shape, and one function merges both. Unless the request says `incremental_output`,
each event repeats all the words so far; the words themselves tell (`_grow`). Usage is cumulative in every event.
What takes long is ordered, and fetched later by the id of its task; its status is the finish reason once it is over.

Source: https://help.aliyun.com/zh/model-studio/qwen-api-via-dashscope.
"""

import msgspec

from llmtap.decode.answer import Answer, PartDraft
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Usage
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, message
from llmtap.decode.usage.dashscope_usage import DashscopeUsage, dashscope_usage
from llmtap.decode.usage.tally import count

_OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})
_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class _Piece(msgspec.Struct, gc=False):
    """One piece of content, named by its member (`{"text": …}`, `{"image": …}`)."""

    text: str | None = None
    image: object = None
    audio: object = None
    video: object = None


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    content: str | list[_Piece] | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None


class _Choice(msgspec.Struct, gc=False):
    finish_reason: str | None = None
    message: _Turn | None = None


class _Made(msgspec.Struct, gc=False):
    url: str | None = None


class _Output(msgspec.Struct, gc=False):
    """What was said, or how an order stands and what came of it."""

    text: str | None = None
    finish_reason: str | None = None
    choices: list[_Choice] | None = None
    session_id: str | None = None
    task_id: str | None = None
    task_status: str | None = None
    results: list[_Made] | None = None
    video_url: str | None = None


class _Answer(msgspec.Struct, gc=False):
    request_id: str | None = None
    output: _Output | None = None
    usage: DashscopeUsage | None = None
    code: str | None = None


class _Enclosed(msgspec.Struct, gc=False):
    output: msgspec.Raw = msgspec.Raw()


class _Typed(msgspec.Struct, gc=False):
    type: str | None = None
    function: Function | None = None


class _Input(msgspec.Struct):
    """What is asked: messages, a prompt, texts or contents that become vectors, or a query and documents."""

    messages: list[_Turn] = []
    prompt: str | None = None
    texts: str | list[str] | None = None
    contents: list[_Piece] = []
    query: str | None = None
    documents: list[str] = []
    session_id: str | None = None


class _Parameters(msgspec.Struct):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    n: int | None = None
    stop: object = None
    enable_thinking: bool | None = None
    response_format: _Typed | None = None
    tools: list[_Typed] | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    input: _Input | None = None
    parameters: _Parameters | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; whether it streams is said by a header."""
    asked = read(_Request, body)
    said, limits = asked.input or _Input(), asked.parameters or _Parameters()
    stop = [limits.stop] if isinstance(limits.stop, str) else limits.stop
    tools = (tool.function.name for tool in limits.tools or () if tool.function)
    return InferenceRequest(
        model=asked.model,
        max_tokens=limits.max_tokens,
        temperature=limits.temperature,
        top_p=limits.top_p,
        top_k=limits.top_k,
        presence_penalty=limits.presence_penalty,
        seed=limits.seed,
        choice_count=limits.n,
        stop_sequences=tuple(one for one in stop if isinstance(one, str)) if isinstance(stop, list) else (),
        output_type=_OUTPUT_TYPES.get(limits.response_format.type or "") if limits.response_format else None,
        reasoning_level="enabled" if limits.enable_thinking else None,
        conversation_id=said.session_id,
        tools=tuple(name for name in tools if name),
        messages=_messages(said),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without an output is asked for the error it states."""
    _merge(answer, body)
    answer.settle()


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a finish reason for every choice seen is the end mark."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    output = stated.output
    answer.id = answer.id or (output.task_id if output else None) or stated.request_id
    if stated.output is None or (stated.code and not stated.usage):
        answer.error = read_error(body) or answer.error
    if stated.usage is not None:
        counted = count(stated.usage.input_tokens) is not None and count(stated.usage.output_tokens) is not None
        answer.count(_latest, stated.usage, whole=counted)
    if stated.output is None:
        return False
    _take(answer, stated.output, body)
    answer.conversation_id = stated.output.session_id or answer.conversation_id
    carried = False
    whole = _Choice(stated.output.finish_reason, _Turn(content=stated.output.text))
    for index, choice in enumerate(stated.output.choices or [whole]):
        carried = _merge_turn(answer, index, choice.message or _Turn()) or carried
        if choice.finish_reason and choice.finish_reason != "null":
            answer.finish_reasons[index] = choice.finish_reason
    answer.completed = bool(answer.finish_reasons) and len(answer.roles) <= len(answer.finish_reasons)
    return carried


def _take(answer: Answer, output: _Output, body: bytes) -> None:
    """Take how an order stands, and the media that came of it; the fault of one that failed stands within it."""
    if output.task_status in _OVER:
        answer.finish_reasons[0] = output.task_status
    if output.task_status == "FAILED":
        answer.error = read_error(bytes(read(_Enclosed, body).output), failed=True) or answer.error
    links = [output.video_url, *(made.url for made in output.results or ())]
    for link in filter(None, links):
        answer.part(len(answer.parts), "media").text.append(link.partition(":")[0][:32])


def _merge_turn(answer: Answer, choice: int, said: _Turn) -> bool:
    answer.roles.setdefault(choice, said.role or "assistant")
    carried = False
    if said.reasoning_content:
        carried = _grow(answer.part((choice, "reasoning"), "reasoning", choice), said.reasoning_content)
    text = said.content
    if isinstance(text, list):
        text = "".join(piece.text or "" for piece in text)
    if text:
        carried = _grow(answer.part((choice, "text"), "text", choice), text) or carried
    for position, call in enumerate(said.tool_calls or ()):
        key = (choice, "tool", position if call.index is None else call.index)
        draft = answer.part(key, "tool_call", choice)
        function = call.function or Function()
        carried = carried or not draft.text
        draft.id, draft.name = draft.id or call.id or None, draft.name or function.name or None
        if isinstance(function.arguments, str) and function.arguments:
            carried = _grow(draft, function.arguments) or carried
    return carried


def _grow(draft: PartDraft, text: str) -> bool:
    """Add words, or replace those that they repeat; return whether there are more words now.

    A stream that repeats always keeps one piece. One that does not has two as soon as a piece does not begin with the
    piece before, and is never asked again: so this is linear. (It is wrong by one piece when the first two do.)
    """
    if len(draft.text) == 1 and text.startswith(draft.text[0]):
        grown = len(text) > len(draft.text[0])
        draft.text[0] = text
        return grown
    draft.text.append(text)
    return True


def _latest(before: Usage | None, stated: DashscopeUsage) -> Usage | None:
    return dashscope_usage(stated) or before


def _messages(said: _Input) -> tuple[Message, ...]:
    messages = [_message(turn) for turn in said.messages]
    texts = [said.texts] if isinstance(said.texts, str) else said.texts or []
    texts = [text for text in (said.prompt, said.query, *texts, *said.documents) if text]
    pieces = [*(_Piece(text) for text in texts), *said.contents]
    return (*messages, _message(_Turn("user", pieces))) if pieces else tuple(messages)


def _message(turn: _Turn) -> Message:
    """Return a turn of the request as the chat formats have it, each piece a part."""
    return message(
        Turn(
            role=turn.role,
            content=turn.content if isinstance(turn.content, str) else list(map(_content, turn.content or ())),
            reasoning_content=turn.reasoning_content,
            tool_calls=turn.tool_calls,
            tool_call_id=turn.tool_call_id,
        )
    )


def _content(piece: _Piece) -> Content:
    if piece.text is not None:
        return Content("text", piece.text)
    return Content("image" if piece.image else "audio" if piece.audio else "video" if piece.video else "*")
