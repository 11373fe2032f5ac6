"""Chat Completions: what a request asks for, and how chunks and whole answers add up.

Whole exchanges are told by the stories in `tests/exchanges/openai_chat`; here stand the finer points.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import openai_chat
from llmtap.decode.inference import InferenceRequest, InferenceResponse, ProviderError, Usage


def asked(**members: object) -> InferenceRequest:
    """A request with the given members."""
    return openai_chat.read_request(json.dumps(members).encode())


def streamed(*chunks: Mapping[str, object] | bytes) -> InferenceResponse:
    """The answer that chunks add up to."""
    answer = Answer()
    for chunk in chunks:
        openai_chat.merge(answer, Event(chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()))
    return answer.response(streamed=True)


def chunk(delta: object, finish: object = None, index: int = 0, **members: object) -> dict[str, object]:
    """A chunk with one choice."""
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **members}


def test_every_parameter_is_read() -> None:
    """The names of the API reference, each into its field."""
    assert asked(
        model="m",
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=5,
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        frequency_penalty=0.1,
        presence_penalty=-0.1,
        seed=7,
        n=2,
        stop=["a", "b"],
        response_format={"type": "json_object"},
        reasoning_effort="high",
        service_tier="flex",
        user="u",
        tools=[{"type": "function", "function": {"name": "f"}}, {"type": "web_search"}, {"type": "x", "name": "g"}],
        functions=[{"name": "h"}],
    ) == InferenceRequest(
        model="m",
        stream=True,
        include_usage=True,
        max_tokens=5,
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        frequency_penalty=0.1,
        presence_penalty=-0.1,
        seed=7,
        choice_count=2,
        stop_sequences=("a", "b"),
        output_type="json",
        reasoning_level="high",
        service_tier="flex",
        user="u",
        tools=("f", "web_search", "g", "h"),
    )


def test_parameters_of_two_spellings() -> None:
    """The newer name of the limit wins; a single stop is a list of one; reasoning and user have two places."""
    assert asked(max_tokens=5, max_completion_tokens=6).max_tokens == 6
    assert asked(stop="a").stop_sequences == ("a",)
    assert asked(reasoning={"effort": "low"}).reasoning_level == "low"
    assert asked(safety_identifier="s").user == "s"


@pytest.mark.parametrize(
    ("members", "output_type"),
    [
        ({"response_format": {"type": "text"}}, "text"),
        ({"response_format": {"type": "json_schema"}}, "json"),
        ({"response_format": {"type": "grammar"}}, None),
        ({"modalities": ["text", "audio"]}, "speech"),
        ({"modalities": ["image", "text"]}, "image"),
        ({"modalities": ["text"]}, None),
        ({}, None),
    ],
)
def test_output_type(members: dict[str, object], output_type: str | None) -> None:
    """The words of OTel's `gen_ai.output.type`."""
    assert asked(**members).output_type == output_type


def test_a_request_that_is_no_object() -> None:
    """The one documented error."""
    for body in (b"", b"[]", b"model=m"):
        with pytest.raises(msgspec.MsgspecError):
            openai_chat.read_request(body)


@pytest.mark.parametrize(
    ("chunks", "completed"),
    [
        ([chunk({"content": "a"})], False),
        ([chunk({"content": "a"}), b"[DONE]"], True),
        ([chunk({"content": "a"}), b" [DONE] \n"], True),
        ([chunk({"content": "a"}, "stop")], True),
        ([chunk({"content": "a"}, "stop"), chunk({"content": "b"}, index=1)], False),
        ([chunk({"content": "a"}, "stop"), chunk({"content": "b"}, "stop", index=1)], True),
        ([chunk({"content": "a"}, ""), b""], False),
        ([], False),
    ],
)
def test_end_marks(chunks: list[Mapping[str, object] | bytes], completed: bool) -> None:  # noqa: FBT001 - of the table
    """`[DONE]`, or a finish reason for every choice that was seen."""
    assert streamed(*chunks).completed is completed


def test_the_last_usage_that_is_stated_wins() -> None:
    """Usage is cumulative where it is repeated, and null after it takes nothing back."""
    first, last = (
        {"prompt_tokens": 5, "completion_tokens": 1},
        {"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.1},
    )
    answer = streamed({"usage": first}, {"usage": last}, {"usage": None}, {"usage": {}})
    assert (answer.usage, answer.reported_cost) == (Usage(5, 2), Decimal("0.1"))


def test_groq_states_usage_aside() -> None:
    """`x_groq.usage` counts where `usage` is not stated."""
    aside = {"usage": {"prompt_tokens": 5, "completion_tokens": 2}}
    assert streamed(chunk({"content": "a"}, model="m"), chunk({}, "stop", model="m", x_groq=aside)).usage == Usage(5, 2)


def test_identity_comes_with_the_first_chunk_that_has_it() -> None:
    """Azure's first chunk has empty names."""
    answer = streamed({"id": "", "model": "", "choices": []}, chunk({}, id="i", model="m", system_fingerprint="f"))
    assert (answer.id, answer.model, answer.system_fingerprint) == ("i", "m", "f")


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (Event(b'{"error":{"message":"m","code":1302}}'), ProviderError(None, "1302", "m")),
        (Event(b'{"error":"m","choices":[]}'), ProviderError(message="m")),
        (Event(b'{"code":"Throttling","message":"m","request_id":"r"}'), ProviderError(None, "Throttling", "m")),
        (Event(b"{}", "error"), ProviderError(message="{}")),
        (
            Event(b'{"choices":[{"index":0,"delta":{},"error":{"code":502,"message":"m"}}]}'),
            ProviderError(None, "502", "m"),
        ),
        (Event(b'{"id":"i","choices":[],"error":null}'), None),
        (Event(b'{"id":"i","usage":{"prompt_tokens":1}}'), None),
    ],
)
def test_errors_within_a_stream(event: Event, error: ProviderError | None) -> None:
    """They come with status 200, by whatever shape; what was said before stands."""
    answer = Answer()
    openai_chat.merge(answer, Event(json.dumps(chunk({"content": "a"})).encode()))
    assert openai_chat.merge(answer, event) is False
    assert answer.error == error
    assert answer.response(streamed=True).messages != ()


def test_an_error_event_of_words() -> None:
    """Words that are no JSON are the message, though the event is unreadable."""
    answer = Answer()
    with pytest.raises(msgspec.MsgspecError):
        openai_chat.merge(answer, Event(b"overloaded", "error"))
    assert answer.error == ProviderError(message="overloaded")


def test_delta_and_message_in_one_chunk() -> None:
    """In a stream the delta counts and in a whole answer the message: Perplexity sends both in both."""
    both = {"choices": [{"index": 0, "message": {"content": "whole"}, "delta": {"content": "piece"}}]}
    assert streamed(both).messages[0].parts[0].text == "piece"
    answer = Answer()
    openai_chat.read_response(answer, json.dumps(both).encode())
    assert answer.response(streamed=False).messages[0].parts[0].text == "whole"


def test_a_completion_of_the_legacy_kind() -> None:
    """`text` counts where there is neither delta nor message: Together sends it beside the delta."""
    assert streamed({"choices": [{"index": 0, "text": "a"}]}).messages[0].parts[0].text == "a"
    beside = {"choices": [{"index": 0, "text": "a", "delta": {"content": "a"}}]}
    assert streamed(beside).messages[0].parts[0].text == "a"


def test_finish_reasons_are_the_providers_own() -> None:
    """A token number, as vLLM sends, is kept as its digits; an empty one is none."""
    assert streamed(chunk({}, 151645), chunk({}, "", index=1)).finish_reasons == ("151645",)
