"""Google's Live API: the events of one turn as a fold, its request as lines, and what no bytes may do."""

import json

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import gemini_live
from llmtap.decode.inference import InferenceResponse, Message, Part, ProviderError, Usage


def fold(*events: object) -> InferenceResponse:
    """The answer that events add up to."""
    answer = Answer()
    for event in events:
        gemini_live.merge(answer, Event(json.dumps(event).encode()))
    return answer.response(streamed=True)


def asked(**setup: object) -> bytes:
    """A request body of a setup alone."""
    return json.dumps({"setup": setup}).encode() + b"\n"


def test_thoughts_are_added_to_the_output() -> None:
    """Google counts thoughts beside the response (providers.md 1.6)."""
    counts = {"promptTokenCount": 10, "responseTokenCount": 4, "thoughtsTokenCount": 3, "totalTokenCount": 14}
    assert fold({"usageMetadata": counts}).usage == Usage(10, 7, reasoning_output_tokens=3)


def test_the_terms_of_a_turn() -> None:
    """They stand beside its counts."""
    assert fold({"usageMetadata": {"serviceTier": "priority"}}).service_tier == "priority"
    assert fold({"usageMetadata": {"trafficType": "PROVISIONED_THROUGHPUT"}}).service_tier == "PROVISIONED_THROUGHPUT"


def test_a_count_that_is_left_out_is_not_known() -> None:
    """A turn whose output nobody counted has none."""
    assert fold({"usageMetadata": {"promptTokenCount": 187, "totalTokenCount": 187}}).usage == Usage(187)


def test_each_query_of_a_turn_is_a_search() -> None:
    """They stand beside the words, in an event of their own."""
    grounding = {"serverContent": {"groundingMetadata": {"webSearchQueries": ["tide", "", "moon"]}}}
    usage = fold(grounding, {"usageMetadata": {"promptTokenCount": 5, "responseTokenCount": 7}}).usage
    assert usage == Usage(5, 7, web_searches=2)


def test_of_several_statements_the_last_holds() -> None:
    """A turn with a tool call may state its usage twice; it is never added up."""
    first, last = ({"promptTokenCount": 10 * n, "responseTokenCount": n} for n in (1, 2))
    assert fold({"usageMetadata": first}, {"usageMetadata": last}).usage == Usage(20, 2)


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ({"turnComplete": True}, ()),
        ({"turnComplete": True, "turnCompleteReason": "TURN_COMPLETE_REASON_UNSPECIFIED"}, ()),
        ({"turnComplete": True, "turnCompleteReason": "NEED_MORE_INPUT"}, ("NEED_MORE_INPUT",)),
        ({"interrupted": True, "turnComplete": True}, ("interrupted",)),
    ],
)
def test_how_a_turn_ends(content: object, reasons: tuple[str, ...]) -> None:
    """A turn that ends as usual states no reason."""
    response = fold({"serverContent": content})
    assert (response.finish_reasons, response.completed) == (reasons, True)


def test_the_model_is_named_without_its_place() -> None:
    """A resource name is cut to the model."""
    for name in ("models/m", "publishers/google/models/m", "projects/p/locations/l/publishers/google/models/m", "m"):
        assert gemini_live.read_request(asked(model=name)).model == "m"


def test_thinking_is_a_level_or_a_budget() -> None:
    """Of both the level is the one."""
    for thinking, level in (
        ({"thinkingLevel": "LOW", "thinkingBudget": 5}, "low"),
        ({"thinkingBudget": 5}, "5"),
        ({}, None),
    ):
        body = asked(generationConfig={"thinkingConfig": thinking})
        assert gemini_live.read_request(body).reasoning_level == level


def test_names_within_words_are_words() -> None:
    """Snake case is the API's in names only: what the user says stays as it is."""
    said = '{"turn_complete": 1}'
    turn = {"client_content": {"turns": [{"role": "user", "parts": [{"text": said}]}], "turn_complete": True}}
    request = gemini_live.read_request(json.dumps(turn).encode())
    assert request.messages == (Message("user", (Part("text", said),)),)


def test_a_line_that_cannot_be_read_costs_itself_alone() -> None:
    """Of a request the lines that can be read count; where there is none, the request is unreadable."""
    assert gemini_live.read_request(b'{"setup":\n' + asked(model="m")).model == "m"
    with pytest.raises(msgspec.MsgspecError):
        gemini_live.read_request(b"no json\n")


def test_an_unstreamed_error() -> None:
    """An upgrade that was refused answers as Google does."""
    answer = Answer()
    gemini_live.read_response(answer, b'{"error":{"code":403,"status":"PERMISSION_DENIED","message":"No."}}')
    assert answer.error == ProviderError("PERMISSION_DENIED", "403", "No.")
