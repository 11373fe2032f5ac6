"""NAVER's CLOVA Studio: chat completions of three versions and embeddings; the path names the model.

A whole answer is a `result` beside a `status`. A stream says `token` for each piece and `result` for the whole at the
end, whose words replace the pieces. Versions 1 and 2 count by lengths in tokens (`inputLength`, `outputLength`), and
version 3 has a `usage`.

Source: https://api.ncloud-docs.com/docs/en/clovastudio-chatcompletionsv3, .../clovastudio-chatcompletions and
.../clovastudio-embedding.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import count, tally

_FINE = "20000"


class _Tool(msgspec.Struct, gc=False):
    function: Function | None = None


class _Thinking(msgspec.Struct, gc=False):
    effort: str | None = None


class _Said(msgspec.Struct, gc=False, rename="camel"):
    """A turn, whose members beyond the first are spelt in camel case here."""

    role: str | None = None
    content: str | list[Content] | None = None
    thinking_content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None


class _Request(msgspec.Struct, rename="camel"):
    messages: list[_Said] = []
    text: str | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    stop: list[str] | None = None
    stop_before: list[str] | None = None
    thinking: _Thinking | None = None
    tools: list[_Tool] | None = None


class _Details(msgspec.Struct, gc=False, rename="camel"):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False, rename="camel"):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    completion_tokens_details: _Details | None = None


class _Status(msgspec.Struct, gc=False):
    code: str | None = None
    message: str | None = None


class _Result(msgspec.Struct, rename="camel"):
    """The whole of an answer, or an event, which is not wrapped."""

    message: _Said | None = None
    finish_reason: str | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None
    input_length: int | None = None
    output_length: int | None = None
    input_tokens: int | None = None
    status: _Status | None = None
    result: "_Result | None" = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    asked = read(_Request, body)
    text = (Message("user", (Part("text", asked.text),)),) if asked.text else ()
    return InferenceRequest(
        max_tokens=count(asked.max_completion_tokens, asked.max_tokens),
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        seed=asked.seed or None,  # 0 is "at random"
        stop_sequences=tuple(asked.stop or asked.stop_before or ()),
        reasoning_level=asked.thinking.effort if asked.thinking else None,
        tools=tuple(tool.function.name for tool in asked.tools or () if tool.function and tool.function.name),
        messages=(*(message(_turn(said)) for said in asked.messages), *text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; its status tells an error."""
    stated = read(_Result, body)
    if stated.result is None:
        answer.error = _wrong(stated) or read_error(body) or answer.error
    else:
        _merge(answer, stated.result)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; `result` is the end mark, and replaces the pieces."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Result, event.data)
    if stated.message is None:
        answer.error = _wrong(stated) or read_error(event.data) or answer.error
        return False
    if event.name == "result":
        answer.parts.clear()
        answer.completed = True
    return _merge(answer, stated) and event.name != "result"


def _wrong(stated: _Result) -> ProviderError | None:
    """Return the error that a status states: its codes of success begin with 200."""
    status = stated.status
    if status is None or status.code in (None, _FINE):
        return None
    return ProviderError(None, status.code, status.message)


def _merge(answer: Answer, stated: _Result) -> bool:
    usage = stated.usage or _Usage(stated.input_length, stated.output_length)
    thought = usage.completion_tokens_details
    answer.usage = (
        tally(
            count(usage.prompt_tokens, stated.input_tokens),
            usage.completion_tokens,
            reasoning=thought.thinking_tokens if thought else None,
        )
        or answer.usage
    )
    reason = stated.finish_reason or stated.stop_reason
    if reason:
        answer.finish_reasons[0] = reason
    return merge_turn(answer, 0, _turn(stated.message)) if stated.message is not None else False


def _turn(said: _Said) -> Turn:
    """Return a turn in OpenAI's spelling."""
    return Turn(
        said.role,
        said.content,
        reasoning_content=said.thinking_content,
        tool_calls=said.tool_calls,
        tool_call_id=said.tool_call_id,
    )
