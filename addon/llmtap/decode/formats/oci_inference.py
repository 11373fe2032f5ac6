"""Oracle Cloud's Generative AI inference: chat in two shapes (Cohere's and a generic one), text, vectors and ranks.

The call is wrapped (`servingMode` names the model), and an answer names its model beside what it holds. An event of a
stream stands without the wrap; the last one of Cohere's shape says the whole text again, which replaces its pieces.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/generative-ai-inference/20231130 (ChatDetails, ChatResult,
GenerateTextResult, SummarizeTextResult, EmbedTextResult, RerankTextResult) and the models of https://pypi.org/project/oci
(`generative_ai_inference`).
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Content, Function, ToolCall, Turn, merge_turn, message
from llmtap.decode.usage.tally import count, tally

_ROLES = {"chatbot": "assistant"}
_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class _Serving(msgspec.Struct, gc=False, rename="camel"):
    model_id: str | None = None
    endpoint_id: str | None = None


class _Call(msgspec.Struct, gc=False, rename="camel"):
    """A call of a tool: `arguments` in the generic shape, `parameters` in Cohere's, `function` in Cohere's second."""

    id: str | None = None
    name: str | None = None
    arguments: object = None
    parameters: object = None
    function: Function | None = None


class _Piece(msgspec.Struct, gc=False, rename="camel"):
    type: str = "text"
    text: str | None = None
    thinking: str | None = None


class _Said(msgspec.Struct, gc=False, rename="camel"):
    role: str | None = None
    content: str | list[_Piece] | None = None
    message: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None


class _Named(msgspec.Struct, gc=False):
    name: str | None = None
    function: Function | None = None


class _Streamed(msgspec.Struct, gc=False, rename="camel"):
    is_include_usage: bool | None = None


class _Format(msgspec.Struct, gc=False):
    type: str | None = None


class _Asked(msgspec.Struct, rename="camel"):
    """What is asked of a model, in either shape, or of the text API before."""

    message: str | None = None
    prompt: str | None = None
    preamble_override: str | None = None
    chat_history: list[_Said] = []
    messages: list[_Said] = []
    is_stream: bool | None = None
    stream_options: _Streamed | None = None
    service_tier: str | None = None
    response_format: _Format | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    num_generations: int | None = None
    stop: list[str] | None = None
    stop_sequences: list[str] | None = None
    reasoning_effort: str | None = None
    tools: list[_Named] | None = None


class _Request(msgspec.Struct, rename="camel"):
    serving_mode: _Serving | None = None
    chat_request: _Asked | None = None
    inference_request: _Asked | None = None
    inputs: list[str] = []
    embed_contents: list[_Piece] = []
    input: str | None = None
    documents: list[str] = []


class _InputDetails(msgspec.Struct, gc=False, rename="camel"):
    cached_tokens: int | None = None


class _OutputDetails(msgspec.Struct, gc=False, rename="camel"):
    reasoning_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False, rename="camel"):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _InputDetails | None = None
    completion_tokens_details: _OutputDetails | None = None


class _Grounds(msgspec.Struct, gc=False, rename="camel"):
    web_search_queries: list[str] = []


class _Choice(msgspec.Struct, gc=False, rename="camel"):
    """A choice, or an event of a stream; `text` is Cohere's, and of the text API, `error_message` Cohere's."""

    index: int = 0
    message: _Said | None = None
    text: str | None = None
    tool_calls: list[_Call] | None = None
    finish_reason: str | None = None
    error_message: str | None = None
    service_tier: str | None = None
    grounding_metadata: _Grounds | None = None
    usage: _Usage | None = None


class _Result(_Choice, gc=False, rename="camel"):
    """What an answer holds: itself in Cohere's shape, choices in the generic one, texts in that of the text API."""

    id: str | None = None
    choices: list[_Choice] | None = None
    generated_texts: list[_Choice] | None = None


