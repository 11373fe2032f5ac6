"""Kiro's (Amazon Q Developer's) assistant: a stream in AWS's framing, told apart by the names of its events.

It is billed in credits, which an event near the end states; tokens are not told. There is no end mark, and the name of
the model is `modelId`, in the question only.

Source: the clients of https://github.com/aws/amazon-q-developer-cli (providers.md 1.4).
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part
from llmtap.decode.usage.chat_usage import measure


class _Named(msgspec.Struct, gc=False):
    name: str | None = None


class _Tool(msgspec.Struct, rename="camel", gc=False):
    tool_specification: _Named | None = None


class _Context(msgspec.Struct, gc=False):
    tools: list[_Tool] = []


class _Said(msgspec.Struct, rename="camel"):
    content: str | None = None
    model_id: str | None = None
    user_input_message_context: _Context | None = None


class _Turn(msgspec.Struct, rename="camel"):
    user_input_message: _Said | None = None
    assistant_response_message: _Said | None = None


class _State(msgspec.Struct, rename="camel"):
    conversation_id: str | None = None
    current_message: _Turn | None = None
    history: list[_Turn] = []


class _Request(msgspec.Struct, rename="camel"):
    conversation_state: _State | None = None


class _Event(msgspec.Struct, rename="camel", gc=False):
    """An event of any name: words, a piece of a tool's input, or what is metered."""

    content: str | None = None
    text: str | None = None
    tool_use_id: str | None = None
    name: str | None = None
    input: str | None = None
    conversation_id: str | None = None
    usage: Decimal | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for: the turns before, and the one that is to be answered."""
    state = read(_Request, body).conversation_state or _State()
    asked = (state.current_message.user_input_message if state.current_message else None) or _Said()
    tools = asked.user_input_message_context.tools if asked.user_input_message_context else []
    turns = [*state.history, _Turn(asked)]
    said = [
        (role, one.content)
        for turn in turns
        for role, one in (("user", turn.user_input_message), ("assistant", turn.assistant_response_message))
        if one is not None and one.content
    ]
    return InferenceRequest(
        model=asked.model_id,
        conversation_id=state.conversation_id,
        tools=tuple(spec.name for tool in tools if (spec := tool.tool_specification) and spec.name),
        messages=tuple(Message(role, (Part("text", text),)) for role, text in said),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a body that is no stream, which is asked for the error it states."""
    read(_Event, body)
    answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; return whether it carried words or a tool's input."""
    if event.name == "error":
        answer.error = read_error(event.data) or answer.error
        return False
    stated = read(_Event, event.data)
    answer.completed = True
    answer.conversation_id = stated.conversation_id or answer.conversation_id
    if event.name == "assistantResponseEvent" and stated.content:
        answer.part("text", "text").text.append(stated.content)
        return True
    if event.name == "reasoningContentEvent" and stated.text:
        answer.part("reasoning", "reasoning").text.append(stated.text)
        return True
    if event.name == "toolUseEvent" and stated.tool_use_id:
        draft = answer.part(("tool", stated.tool_use_id), "tool_call")
        draft.id, draft.name = stated.tool_use_id, stated.name or draft.name
        draft.text.append(stated.input or "")
        return bool(stated.input)
    if event.name == "meteringEvent":
        answer.usage = replace(answer.usage or UNUSED, credits=measure(stated.usage))
    return False
