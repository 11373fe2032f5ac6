"""Snowflake Cortex's `inference:complete`: Chat Completions whose stream has no end mark of its own.

Its chunks state an empty usage until the last one, which states the counts; no choice has a finish reason and there is
no `[DONE]`, so the counts are the end mark. All else is that of `decode.completion`.

Source: https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api.
"""

from dataclasses import replace

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, Typed, asked_for, read_response
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Turn, message

__all__ = ["merge", "read_request", "read_response"]


class _Request(Parameters):
    messages: list[Turn] | None = None
    tools: list[Typed] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; a stream is what it gets unless it asks otherwise."""
    asked = read(_Request, body)
    tools = ((tool.function and tool.function.name) or tool.name for tool in asked.tools or ())
    return replace(
        asked_for(asked),
        tools=tuple(name for name in tools if name),
        messages=tuple(message(turn) for turn in asked.messages or ()),
    )


def merge(answer: Answer, event: Event) -> bool:
    """Merge one chunk; return whether it carried content."""
    before = answer.usage
    carried = completion.merge(answer, event)
    answer.completed = answer.completed or answer.usage is not before
    return carried
