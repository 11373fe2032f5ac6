"""Bedrock's agents, flows and knowledge bases: question in, answer out, behind it calls of models out of sight.

What the models consumed is known only where the application asked for a trace: each of its `modelInvocationOutput`
states one call (a call that failed, its `failureTrace`), and the sum of them is the usage. Without a trace the usage is
absent, not zero. A stream has no end mark but that of a flow; its chunks, or what it hands back to the application, are
the end of the matter.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeAgent.html and
.../API_agent-runtime_InvokeFlow.html and .../API_agent-runtime_RetrieveAndGenerate.html.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, Usage
from llmtap.decode.messages.blocks import compact
from llmtap.decode.usage.tally import Count


class _Text(msgspec.Struct, frozen=True):
    text: str | None = None


class _Base(msgspec.Struct, frozen=True, rename="camel"):
    model_arn: str | None = None


class _Configuration(msgspec.Struct, frozen=True, rename="camel"):
    knowledge_base_configuration: _Base | None = None
    external_sources_configuration: _Base | None = None


class _Ranker(msgspec.Struct, frozen=True, rename="camel"):
    model_configuration: _Base | None = None


class _Ranking(msgspec.Struct, frozen=True, rename="camel"):
    bedrock_reranking_configuration: _Ranker | None = None


class _Document(msgspec.Struct, frozen=True):
    """What goes into a node of a flow or comes out of it: words, or JSON of any shape."""

    document: object = None


class _Input(msgspec.Struct, frozen=True):
    content: _Document | None = None


class _Request(msgspec.Struct, frozen=True, rename="camel"):
    foundation_model: str | None = None
    reranking_configuration: _Ranking | None = None
    input_text: str | None = None
    input: _Text | None = None
    session_id: str | None = None
    retrieve_and_generate_configuration: _Configuration | None = None
    inputs: list[_Input] | None = None
    execution_id: str | None = None


class _Counts(msgspec.Struct, frozen=True, rename="camel"):
    input_tokens: Count | None = None
    output_tokens: Count | None = None


class _Metadata(msgspec.Struct, frozen=True):
    usage: _Counts | None = None


class _Made(msgspec.Struct, frozen=True):
    metadata: _Metadata | None = None


class _Asked(msgspec.Struct, frozen=True, rename="camel"):
    foundation_model: str | None = None


class _Step(msgspec.Struct, frozen=True, rename="camel"):
    """A step of any kind: before, in, after the orchestration, the routing to another agent, or a failure."""

    model_invocation_input: _Asked | None = None
    model_invocation_output: _Made | None = None
    metadata: _Metadata | None = None
    trace_elements: "_Elements | None" = None


class _Within(msgspec.Struct, frozen=True):
    trace: dict[str, _Step] | None = None


class _Elements(msgspec.Struct, frozen=True, rename="camel"):
    """What a node of a flow caused: the traces of agents."""

    agent_traces: list[_Within] | None = None


class _Call(msgspec.Struct, frozen=True, rename="camel"):
    """An event or a whole answer: a trace of steps by their kind, the output, or what is handed back."""

    trace: dict[str, _Step] | None = None
    output: _Text | None = None
    text: str | None = None
    session_id: str | None = None
    invocation_id: str | None = None
    invocation_inputs: object = None
    content: _Document | None = None
    completion_reason: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; an agent with a name of its own names no model, all others do."""
    asked = read(_Request, body)
    config = asked.retrieve_and_generate_configuration or _Configuration()
    base = config.knowledge_base_configuration or config.external_sources_configuration or _Base()
    ranking = asked.reranking_configuration or _Ranking()
    ranker = ranking.bedrock_reranking_configuration or _Ranker()
    arn = base.model_arn or asked.foundation_model or (ranker.model_configuration or _Base()).model_arn
    into = [one.content.document for one in asked.inputs or () if one.content is not None]
    text = asked.input_text or (asked.input.text if asked.input else None) or "\n".join(map(compact, into))
    return InferenceRequest(
        model=arn.rpartition("/")[2] if arn else None,
        conversation_id=asked.session_id or asked.execution_id,
        messages=(Message("user", (Part("text", text),)),) if text else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body without output is that of an error."""
    stated = read(_Call, body)
    if stated.output is None:
        answer.error = read_error(body)
    _merge(answer, stated)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; a chunk is plain words, everything else is JSON."""
    if event.name == "chunk":
        answer.completed = True
        return _say(answer, event.data.decode("utf-8", "replace"))
    if event.name == "error":
        answer.error = read_error(event.data)
        return False
    return _merge(answer, read(_Call, event.data))


def _merge(answer: Answer, stated: _Call) -> bool:
    answer.conversation_id = stated.session_id or answer.conversation_id
    for step in (stated.trace or {}).values():
        _trace(answer, step)
    text = stated.output.text if stated.output else stated.text
    if stated.content is not None:
        text = compact(stated.content.document)
    if stated.completion_reason is not None:
        answer.finish_reasons[0] = stated.completion_reason
        answer.completed = True
    if stated.invocation_inputs is not None:
        answer.part("call", "tool_call").text[:] = [compact(stated.invocation_inputs)]
        answer.parts["call"].id = stated.invocation_id
    answer.completed = answer.completed or text is not None or stated.invocation_inputs is not None
    return _say(answer, text)


def _trace(answer: Answer, step: _Step) -> None:
    if step.model_invocation_input is not None and step.model_invocation_input.foundation_model:
        answer.model = step.model_invocation_input.foundation_model.rpartition("/")[2]
    for inner in (step.trace_elements and step.trace_elements.agent_traces) or ():
        for within in (inner.trace or {}).values():
            _trace(answer, within)
    metadata = step.model_invocation_output.metadata if step.model_invocation_output else step.metadata
    if metadata is not None and metadata.usage is not None:
        before = answer.usage or Usage()
        answer.usage = Usage(
            input_tokens=_sum(before.input_tokens, metadata.usage.input_tokens),
            output_tokens=_sum(before.output_tokens, metadata.usage.output_tokens),
        )


def _say(answer: Answer, text: str | None) -> bool:
    if text:
        answer.part("text", "text").text.append(text)
    return bool(text)


def _sum(before: int | None, more: int | None) -> int | None:
    return before if more is None else (before or 0) + more
