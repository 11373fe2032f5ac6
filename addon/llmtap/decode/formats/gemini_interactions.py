"""Gemini's Interactions API: steps in, steps out, told apart by their `type`; new kinds are passed over.

Law: a streamed and an unstreamed interaction of the same content end in the same Answer. The last event of a stream
repeats the interaction without its steps, and states the usage; `[DONE]` follows. Events before it may state what was
used until then, so that what is stated last holds (providers.md 1.6).

Source: https://ai.google.dev/api/interactions-api (`outputs` and `content.*` are the names of its first version).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.pieces import spelled
from llmtap.decode.messages.steps import Step, Steps, message, messages, parts
from llmtap.decode.usage.interaction_usage import InteractionUsage, interaction_usage

_LAST = ("interaction.complete", "interaction.cancel")


class _Config(msgspec.Struct, gc=False):
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    stop_sequences: list[str] | None = None
    seed: int | None = None
    thinking_level: str | None = None


class _Named(msgspec.Struct, gc=False):
    type: str | None = None
    name: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    agent: str | None = None
    input: Steps | None = None
    system_instruction: str | Step | None = None
    stream: bool | None = None
    generation_config: _Config | None = None
    response_modalities: list[str] | None = None
    response_mime_type: str | None = None
    tools: list[_Named] | None = None
    previous_interaction_id: str | None = None
    service_tier: str | None = None


class _Interaction(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    agent: str | None = None
    status: str | None = None
    steps: list[Step] | None = None
    outputs: list[Step] | None = None
    usage: InteractionUsage | None = None
    service_tier: str | None = None
    error: object = None
    errors: list[object] | None = None


class _Metadata(msgspec.Struct, gc=False):
    usage: InteractionUsage | None = None
    total_usage: InteractionUsage | None = None


class _Event(msgspec.Struct):
    event_type: str | None = None
    interaction: _Interaction | None = None
    index: int = 0
    step: Step | None = None
    content: Step | None = None
    delta: Step | None = None
    interaction_id: str | None = None
    status: str | None = None
    usage: InteractionUsage | None = None
    metadata: _Metadata | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; an agent stands where it names no model."""
    asked = read(_Request, body)
    config = asked.generation_config or _Config()
    system = asked.system_instruction
    opening = (Message("system", message(system).parts),) if system else ()
    return InferenceRequest(
        model=asked.model or asked.agent,
        stream=asked.stream,
        max_tokens=config.max_output_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        seed=config.seed,
        stop_sequences=tuple(config.stop_sequences or ()),
        output_type=_output_type(asked),
        reasoning_level=config.thinking_level.lower() if config.thinking_level else None,
        service_tier=asked.service_tier,
        previous_response_id=asked.previous_interaction_id,
        tools=tuple(name for tool in asked.tools or () if (name := tool.name or tool.type)),
        messages=(*opening, *messages(asked.input)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole interaction, or an error body."""
    stated = read(_Interaction, body)
    if stated.error is not None or (stated.id is None and stated.status is None):
        answer.error = read_error(body) or answer.error
    _conclude(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event of a stream; return whether it carried text, thoughts, a medium or a tool's input."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Event, event.data)
    kind = stated.event_type or event.name or ""
    if kind == "error":
        answer.error = read_error(event.data) or answer.error
    _count(answer, stated)
    step = stated.step or stated.content
    answer.completed = answer.completed or kind.startswith(_LAST)
    if stated.interaction is not None:
        return _conclude(answer, stated.interaction)
    if stated.delta is not None:
        return _add(answer, stated.index, stated.delta, grown=True)
    if step is not None:
        return _add(answer, stated.index, step, grown=True)
    if kind.endswith(".stop"):
        _settle(answer, stated.index)
    elif (status := "cancelled" if kind.startswith("interaction.cancel") else stated.status) is not None:
        _conclude(answer, _Interaction(id=stated.interaction_id, status=status))
    return False


def _count(answer: Answer, stated: _Event) -> None:
    """Merge what an event states beside what it is about: all that was used until then."""
    beside = stated.metadata or _Metadata()
    for counted in (stated.usage, beside.usage, beside.total_usage):
        if counted is not None:
            answer.usage = interaction_usage(counted) or answer.usage


def _conclude(answer: Answer, stated: _Interaction) -> bool:
    """Merge an interaction; its status is the finish reason, unless it goes on."""
    answer.id = stated.id or answer.id
    answer.model = stated.model or stated.agent or answer.model
    answer.service_tier = stated.service_tier or answer.service_tier
    answer.background = True  # it does not say, and is kept to be fetched either way
    if stated.status and stated.status not in ("in_progress", "queued"):
        answer.finish_reasons[0] = stated.status
    if stated.status == "failed" and stated.errors:  # those of one that went on are diagnostics
        answer.error = read_error(msgspec.json.encode({"error": stated.errors[0]})) or answer.error
    if stated.usage is not None:
        answer.usage = interaction_usage(stated.usage) or answer.usage
    carried = False
    if not answer.parts:  # The last event of a stream may repeat what its deltas said.
        for index, step in enumerate(stated.steps or stated.outputs or ()):
            carried = _add(answer, index, step, grown=False) or carried
    return carried


def _add(answer: Answer, index: int, step: Step, *, grown: bool) -> bool:
    """Merge a whole step, its beginning or a delta (`grown`); words of one kind grow one part of the step."""
    if step.type in ("user_input", "thought_signature"):  # What the user said is repeated where a call is retrieved.
        return False
    carried = False
    for part in parts(step):
        if part.kind == "tool_call":
            draft = answer.part((index, "call"), "tool_call")
            draft.id, draft.name = draft.id or part.id, draft.name or part.name
            draft.text += [part.text] if part.text else [] if grown else ["{}"]
        elif part.kind == "media":
            sound = part.text.startswith("audio/")
            key = (index, "media", part.text if sound else len(answer.parts))
            answer.part(key, "media").text[:] = [part.text]
        elif part.kind == "tool_result":
            draft = answer.part((index, "result"), "tool_result")
            draft.id, draft.name = draft.id or part.id, draft.name or part.name
            draft.text.append(part.text)
        else:
            answer.part((index, part.kind), part.kind).text.append(part.text)
        carried = carried or (part.kind != "tool_result" and bool(part.text or part.name))
    return carried


def _settle(answer: Answer, index: int) -> None:
    """Write a finished tool input as compact JSON, so that it is the same however it arrived.

    An empty piece behind it says that it was finished: ends that repeat would else cost its whole length each time.
    """
    draft = answer.parts.get((index, "call"))
    if draft is None or draft.text[1:2] == [""]:
        return
    text = "".join(draft.text) or "{}"
    try:
        draft.text[:] = [spelled(msgspec.json.decode(text)), ""]
    except (msgspec.MsgspecError, RecursionError):
        draft.text[:] = [text, ""]


def _output_type(asked: _Request) -> str | None:
    modalities = {modality.lower() for modality in asked.response_modalities or ()}
    if modalities & {"image", "audio"}:
        return "image" if "image" in modalities else "speech"
    if asked.response_mime_type == "application/json":
        return "json"
    return "text" if "text" in modalities else None
