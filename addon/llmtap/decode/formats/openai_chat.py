"""OpenAI Chat Completions, as OpenAI and all who copied it speak it (https://platform.openai.com/docs/api-reference/chat).

Answers are those of `decode.completion`, which the legacy Completions share; here stands how a chat is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, Typed, asked_for, merge, read_response
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.messages.turns import Function, Turn, message

__all__ = ["merge", "read_request", "read_response"]


class _Reasoning(msgspec.Struct, gc=False):
    effort: str | None = None


class _Request(Parameters):
    messages: list[Turn] | None = None
    max_completion_tokens: int | None = None
    modalities: list[str] | None = None
    reasoning_effort: str | None = None
    reasoning: _Reasoning | None = None
    tools: list[Typed] | None = None
    functions: list[Function] | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; where both limits stand, the newer one holds."""
    asked = read(_Request, body)
    tools = [(tool.function and tool.function.name) or tool.name or tool.type for tool in asked.tools or ()]
    tools += [function.name for function in asked.functions or ()]
    plain = asked_for(asked)
    return replace(
        plain,
        max_tokens=asked.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens,
        output_type=_medium(asked.modalities or ()) or plain.output_type,
        reasoning_level=asked.reasoning_effort or (asked.reasoning.effort if asked.reasoning else None),
        tools=tuple(name for name in tools if name),
        messages=tuple(message(turn) for turn in asked.messages or ()),
    )


def _medium(modalities: Sequence[str]) -> str | None:
    """Return the `gen_ai.output.type` of an answer that is no text alone: `speech` or `image`."""
    if "audio" in modalities:
        return "speech"
    return "image" if "image" in modalities else None
