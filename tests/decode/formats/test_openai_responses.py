"""OpenAI's Responses API: both directions, its stream as a fold, and what no body may do to it."""

import json
from collections.abc import Iterable
from decimal import Decimal

import msgspec
import pytest

from llmtap.capture.exchange import Body
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event, server_sent_events
from llmtap.decode.formats import openai_responses
from llmtap.decode.inference import InferenceResponse, Part, ProviderError, Usage
from tests.exchanges.story import Story, stories

STREAMS = [story for story in stories("openai_responses") if story.streamed]


def fold(events: Iterable[Event]) -> Answer:
    """The answer that events add up to; one that is no JSON adds nothing."""
    answer = Answer()
    for event in events:
        try:
            openai_responses.merge(answer, event)
        except msgspec.MsgspecError:
            continue
    return answer


def events_of(name: str) -> list[Event]:
    """The events of a story."""
    return list(server_sent_events(Body.whole(Story("openai_responses", name).response_body)))


def read(**body: object) -> InferenceResponse:
    """An unstreamed answer that is completed unless `body` says otherwise."""
    answer = Answer()
    openai_responses.read_response(answer, json.dumps({"status": "completed", "output": [], **body}).encode())
    return answer.response(streamed=False)


def usage(**counts: object) -> Usage | None:
    """The usage that an unstreamed answer with these counts has."""
    return read(usage=counts).usage


def test_parts_are_inside_their_totals() -> None:
    """Cached and written tokens are inside the input, reasoning is inside the output."""
    assert usage(
        input_tokens=100,
        input_tokens_details={"cached_tokens": 40, "cache_write_tokens": 60},
        output_tokens=30,
        output_tokens_details={"reasoning_tokens": 20},
        total_tokens=130,
    ) == Usage(100, 30, 40, 60, reasoning_output_tokens=20)


def test_reasoning_left_out_of_the_output_is_added() -> None:
    """The total tells whether reasoning stands beside the output."""
    details = {"reasoning_tokens": 20}
    beside = usage(input_tokens=100, output_tokens=30, output_tokens_details=details, total_tokens=150)
    assert beside == Usage(100, 50, reasoning_output_tokens=20)


def test_a_part_beyond_its_whole_is_clamped() -> None:
    """More cached than input tokens is said to be inconsistent."""
    assert usage(input_tokens=100, input_tokens_details={"cached_tokens": 128}) == Usage(
        100, cache_read_input_tokens=100, inconsistent=True
    )


def test_a_relay_may_answer_in_the_words_of_chat() -> None:
    """`prompt_tokens` and `completion_tokens` are read where there are no others."""
    assert usage(prompt_tokens=8, completion_tokens=3) == Usage(8, 3)


@pytest.mark.parametrize("counts", [{}, {"input_tokens": -1}, {"input_tokens": None, "output_tokens": 1e99}])
def test_what_is_no_count_is_not_known(counts: dict[str, object]) -> None:
    """A usage without a sane count is no usage, and no 0."""
    assert usage(**counts) in (None, Usage())


def test_web_searches_are_counted_where_they_are_stated() -> None:
    """OpenAI states them beside the usage or in its items, xAI inside it; a call of the tool alone is no search."""
    assert read(usage={"input_tokens": 1}, tool_usage={"web_search": {"num_requests": 3}}).usage == Usage(
        1, web_searches=3
    )
    assert usage(input_tokens=1, server_side_tool_usage_details={"web_search_calls": 2}) == Usage(1, web_searches=2)
    assert read(usage={"input_tokens": 1}, output=[{"type": "web_search_call"}]).usage == Usage(1, server_tool_calls=1)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"cost_in_usd_ticks": 5_000_000}, Decimal("0.0005")),
        ({"cost": 0.0125}, Decimal("0.0125")),
        ({"cost": "NaN"}, None),
        ({}, None),
    ],
)
def test_a_stated_cost_is_in_dollars(stated: dict[str, object], expected: Decimal | None) -> None:
    """OpenRouter states it in USD, xAI in ticks of 1e-10 USD."""
    assert read(usage={"input_tokens": 1, **stated}).reported_cost == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "completed"}, ("completed",)),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, ("content_filter",)),
        ({"status": "incomplete"}, ("incomplete",)),
        ({"status": "failed", "error": {"code": "server_error", "message": "x"}}, ("failed",)),
        ({"status": "cancelled"}, ("cancelled",)),
        ({"status": "queued"}, ()),
        ({"status": "in_progress"}, ()),
        ({"status": None}, ()),
    ],
)
def test_the_finish_reason_is_the_providers_word(body: dict[str, object], expected: tuple[str, ...]) -> None:
    """It is the status of what is over, or the reason why it is incomplete; what goes on has none."""
    assert read(**body).finish_reasons == expected


