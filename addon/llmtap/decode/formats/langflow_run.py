"""Flows of Langflow, run by their id: a text goes in, and the messages of the flow's outputs come out.

A stream is lines of JSON: messages as they are added, the tokens of each, and in the end the whole answer, which takes
the place of what was said before. Each message states what the model that wrote it used, and who that was.

Source: https://docs.langflow.org/api-flows-run; https://github.com/langflow-ai/langflow (lfx/schema/properties.py).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage
from llmtap.decode.usage.tally import added


class _Request(msgspec.Struct):
    input_value: str | None = None
    session_id: str | None = None


class _Source(msgspec.Struct, gc=False):
    source: str | None = None


class _Properties(msgspec.Struct):
    source: _Source | None = None
    usage: ChatUsage | None = None


class _Said(msgspec.Struct):
    """A message; `chunk` is a token of one, `error` why the flow broke off."""

    id: str | None = None
    text: str | None = None
    sender: str | None = None
    chunk: str | None = None
    error: str | None = None
    properties: _Properties | None = None


class _Results(msgspec.Struct):
    message: _Said | None = None


class _Output(msgspec.Struct):
    results: _Results | None = None


class _Outputs(msgspec.Struct):
    outputs: list[_Output] = []


class _Whole(msgspec.Struct):
    session_id: str | None = None
    outputs: list[_Outputs] | None = None


class _Data(_Said):
    result: _Whole | None = None


class _Event(msgspec.Struct):
    event: str | None = None
    data: _Data | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    asked = read(_Request, body)
    return InferenceRequest(
        conversation_id=asked.session_id,
        messages=(Message("user", (Part("text", asked.input_value),)),) if asked.input_value else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without outputs is asked for the error it states."""
    whole = read(_Whole, body)
    if whole.outputs is None:
        answer.error = read_error(body) or answer.error
    _conclude(answer, whole)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the whole answer is the end mark."""
    stated = read(_Event, event.data)
    said = stated.data or _Data()
    match stated.event:
        case "token" if said.chunk:
            answer.part(said.id, "text").text.append(said.chunk)
            return True
        case "error":
            answer.error = ProviderError(message=said.error or said.text)
        case "end":
            answer.completed = True
            before = sum(len(piece) for draft in answer.parts.values() for piece in draft.text)
            _conclude(answer, said.result or _Whole())
            return not before and bool(answer.parts)
    return False


def _conclude(answer: Answer, whole: _Whole) -> None:
    """Take the messages of the outputs, each once, for all that was said."""
    answer.conversation_id = whole.session_id or answer.conversation_id
    ended = [output.results for outputs in whole.outputs or () for output in outputs.outputs]
    said = {result.message.id: result.message for result in ended if result is not None and result.message is not None}
    if said:
        answer.parts.clear()
    for message in said.values():
        if message.text:
            answer.part(message.id, "text").text[:] = [message.text]
        told = message.properties or _Properties()
        if told.usage is not None:
            answer.usage = added(answer.usage, chat_usage(told.usage, answered=True))
            answer.agree(told.source.source if told.source else None)
