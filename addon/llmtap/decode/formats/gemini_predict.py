"""Vertex AI's `predict`, the door of every model that has no API of its own: embeddings, Imagen, PaLM, Veo.

What a model takes and gives is its own; what is read is what these models share. An embedding states its tokens one
input at a time and the characters by which older ones are billed, PaLM in the metadata of the answer; a model of the
Garden is asked for a chat completion within an instance, and its predictions are that completion. The others state no
tokens: Imagen's pictures are counted, by which it is billed. There is no stream.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api, …/imagen-api, …/text.
"""

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import UNUSED, InferenceRequest, Message, Part, Usage
from llmtap.decode.messages.pieces import camel
from llmtap.decode.messages.turns import Turn, message
from llmtap.decode.usage.tally import Count

_ABSENT = msgspec.Raw()


class _Instance(msgspec.Struct, rename="camel"):
    content: str | None = None
    prompt: str | None = None
    text: str | None = None
    messages: list[Turn] | None = None
    max_tokens: int | None = msgspec.field(default=None, name="max_tokens")
    temperature: float | None = None


class _Parameters(msgspec.Struct, rename="camel", gc=False):
    temperature: float | None = None
    max_output_tokens: int | None = None
    top_p: float | None = None
    top_k: float | None = None
    sample_count: int | None = None
    candidate_count: int | None = None
    seed: int | None = None


class _Request(msgspec.Struct):
    instances: list[_Instance] | None = None
    parameters: _Parameters | None = None


class _Statistics(msgspec.Struct, gc=False):
    token_count: Count | None = None


class _Embeddings(msgspec.Struct, gc=False):
    statistics: _Statistics | None = None


class _Words(msgspec.Struct, gc=False):
    content: str | None = None


class _Prediction(msgspec.Struct, rename="camel"):
    embeddings: _Embeddings | None = None
    content: str | None = None
    candidates: list[_Words] | None = None
    mime_type: str | None = None


class _Tally(msgspec.Struct, rename="camel", gc=False):
    total_tokens: Count | None = None


class _TokenMetadata(msgspec.Struct, rename="camel", gc=False):
    input_token_count: _Tally | None = None
    output_token_count: _Tally | None = None


class _Metadata(msgspec.Struct, rename="camel", gc=False):
    token_metadata: _TokenMetadata | None = None
    billable_character_count: Count | None = None


class _Response(msgspec.Struct, rename="camel"):
    predictions: msgspec.Raw = _ABSENT
    metadata: _Metadata | None = None
    name: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for; the model is named by the path."""
    asked = read(_Request, camel(body))
    given = asked.parameters or _Parameters()
    instances = asked.instances or []
    words = (one.content or one.prompt or one.text for one in instances)
    parts = tuple(Part("text", text) for text in words if text)
    first = instances[0] if instances else _Instance()
    turns = tuple(message(turn) for one in instances for turn in one.messages or ())
    return InferenceRequest(
        max_tokens=first.max_tokens if given.max_output_tokens is None else given.max_output_tokens,
        temperature=first.temperature if given.temperature is None else given.temperature,
        top_p=given.top_p,
        top_k=given.top_k,
        seed=given.seed,
        choice_count=given.sample_count if given.candidate_count is None else given.candidate_count,
        messages=(*((Message("user", parts),) if parts else ()), *turns),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one that names an operation (Veo) has nothing to say yet."""
    stated = read(_Response, body)
    made = bytes(stated.predictions)
    if made.startswith(b"{"):
        completion.read_response(answer, made)
    else:
        _predict(answer, stated, read(list[_Prediction], made) if made.startswith(b"[") else [])
    if not made and stated.name is None:
        answer.error = read_error(body) or answer.error


def _predict(answer: Answer, stated: _Response, predictions: list[_Prediction]) -> None:
    for index, prediction in enumerate(predictions):
        for said in (prediction, *(prediction.candidates or ())):
            if said.content:
                answer.part((index, "text", len(answer.parts)), "text", index).text.append(said.content)
        if prediction.mime_type:
            answer.part((index, "media"), "media", index).text.append(prediction.mime_type)
    answer.usage = _usage(stated, predictions) or answer.usage


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since there is no stream; it carries no content."""
    read_response(answer, event.data)
    return False


def _usage(stated: _Response, predictions: list[_Prediction]) -> Usage | None:
    """Return the tokens of all inputs, or those that the metadata counts; None where one input states none."""
    counted = stated.metadata.token_metadata if stated.metadata else None
    if counted is not None:
        into, out = counted.input_token_count or _Tally(), counted.output_token_count or _Tally()
        usage = Usage(input_tokens=into.total_tokens, output_tokens=out.total_tokens)
        return None if usage == UNUSED else usage
    vectors = [prediction.embeddings for prediction in predictions]
    counts = [one.statistics.token_count if one and one.statistics else None for one in vectors]
    known = [count for count in counts if count is not None]
    images = sum((prediction.mime_type or "").startswith("image/") for prediction in predictions)
    usage = Usage(
        input_tokens=sum(known) if known and len(known) == len(counts) else None,
        images=images or None,
        characters=stated.metadata.billable_character_count if stated.metadata else None,
    )
    return None if usage == UNUSED else usage
