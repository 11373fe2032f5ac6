"""OpenAI Assistants: a run of a thread, as OpenAI and Azure speak it, streamed or as it stands.

Law: a run states its usage once it has ended, and an event of a stream that holds a run replaces what was known of it.
The words of a stream arrive in deltas of messages, and a finished message repeats its own; a run that is polled holds
no words. Where a run waits for the application, its calls are the answer.

Source: https://platform.openai.com/docs/api-reference/runs and .../assistants-streaming.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage

_UNFINISHED = frozenset({"queued", "in_progress", "cancelling"})


class _Named(msgspec.Struct, gc=False):
    type: str | None = None
    function: Function | None = None


class _Thread(msgspec.Struct):
    messages: list[Turn] = []


class _Request(msgspec.Struct):
    model: str | None = None
    assistant_id: str | None = None
    instructions: str | None = None
    additional_messages: list[Turn] | None = None
    thread: _Thread | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_completion_tokens: int | None = None
    tools: list[_Named] | None = None


class _Words(msgspec.Struct, gc=False):
    value: str = ""


class _Content(msgspec.Struct, gc=False):
    index: int | None = None
    text: _Words | None = None


class _Growth(msgspec.Struct, gc=False):
    content: list[_Content] | None = None


class _Outputs(msgspec.Struct, gc=False):
    tool_calls: list[ToolCall] = []


class _Action(msgspec.Struct, gc=False):
    submit_tool_outputs: _Outputs | None = None


class _Cause(msgspec.Struct, gc=False):
    reason: str | None = None
    code: str | None = None
    message: str | None = None


class _Thing(msgspec.Struct, gc=False):
    """A run, a message, a growth of a message, or whatever else an event holds."""

    id: str | None = None
    object: str | None = None
    model: str | None = None
    thread_id: str | None = None
    status: str | None = None
    usage: ChatUsage | None = None
    last_error: _Cause | None = None
    incomplete_details: _Cause | None = None
    required_action: _Action | None = None
    delta: _Growth | None = None
    content: list[_Content] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; a run without a model has that of its assistant, which is not seen here."""
    asked = read(_Request, body)
    turns = (*(asked.thread.messages if asked.thread else ()), *(asked.additional_messages or ()))
    system = (Message("system", (Part("text", asked.instructions),)),) if asked.instructions else ()
    names = (tool.function.name if tool.function else tool.type for tool in asked.tools or ())
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.max_completion_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        tools=tuple(name for name in names if name),
        messages=(*system, *map(message, turns)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a run as it stands; another body is asked for the error it states."""
    stated = read(_Thing, body)
    if stated.object != "thread.run":
        answer.error = read_error(body) or answer.error
        return
    _run(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `done` is the end mark. Words, and the calls that a run waits for, are content."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    if event.name == "error":
        answer.error = read_error(event.data) or ProviderError()
        return False
    stated = read(_Thing, event.data)
    match stated.object:
        case "thread.run":
            return _run(answer, stated)
        case "thread.message.delta" if stated.delta:
            return _say(answer, stated.id, stated.delta.content, whole=False)
        case "thread.message":
            return _say(answer, stated.id, stated.content, whole=True)
        case None:
            answer.error = read_error(event.data) or answer.error
    return False


def _run(answer: Answer, run: _Thing) -> bool:
    """Merge a run; return whether it calls for anything.

    Its status is a finish reason once it goes no further, or what an `incomplete` run gives for one.
    """
    answer.id = run.id or answer.id
    answer.model = run.model or answer.model
    answer.conversation_id = run.thread_id or answer.conversation_id
    answer.background = True
    if run.status is not None and run.status not in _UNFINISHED:
        details = run.incomplete_details if run.status == "incomplete" else None
        answer.finish_reasons[0] = (details and details.reason) or run.status
    if run.last_error is not None:
        answer.error = ProviderError(None, run.last_error.code, run.last_error.message)
    if run.usage is not None:
        answer.usage = chat_usage(run.usage) or answer.usage
    wanted = run.required_action.submit_tool_outputs if run.required_action else None
    calls = wanted.tool_calls if wanted else []
    new = [call for index, call in enumerate(calls) if (0, "tool", index) not in answer.parts]
    return bool(new) and merge_turn(answer, 0, Turn(tool_calls=new))


def _say(answer: Answer, message_id: str | None, contents: list[_Content] | None, *, whole: bool) -> bool:
    """Merge the words of a message, or a growth of them; return whether any are new."""
    carried = False
    for position, content in enumerate(contents or ()):
        if content.text is None:
            continue
        index = position if content.index is None else content.index
        draft = answer.part((message_id, index), "text")
        carried = carried or (bool(content.text.value) and (not whole or not draft.text))
        if whole:
            draft.text[:] = [content.text.value]
        else:
            draft.text.append(content.text.value)
    return carried
