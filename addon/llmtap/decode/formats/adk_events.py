"""Agents of Google's Agent Development Kit: a run answers by its events, which are Gemini's contents with an author.

Its own server lists them or streams them; Agent Engine streams them as lines, with names in snake case. Each event of a
model states its own usage, so the sum is that of the run. What streams is `partial`, and comes again whole, usage and
all: only whole events count. No mark ends a run; one is complete as long as its last event is whole.

Source: https://google.github.io/adk-docs/api-reference/rest, https://google.github.io/adk-docs/events,
https://cloud.google.com/vertex-ai/generative-ai/docs/agent-engine/use/adk; checked 2026-11-26.
"""

import re

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, ProviderError
from llmtap.decode.messages.pieces import Content, camel, merge_content, message
from llmtap.decode.usage.tally import added
from llmtap.decode.usage.usage_metadata import UsageMetadata, latest_usage

_SNAKE = re.compile(
    rb'"(app_name|user_id|session_id|new_message|invocation_id|error_code|error_message|finish_reason|model_version'
    rb"|usage_metadata|prompt_token_count|candidates_token_count|total_token_count|thoughts_token_count"
    rb'|cached_content_token_count|tool_use_prompt_token_count)"(?=\s*:)'
)


class _Asked(msgspec.Struct, rename="camel"):
    """A question: `newMessage` to a server, `message` to Agent Engine."""

    user_id: str | None = None
    session_id: str | None = None
    new_message: Content | None = None
    message: Content | str | None = None
    streaming: bool | None = None


class _Request(_Asked, rename="camel"):
    """A request; Agent Engine holds the question as the `input` of a method."""

    input: _Asked | None = None


class _Event(msgspec.Struct, rename="camel"):
    invocation_id: str | None = None
    author: str | None = None
    content: Content | None = None
    partial: bool | None = None
    usage_metadata: UsageMetadata | None = None
    finish_reason: str | None = None
    model_version: str | None = None
    error_code: str | None = None
    error_message: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for."""
    outer = read(_Request, _named(body))
    asked = outer.input or outer
    said = asked.new_message or asked.message
    messages: tuple[Message, ...] = (message(said),) if said else ()
    return InferenceRequest(
        stream=asked.streaming, conversation_id=asked.session_id, user=asked.user_id, messages=messages
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a list of events, or one alone; what is neither is asked for the error it states."""
    data = _named(body)
    events = read(list[_Event], data) if data.lstrip().startswith(b"[") else [read(_Event, data)]
    if not any(_stated(event) for event in events):
        answer.error = read_error(body) or answer.error
    for event in events:
        _merge(answer, event)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a stream; return whether it carried content."""
    said = read(_Event, _named(event.data))
    if not _stated(said):
        answer.error = read_error(event.data) or answer.error
    return _merge(answer, said)


def _named(body: bytes) -> bytes:
    """Return a body with all member names in camel case."""
    return _SNAKE.sub(lambda name: b'"%s"' % re.sub(rb"_([a-z])", lambda found: found[1].upper(), name[1]), camel(body))


def _stated(said: _Event) -> bool:
    return said.author is not None or said.invocation_id is not None or said.content is not None


def _merge(answer: Answer, said: _Event) -> bool:
    answer.id = said.invocation_id or answer.id
    answer.completed = not said.partial
    if said.partial:
        return bool(said.content and said.content.parts)
    if said.error_code:
        answer.error = ProviderError(None, said.error_code, said.error_message)
    if said.usage_metadata is not None:
        answer.usage = added(answer.usage, latest_usage(None, said.usage_metadata))
    if said.finish_reason:
        answer.finish_reasons[0] = said.finish_reason
    answer.agree(said.model_version)
    return said.content is not None and merge_content(answer, 0, said.content)
