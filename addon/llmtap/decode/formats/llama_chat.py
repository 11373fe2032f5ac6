"""Meta's Llama API and Llama Stack's inference: one message answers, and what was counted is a list of metrics.

An event of a stream says what has grown; its type tells the start, the end and what was counted, and why it ended
stands beside. No answer names its model. Meta's names begin with `num_`. An answer with choices is read as a chat's.

Source: https://llama.developer.meta.com/docs/api, and the models of https://pypi.org/project/llama-api-client and of
https://pypi.org/project/llama-stack-client (`ChatCompletionResponse`, `CompletionResponse`).
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, asked_for
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import tally


class _Strategy(msgspec.Struct, gc=False):
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None


class _Sampling(msgspec.Struct, gc=False):
    strategy: _Strategy | None = None
    max_tokens: int | None = None
    stop: list[str] | None = None


class _Tool(msgspec.Struct, gc=False):
    function: Function | None = None
    tool_name: str | None = None


class _Request(Parameters):
    messages: tuple[Turn, ...] = ()
    content: str | None = None
    model_id: str | None = None
    max_completion_tokens: int | None = None
    sampling_params: _Sampling | None = None
    tools: list[_Tool] | None = None


class _Call(msgspec.Struct, gc=False):
    """A call of a tool: Meta's, or Llama Stack's, which has its name and its arguments outright."""

    id: str | None = None
    function: Function | None = None
    call_id: str | None = None
    tool_name: str | None = None
    arguments: object = None


class _Said(msgspec.Struct, gc=False):
    content: str | Content | list[Content] | None = None
    tool_calls: list[_Call] | None = None
    stop_reason: str | None = None


class _Grown(_Call, gc=False):
    """Words, or a call or a growth of one; Llama Stack says the text of a call as it comes, and then the call whole."""

    text: str | None = None
    tool_call: _Call | str | None = None


class _Metric(msgspec.Struct, gc=False):
    metric: str | None = None
    value: float | None = None


class _Step(msgspec.Struct, gc=False):
    event_type: str | None = None
    delta: _Grown | None = None
    metrics: list[_Metric] | None = None
    stop_reason: str | None = None


class _Answer(msgspec.Struct):
    """A whole answer, of a chat or of a text (`content`), or an event."""

    id: str | None = None
    completion_message: _Said | None = None
    content: str | None = None
    delta: str | None = None
    stop_reason: str | None = None
    event: _Step | None = None
    metrics: list[_Metric] | None = None
    choices: msgspec.Raw = msgspec.Raw()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    plain, limits = asked_for(asked), asked.sampling_params or _Sampling()
    strategy = limits.strategy or _Strategy()
    limit = limits.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens
    tools = ((tool.function and tool.function.name) or tool.tool_name for tool in asked.tools or ())
    text = (Message("user", (Part("text", asked.content),)),) if asked.content else ()
    return replace(
        plain,
        model=plain.model or asked.model_id,
        max_tokens=plain.max_tokens if limit is None else limit,
        temperature=strategy.temperature if plain.temperature is None else plain.temperature,
        top_p=strategy.top_p if plain.top_p is None else plain.top_p,
        top_k=strategy.top_k if plain.top_k is None else plain.top_k,
        stop_sequences=plain.stop_sequences or tuple(limits.stop or ()),
        tools=tuple(name for name in tools if name),
        messages=(*map(message, asked.messages), *text),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without a message is asked for the error it states."""
    stated = read(_Answer, body)
    if _present(stated.choices):
        completion.read_response(answer, body)
        return
    said = stated.completion_message or _Said(stated.content, None, stated.stop_reason)
    if stated.completion_message is None and stated.content is None:
        answer.error = read_error(body) or answer.error
    answer.id = stated.id or answer.id
    content = [said.content] if isinstance(said.content, Content) else said.content
    merge_turn(answer, 0, Turn(content=content, tool_calls=[_spell(call) for call in said.tool_calls or ()] or None))
    _stop(answer, said.stop_reason)
    _count(answer, stated.metrics)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; why the answer ended, or an event of the type `complete`, is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if _present(stated.choices):
        return completion.merge(answer, event)
    step = stated.event or _Step(None, _Grown(text=stated.delta), None, stated.stop_reason)
    if stated.event is None and stated.delta is None:
        answer.error = read_error(event.data) or answer.error
    answer.id = stated.id or answer.id
    _stop(answer, step.stop_reason)
    _count(answer, step.metrics or stated.metrics)
    answer.completed = answer.completed or step.event_type == "complete" or bool(step.stop_reason)
    return _grow(answer, step.delta or _Grown())


def _grow(answer: Answer, grown: _Grown) -> bool:
    if grown.text:
        return merge_turn(answer, 0, Turn(content=grown.text))
    if isinstance(grown.tool_call, str):
        return bool(grown.tool_call)
    call = _spell(grown.tool_call or grown)
    function = call.function or Function()
    begins = bool(call.id or function.name)
    if not begins and not function.arguments:
        return False
    # A call is told by its place among the parts: the last one grows.
    call.index = len(answer.parts) if begins or not answer.parts else len(answer.parts) - 1
    return merge_turn(answer, 0, Turn(tool_calls=[call]))


def _spell(call: _Call) -> ToolCall:
    """Return a call in OpenAI's spelling."""
    return ToolCall(id=call.id or call.call_id, function=call.function or Function(call.tool_name, call.arguments))


def _stop(answer: Answer, reason: str | None) -> None:
    if reason:
        answer.finish_reasons[0] = reason


def _count(answer: Answer, metrics: Iterable[_Metric] | None) -> None:
    """Take what was counted; a value is a number of any kind."""
    counts = {
        one.metric.removeprefix("num_"): int(one.value)
        for one in metrics or ()
        if one.metric and one.value is not None and one.value.is_integer()
    }
    answer.usage = tally(counts.get("prompt_tokens"), counts.get("completion_tokens")) or answer.usage


def _present(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:1]) == b"["
