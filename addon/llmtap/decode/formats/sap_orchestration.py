"""SAP AI Core's orchestration: templates, filters and masks around one call of a model, in OpenAI's shapes.

What the model answered stands in `final_result` (version 2) or `orchestration_result` (version 1), whole or as a chunk;
what the modules did on the way is passed over. The model is named in the configuration.

Source: https://help.sap.com/docs/sap-ai-core/generative-ai/orchestration and the API specification of `@sap-ai-sdk`.
"""

import msgspec

from llmtap.decode import completion
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message
from llmtap.decode.messages.turns import Turn, message

_ABSENT = msgspec.Raw()


class _Limits(msgspec.Struct, gc=False):
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None


class _Model(msgspec.Struct):
    """The model: `name` and `params` in version 2, `model_name` and `model_params` in version 1."""

    name: str | None = None
    params: _Limits | None = None
    model_name: str | None = None
    model_params: _Limits | None = None


class _Template(msgspec.Struct):
    template: list[Turn] = []


class _Prompting(msgspec.Struct):
    model: _Model | None = None
    prompt: _Template | None = None


class _Modules(msgspec.Struct):
    prompt_templating: _Prompting | None = None
    llm_module_config: _Model | None = None
    templating_module_config: _Template | None = None


class _Streaming(msgspec.Struct, gc=False):
    enabled: bool | None = None


class _Config(msgspec.Struct):
    """How a call is put together; version 1 says `stream` outright."""

    modules: _Modules | None = None
    module_configurations: _Modules | None = None
    stream: bool | _Streaming | None = None


class _Request(msgspec.Struct):
    config: _Config | None = None
    orchestration_config: _Config | None = None
    messages_history: list[Turn] = []


class _Answer(msgspec.Struct):
    final_result: msgspec.Raw = _ABSENT
    orchestration_result: msgspec.Raw = _ABSENT


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for: the history and then the template, whose places are left open."""
    stated = read(_Request, body)
    config = stated.config or stated.orchestration_config or _Config()
    modules = config.modules or config.module_configurations or _Modules()
    prompting = modules.prompt_templating or _Prompting(modules.llm_module_config, modules.templating_module_config)
    model, template = prompting.model or _Model(), prompting.prompt or _Template()
    limits = model.params or model.model_params or _Limits()
    messages: tuple[Message, ...] = tuple(map(message, (*stated.messages_history, *template.template)))
    return InferenceRequest(
        model=model.name or model.model_name,
        stream=config.stream.enabled if isinstance(config.stream, _Streaming) else config.stream,
        max_tokens=limits.max_completion_tokens or limits.max_tokens,
        temperature=limits.temperature,
        top_p=limits.top_p,
        frequency_penalty=limits.frequency_penalty,
        presence_penalty=limits.presence_penalty,
        choice_count=limits.n,
        messages=messages,
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; one without a result is asked for the error it states."""
    result = _result(body)
    if result:
        completion.read_response(answer, result)
    else:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge one event; what a module says before the model does is no content. `[DONE]` is the end mark."""
    if not event.data.lstrip().startswith(b"{"):
        return completion.merge(answer, event)
    result = _result(event.data)
    if result:
        return completion.merge(answer, event._replace(data=result))
    answer.error = read_error(event.data) or answer.error
    return False


def _result(body: bytes) -> bytes:
    """Return the model's answer or chunk, or nothing."""
    stated = read(_Answer, body)
    for raw in (stated.final_result, stated.orchestration_result):
        result = bytes(raw)
        if result.startswith(b"{"):
            return result
    return b""
