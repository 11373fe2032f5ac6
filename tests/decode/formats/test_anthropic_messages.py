"""Anthropic's Messages API: both directions, its stream as a fold, and what no body may do to it."""

import json
from collections.abc import Iterable

import msgspec
import pytest

from llmtap.capture.exchange import Body
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event, server_sent_events
from llmtap.decode.formats import anthropic_messages
from llmtap.decode.inference import InferenceResponse, Part, Usage
from tests.exchanges.story import Story, stories

STREAMS = [story for story in stories("anthropic_messages") if story.streamed]


def fold(events: Iterable[Event]) -> Answer:
    """The answer that events add up to; one that is no JSON adds nothing."""
    answer = Answer()
    for event in events:
        try:
            anthropic_messages.merge(answer, event)
        except msgspec.MsgspecError:
            continue
    return answer


def sse(*events: dict[str, object]) -> list[Event]:
    """Events as they are sent, named by their type."""
    return [Event(json.dumps(event).encode(), str(event["type"])) for event in events]


def started(**usage: object) -> dict[str, object]:
    """A `message_start` with the given usage."""
    return {"type": "message_start", "message": {"type": "message", "id": "m", "model": "claude", "usage": usage}}


def ended(**usage: object) -> dict[str, object]:
    """A `message_delta` with the given usage."""
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}


def read(body: object) -> InferenceResponse:
    """An unstreamed answer."""
    answer = Answer()
    anthropic_messages.read_response(answer, json.dumps(body).encode())
    return answer.response(streamed=False)


def test_input_is_the_sum_of_its_three_counts() -> None:
    """OTel's input includes what was read from and written to the cache; Anthropic's does not."""
    usage = {"input_tokens": 6, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 300, "output_tokens": 9}
    assert read({"type": "message", "usage": usage}).usage == Usage(
        input_tokens=356, output_tokens=9, cache_read_input_tokens=300, cache_write_input_tokens=50
    )


def test_the_terms_have_a_price_each() -> None:
    """Tier, speed and place stand in the usage, at either end of a stream; a place that is not available is none."""
    terms = {"service_tier": "priority", "speed": "fast", "inference_geo": "us"}
    whole = read({"type": "message", "usage": terms})
    for answer in (whole, fold(sse(started(**terms), ended(output_tokens=1))), fold(sse(started(), ended(**terms)))):
        assert (answer.service_tier, answer.speed, answer.inference_geo) == ("priority", "fast", "us")
    assert read({"type": "message", "usage": {"inference_geo": "not_available"}}).inference_geo is None


def test_the_model_that_took_over_is_the_one_that_answered() -> None:
    """A stream begins with the model that was asked, and its last counts name the one that another handed over to."""
    answer = Answer()
    started = {"type": "message_start", "message": {"id": "m", "model": "a"}}
    ended = {"type": "message_delta", "usage": {"iterations": [{"type": "fallback_message", "model": "b"}]}}
    for event in (started, ended):
        anthropic_messages.merge(answer, Event(json.dumps(event).encode()))
    assert answer.model == "b"


def test_the_placeholder_of_message_start_is_no_output() -> None:
    """A stream that ends after its first event has an input and no output."""
    events = sse(started(input_tokens=10, cache_read_input_tokens=5, output_tokens=88))
    assert fold(events).usage == Usage(input_tokens=15, cache_read_input_tokens=5)


def test_an_input_of_zero_at_the_start_is_not_known_yet() -> None:
    """OpenRouter opens with zeros; cut there, the input is unknown and not 0."""
    assert fold(sse(started(input_tokens=0, output_tokens=0))).usage == Usage()


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        ({"input_tokens": 10}, {"output_tokens": 7}, Usage(10, 7)),
        ({"input_tokens": 10}, {"input_tokens": 30, "output_tokens": 7}, Usage(30, 7)),
        ({"input_tokens": 10}, {"input_tokens": 0, "output_tokens": 7}, Usage(10, 7)),
        ({"input_tokens": 0}, {"input_tokens": 30, "output_tokens": 7}, Usage(30, 7)),
        ({"input_tokens": 10, "cache_read_input_tokens": 90}, {"output_tokens": 7}, Usage(100, 7, 90)),
        (
            {"input_tokens": 10, "cache_read_input_tokens": 90},
            {"cache_read_input_tokens": 190, "output_tokens": 7},
            Usage(200, 7, 190),
        ),
        ({"input_tokens": None}, {"input_tokens": "30", "output_tokens": -7}, Usage(30)),
    ],
)
def test_later_counts_replace_earlier_ones(
    opening: dict[str, object], closing: dict[str, object], expected: Usage
) -> None:
    """Counts are cumulative: what `message_delta` states holds, what it leaves out stays as it was."""
    assert fold(sse(started(**opening), ended(**closing))).usage == expected