class _Answer(_Result, rename="camel"):
    """A whole answer, or an event of a stream, which is the result alone."""

    model_id: str | None = None
    chat_response: _Result | None = None
    inference_response: _Result | None = None
    summary: str | None = None
    embeddings: msgspec.Raw = msgspec.Raw()
    embeddings_by_type: msgspec.Raw = msgspec.Raw()
    document_ranks: msgspec.Raw = msgspec.Raw()


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; a dedicated endpoint stands for its model."""
    stated = read(_Request, body)
    asked, serving = stated.chat_request or stated.inference_request or _Asked(), stated.serving_mode or _Serving()
    words = (asked.prompt, asked.message)
    texts = tuple(Part("text", text) for text in (*words, stated.input, *stated.inputs, *stated.documents) if text)
    contents = (message(Turn("user", list(map(_piece, stated.embed_contents)))),) if stated.embed_contents else ()
    tools = ((tool.function and tool.function.name) or tool.name for tool in asked.tools or ())
    form = (asked.response_format.type or "").lower() if asked.response_format else ""
    system = (Message("system", (Part("text", asked.preamble_override),)),) if asked.preamble_override else ()
    turns = (message(_turn(said)) for said in (*asked.chat_history, *asked.messages))
    return InferenceRequest(
        model=serving.model_id or serving.endpoint_id,
        stream=asked.is_stream,
        include_usage=asked.stream_options.is_include_usage if asked.stream_options else None,
        max_tokens=count(asked.max_completion_tokens, asked.max_tokens),
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        choice_count=asked.num_generations,
        stop_sequences=tuple(asked.stop_sequences or asked.stop or ()),
        output_type=_OUTPUT_TYPES.get(form),
        reasoning_level=asked.reasoning_effort,
        service_tier=asked.service_tier,
        tools=tuple(name for name in tools if name),
        messages=(*system, *turns, *contents, *((Message("user", texts),) if texts else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one that holds nothing of its API is asked for the error it states."""
    stated = read(_Answer, body)
    answer.id, answer.model = stated.id or answer.id, stated.model_id or answer.model
    result = stated.chat_response or stated.inference_response
    raws = (stated.embeddings, stated.embeddings_by_type, stated.document_ranks)
    held = result is not None or stated.summary is not None or any(bytes(memoryview(raw)[:1]) for raw in raws)
    if not held:
        answer.error = read_error(body) or answer.error
    if stated.summary:
        answer.part("summary", "text").text[:] = [stated.summary]
    if result is not None:
        answer.id, answer.service_tier = result.id or answer.id, result.service_tier or answer.service_tier
    for index, choice in enumerate(_choices(result or stated)):
        _merge(answer, choice, choice.index or index)
    _count(answer, stated.usage)
    _count(answer, result.usage if result else None)


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; the one with a finish reason is the end mark."""
    if event.data.startswith(b"[DONE]"):
        answer.completed = True
        return False
    stated = read(_Answer, event.data)
    if stated.message is None and stated.text is None and stated.finish_reason is None:
        answer.error = read_error(event.data) or answer.error
    answer.model = stated.model_id or answer.model
    said = answer.parts.get((stated.index, "text"))
    again = said is not None and bool(stated.text and stated.finish_reason)
    if said is not None and again:
        said.text.clear()
    carried = _merge(answer, stated, stated.index)
    answer.completed = answer.completed or bool(stated.finish_reason)
    return carried and not again


def _choices(result: _Result) -> list[_Choice]:
    return result.choices or result.generated_texts or [result]


def _merge(answer: Answer, choice: _Choice, index: int) -> bool:
    """Merge a choice or a growth of one; return whether it carried content."""
    said = choice.message or _Said(content=choice.text, tool_calls=choice.tool_calls)
    if choice.finish_reason:
        answer.finish_reasons[index] = choice.finish_reason
    if choice.error_message:
        answer.error = ProviderError(message=choice.error_message)
    answer.service_tier = choice.service_tier or answer.service_tier
    if choice.grounding_metadata is not None:
        answer.queries.update(choice.grounding_metadata.web_search_queries)
    _count(answer, choice.usage)
    return merge_turn(answer, index, _turn(said))


def _count(answer: Answer, stated: _Usage | None) -> None:
    if stated is None:
        return
    into, out = stated.prompt_tokens_details, stated.completion_tokens_details
    usage = tally(
        stated.prompt_tokens,
        stated.completion_tokens,
        cached=into.cached_tokens if into else None,
        reasoning=out.reasoning_tokens if out else None,
    )
    if usage is not None and out is not None:  # of most answers no prediction is said to be, which is no fact
        usage = replace(
            usage,
            accepted_prediction_output_tokens=count(out.accepted_prediction_tokens) or None,
            rejected_prediction_output_tokens=count(out.rejected_prediction_tokens) or None,
        )
    answer.usage = usage or answer.usage


def _piece(piece: _Piece) -> Content:
    return Content(piece.type.lower(), piece.text, thinking=piece.thinking)


def _turn(said: _Said) -> Turn:
    """Return a turn in OpenAI's spelling; roles are in capitals here."""
    role = said.role.lower() if said.role else None
    stated = said.message or said.content
    content = list(map(_piece, stated)) if isinstance(stated, list) else stated
    calls = [
        ToolCall(
            id=call.id,
            function=call.function
            or Function(call.name, call.parameters if call.arguments is None else call.arguments),
        )
        for call in said.tool_calls or ()
    ]
    return Turn(
        _ROLES.get(role, role) if role else None,
        content,
        reasoning_content=said.reasoning_content,
        tool_calls=calls or None,
        tool_call_id=said.tool_call_id,
    )
