"""xAI's gRPC service Sample: text that continues a prompt, whole or in a stream of the same messages.

Source: https://github.com/xai-org/xai-proto, sample.proto.
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.protobuf import read
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.usage.sampling import SamplingUsage, merge_reason, merge_usage


class _Request(msgspec.Struct):
    prompt: list[str] | None = msgspec.field(name="1", default=None)
    model: str | None = msgspec.field(name="3", default=None)
    max_tokens: int | None = msgspec.field(name="7", default=None)
    n: int | None = msgspec.field(name="8", default=None)
    presence_penalty: float | None = msgspec.field(name="9", default=None)
    seed: int | None = msgspec.field(name="11", default=None)
    stop: list[str] | None = msgspec.field(name="12", default=None)
    frequency_penalty: float | None = msgspec.field(name="13", default=None)
    temperature: float | None = msgspec.field(name="14", default=None)
    top_p: float | None = msgspec.field(name="15", default=None)
    user: str | None = msgspec.field(name="17", default=None)


class _Choice(msgspec.Struct, gc=False):
    finish_reason: int | None = msgspec.field(name="1", default=None)
    index: int | None = msgspec.field(name="2", default=None)
    text: str | None = msgspec.field(name="3", default=None)


class _Response(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(name="1", default=None)
    choices: list[_Choice] | None = msgspec.field(name="2", default=None)
    model: str | None = msgspec.field(name="6", default=None)
    system_fingerprint: str | None = msgspec.field(name="7", default=None)
    usage: SamplingUsage | None = msgspec.field(name="9", default=None)


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request asks for; each prompt is a part of its one message."""
    asked = read(_Request, body)
    parts = tuple(Part("text", prompt) for prompt in asked.prompt or ())
    return InferenceRequest(
        model=asked.model,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        seed=asked.seed,
        choice_count=asked.n,
        stop_sequences=tuple(asked.stop or ()),
        user=asked.user,
        messages=(Message("user", parts),) if parts else (),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer."""
    _merge(answer, body)


def merge(answer: Answer, event: Event) -> bool:
    """Merge a message of a stream; text is content."""
    return _merge(answer, event.data)


def _merge(answer: Answer, body: bytes) -> bool:
    stated = read(_Response, body)
    answer.id = answer.id or stated.id or None
    answer.model = stated.model or answer.model
    answer.system_fingerprint = stated.system_fingerprint or answer.system_fingerprint
    merge_usage(answer, stated.usage)
    carried = False
    for choice in stated.choices or ():
        index = choice.index or 0
        merge_reason(answer, index, choice.finish_reason)
        if choice.text:
            answer.part((index, "text"), "text", index).text.append(choice.text)
            carried = True
    return carried