def test_every_message_delta_is_cumulative() -> None:
    """Two of them are not added up."""
    assert fold(sse(started(input_tokens=10), ended(output_tokens=5), ended(output_tokens=9))).usage == Usage(10, 9)


def test_thinking_is_inside_the_output() -> None:
    """More thinking than output is clamped and said to be inconsistent."""
    usage = {"input_tokens": 1, "output_tokens": 5, "output_tokens_details": {"thinking_tokens": 8}}
    assert read({"type": "message", "usage": usage}).usage == Usage(1, 5, reasoning_output_tokens=5, inconsistent=True)


def test_the_type_in_the_data_is_enough() -> None:
    """A stream without `event:` lines gives the same answer; where both speak, the data is believed."""
    story = Story("anthropic_messages", "tool_call_stream")
    events = list(server_sent_events(Body.whole(story.response_body)))
    expected = fold(events).response(streamed=True)
    assert fold(Event(event.data) for event in events).response(streamed=True) == expected
    assert fold(Event(event.data, "message") for event in events).response(streamed=True) == expected


def test_a_name_stands_in_for_a_type() -> None:
    """Data without a `type` is what its `event:` line says."""
    events = [Event(b'{"delta":{"text":"Hi"}}', "content_block_delta"), Event(b"{}", "message_stop")]
    assert (fold(events).completed, fold(events).part(0, "text").text) == (True, ["Hi"])


def test_a_delta_without_its_start_is_kept() -> None:
    """After a hole in a stream the words that follow are read all the same."""
    answer = Answer()
    delta: dict[str, object] = {"type": "content_block_delta", "index": 4, "delta": {"partial_json": '{"a":'}}
    assert [anthropic_messages.merge(answer, event) for event in sse(delta)] == [True]
    assert answer.response(streamed=True).messages[0].parts == (Part("tool_call", '{"a":'),)


def test_tool_input_that_is_no_json_is_kept_as_it_is() -> None:
    """A tool call cut off by `max_tokens` shows what there is of its input."""
    events = sse(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"partial_json": '{"port": "Br'}},
        {"type": "content_block_stop", "index": 0},
    )
    assert fold(events).response(streamed=True).messages[0].parts == (Part("tool_call", '{"port": "Br', "t"),)


def test_an_odd_field_costs_only_itself() -> None:
    """A body with misfits gives all that fits."""
    body = {"type": "message", "id": 7, "model": "claude", "content": [{"type": "text", "text": "Hi"}, 3], "usage": []}
    response = read(body)
    assert (response.id, response.model, response.usage) == ("7", "claude", None)
    assert response.messages[0].parts == (Part("text", "Hi"),)


@pytest.mark.parametrize("story", STREAMS, ids=lambda story: story.name)
def test_a_cut_stream_never_says_more_than_the_whole(story: Story) -> None:
    """Wherever a stream is cut, its output is unknown or that of the whole, and its input never exceeds it."""
    body = story.response_body
    whole = fold(server_sent_events(Body.whole(body))).usage or Usage()
    for end in range(0, len(body), 13):
        usage = fold(server_sent_events(Body.whole(body[:end]))).usage or Usage()
        assert usage.output_tokens in (None, whole.output_tokens)
        assert (usage.input_tokens or 0) <= (whole.input_tokens or 0)


def test_an_input_is_finished_once() -> None:
    """An end that is repeated, with a piece before it or without, leaves what was finished as it is."""
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "n"}}
    piece = {"type": "content_block_delta", "index": 0, "delta": {"partial_json": '{"a": 1}'}}
    stop = {"type": "content_block_stop", "index": 0}
    answer = fold(Event(json.dumps(data).encode()) for data in (start, piece, stop))
    finished = answer.parts[0].text[0]
    for data in (stop, piece, stop):
        anthropic_messages.merge(answer, Event(json.dumps(data).encode()))
    assert (answer.parts[0].text[0], finished) == (finished, '{"a":1}')
    assert answer.parts[0].text[0] is finished
