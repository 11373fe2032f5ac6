"""MiniMax's own chat API, version 1 and `pro`, before it spoke OpenAI's dialect (https://platform.minimaxi.com/document).

An event and a whole answer are one shape, and one function merges both. Whoever speaks is a `sender_type`; the last
event repeats the whole `reply`, which replaces what the deltas said. An error has status 200 and a `base_resp`.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Function, ToolCall, Turn, merge_turn
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage

_ROLES = {"USER": "user", "BOT": "assistant", "FUNCTION": "tool"}


class _Said(msgspec.Struct, gc=False):
    sender_type: str = "USER"
    text: str | None = None
    function_call: Function | None = None


class _Setting(msgspec.Struct, gc=False):
    content: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    messages: list[_Said] = []
    prompt: str | None = None
    bot_setting: list[_Setting] = []
    functions: list[Function] = []
    stream: bool | None = None
    tokens_to_generate: int | None = None
    temperature: float | None = None
    top_p: float | None = None


class _Choice(msgspec.Struct, gc=False):
    """One of the answers: a text (version 1; `delta` in its stream), or what each of the senders said (`pro`)."""

    text: str | None = None
    delta: str | None = None
    messages: list[_Said] | None = None
    finish_reason: str | None = None


class _Status(msgspec.Struct, gc=False):
    status_code: int = 0


class _Answer(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    reply: str | None = None
    choices: list[_Choice] | None = None
    usage: ChatUsage | None = None
    base_resp: _Status | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the prompt and the settings of the bots are of the role `system`."""
    asked = read(_Request, body)
    system = [text for text in (asked.prompt, *(setting.content for setting in asked.bot_setting)) if text]
    return InferenceRequest(
        model=asked.model,
        stream=asked.stream,
        max_tokens=asked.tokens_to_generate,
        temperature=asked.temperature,
        top_p=asked.top_p,
        tools=tuple(function.name for function in asked.functions if function.name),
        messages=(
            *(Message("system", (Part("text", text),)) for text in system),
            *(
                Message(_ROLES.get(said.sender_type, "user"), (Part("text", said.text),))
                for said in asked.messages
                if said.text
            ),
        ),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer, or the error that stands in its place."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the one with a finish reason is the end mark. Text and a function call are content."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Answer, body)
    answer.id = stated.id or answer.id
    answer.model = stated.model or answer.model
    if stated.choices is None or (stated.base_resp is not None and stated.base_resp.status_code):
        answer.error = read_error(body) or answer.error
    if stated.usage is not None:
        answer.usage = chat_usage(stated.usage, answered=True) or answer.usage
    carried = False
    for index, choice in enumerate(stated.choices or ()):
        carried = _choose(answer, index, choice) or carried
    if stated.reply:
        draft = answer.part((0, "text"), "text")
        carried = carried or not draft.text
        draft.text[:] = [stated.reply]
    return carried


def _choose(answer: Answer, index: int, choice: _Choice) -> bool:
    carried = False
    for said in choice.messages or (_Said("BOT", choice.delta or choice.text),):
        calls = [ToolCall(index=0, function=said.function_call)] if said.function_call else None
        carried = merge_turn(answer, index, Turn(content=said.text, tool_calls=calls)) or carried
    if choice.finish_reason:
        answer.finish_reasons[index] = choice.finish_reason
        answer.completed = True
    return carried
