"""RunPod's endpoints: a job is given an `input` and has an `output`, of which those of its vLLM workers are read.

An output is a list, of which each item is a growth of the answer and states what was used until then; a worker that is
asked in OpenAI's dialect answers in it. A job that no call waited for (`run`) is fetched by its id. What other workers
do is their own matter.

Source: https://docs.runpod.io/serverless/vllm/vllm-requests, https://docs.runpod.io/serverless/endpoints/send-requests,
https://github.com/runpod-workers/worker-vllm.
"""

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part, ProviderError
from llmtap.decode.messages.turns import Turn, message
from llmtap.decode.usage.tally import tally

_ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"})
_ABSENT = msgspec.Raw()


class _Sampling(msgspec.Struct):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    n: int | None = None
    stop: str | list[str] | None = None


class _Input(_Sampling):
    """What a worker is asked, or what it is asked in OpenAI's dialect (`openai_input`)."""

    model: str | None = None
    prompt: str | None = None
    messages: list[Turn] = []
    stream: bool | None = None
    sampling_params: _Sampling | None = None
    openai_input: "_Input | None" = None


class _Request(msgspec.Struct):
    input: _Input | None = None


class _Choice(msgspec.Struct, gc=False):
    tokens: list[str] = []


class _Used(msgspec.Struct, gc=False):
    input: int | None = None
    output: int | None = None


class _Growth(msgspec.Struct, gc=False):
    choices: list[_Choice] = []
    usage: _Used | None = None
    object: str | None = None


class _Job(msgspec.Struct):
    id: str | None = None
    status: str | None = None
    output: msgspec.Raw = _ABSENT
    error: object = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for."""
    said = read(_Request, body).input or _Input()
    said = said.openai_input or said
    limits = said.sampling_params or said
    prompt = (Message("user", (Part("text", said.prompt),)),) if said.prompt else ()
    return InferenceRequest(
        model=said.model,
        stream=said.stream,
        max_tokens=limits.max_tokens,
        temperature=limits.temperature,
        top_p=limits.top_p,
        top_k=limits.top_k,
        seed=limits.seed,
        choice_count=limits.n,
        stop_sequences=(limits.stop,) if isinstance(limits.stop, str) else tuple(limits.stop or ()),
        messages=(*prompt, *(message(turn) for turn in said.messages)),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a job as it stands; a status that it may still leave is no finish reason."""
    job = read(_Job, body)
    output = bytes(job.output)
    for item in read(list[msgspec.Raw], output) if output.startswith(b"[") else [job.output]:
        _merge(answer, bytes(item))
    answer.id = job.id or answer.id
    if job.status in _ENDED:
        answer.finish_reasons.setdefault(0, job.status)
    if isinstance(job.error, str) and job.error:
        answer.error = ProviderError(message=job.error)
    elif job.error is not None or job.id is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a job; it carries no content, since jobs are not streamed but fetched."""
    read_response(answer, event.data)
    return False


def _merge(answer: Answer, item: bytes) -> None:
    """Merge one growth; what is no object is a word, or no answer at all."""
    if item.startswith(b'"'):
        answer.part((0, "text"), "text").text.append(read(str, item))
    if not item.startswith(b"{"):
        return
    growth = read(_Growth, item)
    if growth.object is not None:
        completion.read_response(answer, item)
        return
    for index, choice in enumerate(growth.choices):
        if choice.tokens:
            answer.part((index, "text"), "text", index).text.extend(choice.tokens)
    used = growth.usage or _Used()
    answer.usage = tally(used.input, used.output) or answer.usage