def test_the_final_event_alone_tells_the_whole_answer() -> None:
    """A stream of which only the last event was seen gives the messages of the whole, and they arrived with it."""
    whole = events_of("tool_call_stream")
    answer = Answer()
    assert openai_responses.merge(answer, whole[-1])
    assert answer.response(streamed=True) == fold(whole).response(streamed=True)


def test_a_finished_item_stands_in_for_missing_deltas() -> None:
    """Where a hole took the deltas and the end, the finished items are what there is."""
    whole = events_of("tool_call_stream")
    done = [event for event in whole if event.name == "response.output_item.done"]
    assert fold(done).response(streamed=True).messages == fold(whole).response(streamed=True).messages


def test_deltas_alone_tell_the_answer() -> None:
    """Without the events that repeat them, the deltas add up to the same words."""
    whole = events_of("tool_call_stream")
    deltas = [e for e in whole if e.name and (e.name.endswith(".delta") or e.name.endswith("item.added"))]
    assert fold(deltas).response(streamed=True).messages == fold(whole).response(streamed=True).messages


def test_words_are_spoken_and_commands_are_told_in_deltas() -> None:
    """Sound is content of which nothing is kept, its transcript is text, and a command is what a tool is asked."""
    answer = Answer()
    for kind, carried in (
        ("audio.delta", True),
        ("audio.done", False),
        ("audio.transcript.delta", True),
        ("shell_call_command.delta", True),
    ):
        data = json.dumps({"type": f"response.{kind}", "delta": "ls"}).encode()
        assert openai_responses.merge(answer, Event(data)) is carried
    assert [part.kind for part in answer.response(streamed=True).messages[0].parts] == ["text", "tool_call"]


def test_item_ids_may_change_from_event_to_event() -> None:
    """Parts are told apart by their place, since GitHub Copilot gives an item a new id in each event."""
    delta = '{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"%s","delta":"%s"}'
    events = [Event((delta % pair).encode()) for pair in (("a", "Quay "), ("b", "five"))]
    assert fold(events).response(streamed=True).messages[0].parts == (Part("text", "Quay five"),)


def test_names_and_types_say_the_same() -> None:
    """A stream without `event:` lines gives the same answer, and a `type` beats a name."""
    whole = events_of("stream")
    expected = fold(whole).response(streamed=True)
    assert fold(Event(event.data) for event in whole).response(streamed=True) == expected
    assert fold(Event(event.data, "message") for event in whole).response(streamed=True) == expected


def test_an_error_event_is_read_flat_or_nested() -> None:
    """OpenAI's error event has its members at the top, others put them into an `error` object."""
    flat = b'{"type":"error","code":"server_error","message":"down","param":null}'
    nested = b'{"type":"error","error":{"type":"too_many_requests","code":"slow","message":"down"}}'
    assert fold([Event(flat, "error")]).error == ProviderError(None, "server_error", "down")
    assert fold([Event(nested, "error")]).error == ProviderError("too_many_requests", "slow", "down")
    assert fold([Event(b'{"error":{"message":"down"}}')]).error == ProviderError(None, None, "down")


def test_what_the_user_said_is_no_answer() -> None:
    """A compaction repeats the user's messages in its output."""
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "2+2?"}]}
    assert read(output=[said, {"type": "compaction", "encrypted_content": "gAAA"}]).messages == ()


def test_the_model_that_draws_is_named_by_its_tool() -> None:
    """The answer repeats the tools; a tool of another kind names no such model."""
    drawing = {"type": "image_generation", "model": "gpt-image-1"}
    assert read(tools=[{"type": "function", "name": "x"}, drawing]).image_tool_model == "gpt-image-1"
    assert read(tools=[{"type": "web_search"}]).image_tool_model is None


def test_a_conversation_may_be_an_id_or_an_object() -> None:
    """Both say which conversation it is."""
    for conversation in ("conv_1", {"id": "conv_1"}):
        body = json.dumps({"conversation": conversation}).encode()
        assert openai_responses.read_request(body).conversation_id == "conv_1"


@pytest.mark.parametrize("story", STREAMS, ids=lambda story: story.name)
def test_a_cut_stream_never_says_more_than_the_whole(story: Story) -> None:
    """Wherever a stream is cut, its usage is unknown or that of the whole."""
    body = story.response_body
    whole = fold(server_sent_events(Body.whole(body))).usage
    for end in range(0, len(body), 29):
        assert fold(server_sent_events(Body.whole(body[:end]))).usage in (None, whole)
