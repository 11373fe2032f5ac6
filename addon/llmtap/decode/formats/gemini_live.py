"""Google's Live API, as the Gemini API and Vertex AI speak it: one turn of the model at a time.

A request is lines of messages: the setup, what the client said since the turn before, and the user's words as the
server transcribed them. Its answer is the events up to the one that says `turnComplete`. Spoken words are read from
their transcript, sound is a medium. No finish reason is stated but where a turn ends otherwise (`interrupted`, or a
`turnCompleteReason`). Usage is stated once a turn; of several statements the last one holds.

Source: https://ai.google.dev/api/live; providers.md 1.4, 1.6.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.pieces import Call, Content, Contents, Piece, camel, merge_content, message, messages
from llmtap.decode.usage.usage_metadata import Grounding, UsageMetadata, latest_usage, terms

_SNAKE: Mapping[bytes, bytes] = {
    b"client_content": b"clientContent",
    b"tool_response": b"toolResponse",
    b"function_responses": b"functionResponses",
    b"realtime_input": b"realtimeInput",
    b"turn_complete": b"turnComplete",
}
_OUTER = re.compile(rb'"(%b)"(?=\s*:)' % b"|".join(_SNAKE))
_SPOKEN = "spoken"
_DECLARED = "functionDeclarations"


class _Thinking(msgspec.Struct, rename="camel"):
    thinking_level: str | None = None
    thinking_budget: int | None = None


class _Config(msgspec.Struct, rename="camel"):
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_output_tokens: int | None = None
    response_modalities: list[str] | None = None
    thinking_config: _Thinking | None = None


class _Named(msgspec.Struct):
    name: str | None = None


class _Setup(msgspec.Struct, rename="camel"):
    model: str | None = None
    generation_config: _Config | None = None
    system_instruction: Content | str | None = None
    tools: list[dict[str, msgspec.Raw]] | None = None


class _Turns(msgspec.Struct):
    turns: Contents | None = None


class _Results(msgspec.Struct, rename="camel"):
    function_responses: list[Call] | Call | None = None


class _Words(msgspec.Struct):
    text: str | None = None


class _Server(msgspec.Struct, rename="camel"):
    """What the server says of a turn."""

    model_turn: Content | None = None
    output_transcription: _Words | None = None
    input_transcription: _Words | None = None
    interrupted: bool | None = None
    turn_complete: bool | None = None
    turn_complete_reason: str | None = None
    grounding_metadata: Grounding | None = None


class _Calls(msgspec.Struct, rename="camel"):
    function_calls: list[Call] | None = None


class _Message(msgspec.Struct, rename="camel"):
    """A message of either side: it has one of the members, and may have `usageMetadata` beside it."""

    setup: _Setup | None = None
    client_content: _Turns | None = None
    tool_response: _Results | None = None
    realtime_input: _Words | None = None
    server_content: _Server | None = None
    tool_call: _Calls | None = None
    usage_metadata: UsageMetadata | None = None
    model: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the messages before a turn ask for; names may be in camel or in snake case."""
    setup, said, heard = _Setup(), list[Message](), list[str]()
    for stated in _lines(body):
        setup = stated.setup or (_Setup(model=stated.model) if stated.model else setup)
        if stated.client_content is not None:
            said += messages(stated.client_content.turns)
        elif stated.tool_response is not None:
            said.append(message(Content("user", _results(stated.tool_response))))
        elif stated.realtime_input is not None and stated.realtime_input.text:
            said.append(Message("user", (Part("text", stated.realtime_input.text),)))
        elif stated.server_content is not None and stated.server_content.input_transcription is not None:
            heard.append(stated.server_content.input_transcription.text or "")
    if any(heard):
        said.append(Message("user", (Part("text", "".join(heard)),)))
    config = setup.generation_config or _Config()
    system = message(setup.system_instruction).parts if setup.system_instruction else ()
    modalities = {modality.upper() for modality in config.response_modalities or ()}
    return InferenceRequest(
        model=setup.model.rpartition("/")[2] if setup.model else None,
        max_tokens=config.max_output_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=config.top_k,
        output_type="speech" if "AUDIO" in modalities else "text" if "TEXT" in modalities else None,
        reasoning_level=_reasoning_level(config.thinking_config),
        tools=_tools(setup.tools or []),
        messages=(*((Message("system", system),) if system else ()), *said),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a body that is no stream of a session: that of an error, or one event."""
    merge(answer, Event(body))
    answer.error = answer.error or (read_error(body) if answer.usage is None and not answer.parts else None)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a turn; return whether it carried words, thoughts, sound or a function call."""
    stated = read(_Message, event.data)
    if stated.usage_metadata is not None:
        answer.usage = latest_usage(answer.usage, stated.usage_metadata)
        answer.service_tier = terms(stated.usage_metadata) or answer.service_tier
    said = stated.server_content
    carried = False
    if stated.tool_call is not None:
        calls: list[Piece | str] = [Piece(function_call=call) for call in stated.tool_call.function_calls or ()]
        carried = merge_content(answer, 0, Content("model", calls))
    if said is None:
        return carried
    if said.model_turn is not None:
        carried = merge_content(answer, 0, said.model_turn) or carried
    if said.output_transcription is not None and said.output_transcription.text:
        answer.part((0, _SPOKEN), "text").text.append(said.output_transcription.text)
        carried = True
    if said.grounding_metadata is not None:
        answer.queries |= said.grounding_metadata.queries
    if said.interrupted:
        answer.finish_reasons[0] = "interrupted"
    if said.turn_complete:
        answer.completed = True
        if said.turn_complete_reason and not said.turn_complete_reason.endswith("UNSPECIFIED"):
            answer.finish_reasons[0] = said.turn_complete_reason
    return carried


def _lines(body: bytes) -> Iterator[_Message]:
    """Yield the messages; raises msgspec.DecodeError when there are lines and none of them can be read."""
    readable, problem = False, None
    for line in _OUTER.sub(_renamed, camel(body)).split(b"\n"):
        if not line.strip():
            continue
        try:
            stated = read(_Message, line)
        except msgspec.MsgspecError as error:
            problem = error
            continue
        readable = True
        yield stated
    if problem is not None and not readable:
        raise problem


def _renamed(name: re.Match[bytes]) -> bytes:
    return b'"%b"' % _SNAKE[name[1]]


def _results(stated: _Results) -> list[Piece | str]:
    given = stated.function_responses
    return [Piece(function_response=one) for one in ([given] if isinstance(given, Call) else given or ())]


def _tools(tools: list[dict[str, msgspec.Raw]]) -> tuple[str, ...]:
    """Return the names of the functions that are offered, and of the server's own tools (`googleSearch` …)."""
    names: list[str] = []
    for kind, value in (member for tool in tools for member in tool.items()):
        if kind != _DECLARED:
            names.append(kind)
            continue
        try:
            names += [name for one in read(list[_Named], bytes(value)) if (name := one.name)]
        except msgspec.MsgspecError:
            continue
    return tuple(names)


def _reasoning_level(thinking: _Thinking | None) -> str | None:
    if thinking is None:
        return None
    level, budget = thinking.thinking_level, thinking.thinking_budget
    return level.lower() if level else None if budget is None else str(budget)
