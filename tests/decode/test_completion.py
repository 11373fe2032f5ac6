"""What chats and completions share: a chunk adds up whichever of the two it belongs to."""

import json

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.completion import Parameters, Typed, asked_for, merge, read_response
from llmtap.decode.inference import InferenceRequest, InferenceResponse, ProviderError, Usage


def streamed(*choices: object) -> InferenceResponse:
    """The answer that chunks of one choice each add up to."""
    answer = Answer()
    for choice in choices:
        merge(answer, Event(json.dumps({"model": "m", "choices": [choice]}).encode()))
    return answer.response(streamed=True)


def test_parameters() -> None:
    """Each parameter goes into its field; a single stop is a list of one."""
    asked = Parameters(model="m", n=2, stop="a", response_format=Typed("json_object"), safety_identifier="s")
    assert asked_for(asked) == InferenceRequest(
        model="m", choice_count=2, stop_sequences=("a",), output_type="json", user="s"
    )


def test_text_and_deltas_of_one_stream() -> None:
    """Some servers end a stream of texts by a delta."""
    found = streamed({"index": 0, "text": "a"}, {"index": 0, "text": "b"}, {"delta": {}, "finish_reason": "stop"})
    assert (found.messages[0].parts[0].text, found.finish_reasons, found.completed) == ("ab", ("stop",), True)


def test_groq_states_an_error_aside() -> None:
    """`x_groq.error` ends a stream without a finish reason."""
    answer = Answer()
    for chunk in ({"model": "m", "choices": [{"delta": {"content": "a"}}]}, {"x_groq": {"error": "over_capacity"}}):
        merge(answer, Event(json.dumps({"choices": [], **chunk}).encode()))
    assert (answer.error, answer.completed) == (ProviderError(message="over_capacity"), False)


@pytest.mark.parametrize("choice", [{"text": "a"}, {"message": {"content": "a"}}])
def test_a_whole_answer(choice: dict[str, object]) -> None:
    """`text` and `message` are one in what they mean."""
    answer = Answer()
    read_response(answer, json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1}}).encode())
    assert (answer.usage, answer.response(streamed=False).messages[0].parts[0].text) == (Usage(1), "a")


@pytest.mark.parametrize(
    ("stated", "reasons"),
    [
        ({"stop_reason": "stop"}, ("stop",)),
        ({"finish_reason": "stop", "stop_reason": "</s>"}, ("stop",)),
        ({"finish_reason": None, "stop_reason": 128009}, ()),
    ],
)
def test_a_finish_reason_by_another_name(stated: dict[str, object], reasons: tuple[str, ...]) -> None:
    """Mistral on AWS says `stop_reason`; what vLLM says there, a word or a token, is no finish reason."""
    answer = Answer()
    read_response(answer, json.dumps({"choices": [{"message": {"content": "a"}, **stated}]}).encode())
    assert answer.response(streamed=False).finish_reasons == reasons


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ({"timings": {"cache_n": 12, "prompt_n": 8, "predicted_n": 10}}, Usage(20, 10, 12)),
        ({"timings": {"prompt_n": 8, "predicted_n": 10}}, Usage(8, 10)),
        ({"timings": {"prompt_ms": 1.5}}, None),
        ({"timings": {"prompt_n": 8, "predicted_n": 9}, "usage": {"prompt_tokens": 20}}, Usage(20)),
    ],
)
def test_timings_count_where_no_usage_does(chunk: dict[str, object], expected: Usage | None) -> None:
    """llama.cpp's, of a stream for which no usage was asked; what is cached is a part of the prompt."""
    answer = Answer()
    for timings in ({"timings": {"prompt_n": 8, "predicted_n": 1}} if expected else {}, chunk):
        merge(answer, Event(json.dumps({"model": "m", "choices": [{"delta": {"content": "a"}}], **timings}).encode()))
    assert answer.usage == expected
