"""Bedrock's Converse: both directions, its stream as a fold, and what no body may do to it."""

import json
from collections.abc import Iterable

import msgspec
import pytest

from llmtap.capture.exchange import Body
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.eventstream import event_stream
from llmtap.decode.formats import bedrock_converse
from llmtap.decode.inference import InferenceResponse, Part, ProviderError, Usage
from tests.exchanges.story import Story, stories

STREAMS = [story for story in stories("bedrock_converse") if story.streamed]


def fold(events: Iterable[Event]) -> InferenceResponse:
    """The answer that events add up to; one that cannot be read adds nothing."""
    answer = Answer()
    for event in events:
        try:
            bedrock_converse.merge(answer, event)
        except msgspec.MsgspecError:
            continue
    return answer.response(streamed=True)


def told(*events: object) -> InferenceResponse:
    """The answer that the payloads of frames add up to, whatever their names are."""
    return fold(Event(json.dumps(event).encode()) for event in events)


def read(body: object) -> InferenceResponse:
    """An unstreamed answer."""
    answer = Answer()
    bedrock_converse.read_response(answer, json.dumps(body).encode())
    return answer.response(streamed=False)


@pytest.mark.parametrize("story", STREAMS, ids=lambda story: story.name)
def test_an_event_is_told_by_its_members(story: Story) -> None:
    """Law: without the names of the frames, or wrapped in them as Nova does, a stream gives the same answer."""
    events = [event for event in event_stream(Body.whole(story.response_body)) if event.name not in (None, "error")]
    wrapped = [Event(b'{"%b":%b}' % ((event.name or "").encode(), event.data), "chunk") for event in events]
    assert fold(Event(event.data) for event in events) == fold(events) == fold(wrapped)


def test_the_usage_ends_the_stream() -> None:
    """A stop reason does not: the usage comes after it."""
    started, stopped = {"role": "assistant"}, {"stopReason": "end_turn"}
    counted = {"usage": {"inputTokens": 3, "outputTokens": 4}, "metrics": {}}
    assert told(started, stopped).completed is False
    assert told(started, stopped).finish_reasons == ("end_turn",)
    assert told(started, stopped, counted).completed is True
    assert told(started, stopped, counted).usage == Usage(3, 4)


def test_neighbouring_texts_are_one() -> None:
    """Nova sends each piece in a block of its own; a tool call between two texts parts them."""

    def text(index: int, words: str) -> dict[str, object]:
        return {"contentBlockIndex": index, "delta": {"text": words}}

    call = {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}}
    response = told(text(0, "a"), {"contentBlockIndex": 0}, text(1, "b"), call, {"contentBlockIndex": 2}, text(3, "c"))
    assert response.messages[0].parts == (Part("text", "ab"), Part("tool_call", "{}", "t", "f"), Part("text", "c"))
    blocks = [{"text": "a"}, {"text": "b"}, {"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}, {"text": "c"}]
    assert read({"output": {"message": {"content": blocks}}}).messages == response.messages


def test_a_tool_of_the_server_is_a_tool() -> None:
    """Its result stands in the answer, where a tool of the application has none."""
    response = told(
        {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "nova_grounding"}}},
        {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"q": 1}'}}},
        {"contentBlockIndex": 0},
        {"contentBlockIndex": 1, "start": {"toolResult": {"toolUseId": "t", "status": "success"}}},
        {"contentBlockIndex": 1, "delta": {"toolResult": [{"text": "found"}]}},
        {"contentBlockIndex": 2, "start": {"image": {"format": "png"}}},
    )
    assert response.messages[0].parts == (
        Part("tool_call", '{"q":1}', "t", "nova_grounding"),
        Part("tool_result", "found", "t"),
        Part("media", "image/*"),
    )


def test_tool_input_that_is_no_json_is_kept_as_it_is() -> None:
    """A call cut off by `max_tokens` shows what there is of its input, with its stop event or without."""
    grown = {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"port": "Br'}}}
    for events in ((grown,), (grown, {"contentBlockIndex": 0})):
        assert told(*events).messages[0].parts == (Part("tool_call", '{"port": "Br'),)


def test_an_error_stands_where_no_answer_does() -> None:
    """A body without output and usage is asked for the error it states."""
    assert read({"code": "x", "message": "No."}).error == ProviderError(None, "x", "No.")
    assert fold([Event(b'{"error":{"type":"x","message":"y"}}', "error")]).error == ProviderError("x", None, "y")


def test_an_odd_field_costs_only_itself() -> None:
    """A body with misfits gives all that fits."""
    body = {"output": {"message": {"role": 1, "content": [3, {"text": "Hi"}]}}, "stopReason": [], "usage": {
        "inputTokens": "5", "outputTokens": -1}}  # fmt: skip
    response = read(body)
    assert (response.usage, response.finish_reasons) == (Usage(5), ())
    assert response.messages[0].parts == (Part("text", "Hi"),)


@pytest.mark.parametrize(
    ("native", "level", "top_k"),
    [
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}, "high", None),
        ({"reasoning_config": {"type": "enabled"}, "k": 5}, "enabled", 5),
        ({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}, "low", None),
        ({"reasoning_effort": "medium", "inferenceConfig": {"topK": 7}}, "medium", 7),
    ],
)
def test_what_is_asked_in_a_models_own_words(native: object, level: str, top_k: float | None) -> None:
    """Anthropic's, Nova's, OpenAI's and Cohere's parameters pass through Converse as they are."""
    asked = bedrock_converse.read_request(json.dumps({"additionalModelRequestFields": native}).encode())
    assert (asked.reasoning_level, asked.top_k) == (level, top_k)


def test_an_input_is_finished_once() -> None:
    """An end that is repeated, with a piece before it or without, leaves what was finished as it is."""
    empty, piece = ({"contentBlockIndex": 0, "delta": {"toolUse": {"input": text}}} for text in ("", '{"a": 1}'))
    stop = {"contentBlockIndex": 0}
    answer = Answer()
    for data in (empty, piece, stop):
        bedrock_converse.merge(answer, Event(json.dumps(data).encode()))
    (draft,) = answer.parts.values()
    finished = draft.text[0]
    for data in (stop, piece, stop):
        bedrock_converse.merge(answer, Event(json.dumps(data).encode()))
    assert finished == '{"a":1}'
    assert draft.text[0] is finished
