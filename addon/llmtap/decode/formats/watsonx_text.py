"""IBM watsonx.ai's text APIs: generation, chat and embeddings (https://cloud.ibm.com/apidocs/watsonx-ai).

Chat answers in the shape of OpenAI's. Generation counts in each event: the output so far, and the input in the first
event alone (0 in the others); so the largest count of each is the whole.
"""

from dataclasses import replace

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, Typed, asked_for
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.messages.turns import Turn, message
from llmtap.decode.usage.tally import count, tally

_UNFINISHED = "not_finished"


class _Limits(msgspec.Struct, gc=False):
    """The parameters of a generation."""

    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    random_seed: int | None = None
    stop_sequences: list[str] | None = None


class _Request(Parameters):
    model_id: str | None = None
    messages: tuple[Turn, ...] = ()
    max_completion_tokens: int | None = None
    reasoning_effort: str | None = None
    tools: list[Typed] | None = None
    input: str | None = None
    inputs: list[str] | None = None
    parameters: _Limits | None = None


class _Result(msgspec.Struct, gc=False):
    generated_text: str | None = None
    generated_token_count: int | None = None
    input_token_count: int | None = None
    stop_reason: str | None = None


class _Answer(msgspec.Struct, gc=False):
    """An event or a whole answer: `results` of a generation or of an embedding, `choices` of a chat."""

    model_id: str | None = None
    results: list[_Result] | None = None
    input_token_count: int | None = None
    choices: msgspec.Raw = msgspec.Raw()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; a deployment's path names it, and its body no model."""
    asked = read(_Request, body)
    texts = [asked.input] if asked.input is not None else asked.inputs or []
    messages = [message(turn) for turn in asked.messages]
    if texts:
        messages.append(Message("user", tuple(Part("text", text) for text in texts)))
    limits = asked.parameters or _Limits()
    tools = ((tool.function and tool.function.name) or tool.name for tool in asked.tools or ())
    common = asked_for(asked)
    return replace(
        common,
        model=asked.model_id or common.model,
        max_tokens=count(asked.max_completion_tokens, limits.max_new_tokens, common.max_tokens),
        temperature=common.temperature if limits.temperature is None else limits.temperature,
        top_p=common.top_p if limits.top_p is None else limits.top_p,
        top_k=common.top_k if limits.top_k is None else limits.top_k,
        seed=common.seed if limits.random_seed is None else limits.random_seed,
        stop_sequences=(*common.stop_sequences, *(limits.stop_sequences or ())),
        reasoning_level=asked.reasoning_effort,
        tools=tuple(name for name in tools if name),
        messages=tuple(messages),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without results is asked for the error it states."""
    stated = read(_Answer, body)
    if _present(stated.choices):
        completion.read_response(answer, body)
    else:
        _merge(answer, stated, body)
    answer.model = stated.model_id or answer.model


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a stop reason is the end mark of a generation."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    carried = completion.merge(answer, event) if _present(stated.choices) else _merge(answer, stated, event.data)
    answer.model = stated.model_id or answer.model
    return carried


def _merge(answer: Answer, stated: _Answer, body: bytes) -> bool:
    """Merge results; return whether they carried text."""
    if stated.results is None:
        answer.error = read_error(body) or answer.error
    carried = False
    for index, result in enumerate(stated.results or ()):
        if result.generated_text:
            answer.part(index, "text", index).text.append(result.generated_text)
            carried = True
        if result.stop_reason and result.stop_reason != _UNFINISHED:
            answer.finish_reasons[index] = result.stop_reason
            answer.completed = True
        before = answer.usage or Usage()
        answer.usage = tally(
            _larger(before.input_tokens, result.input_token_count),
            _larger(before.output_tokens, result.generated_token_count),
        )
    if stated.input_token_count is not None:
        answer.usage = tally(stated.input_token_count, None)
    return carried


def _larger(before: int | None, stated: int | None) -> int | None:
    known = count(stated)
    return before if known is None else max(known, before or 0)


def _present(member: msgspec.Raw) -> bool:
    return bytes(memoryview(member)[:1]) == b"["
