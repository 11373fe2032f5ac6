"""generateContent in both directions, its stream as a fold, and what no body may do to it."""

import json
from collections.abc import Iterable

import msgspec
import pytest

from llmtap.capture.exchange import Body
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event, json_array, server_sent_events
from llmtap.decode.formats import gemini_generate
from llmtap.decode.inference import InferenceRequest, InferenceResponse, Message, Part, ProviderError, Usage
from tests.exchanges.story import Story, stories

STREAMS = [story for story in stories("gemini_generate") if story.streamed]


def fold(events: Iterable[Event]) -> Answer:
    """The answer that events add up to; one that is no JSON adds nothing."""
    answer = Answer()
    for event in events:
        try:
            gemini_generate.merge(answer, event)
        except msgspec.MsgspecError:
            continue
    return answer


def cut(body: bytes) -> list[Event]:
    """The events of a stream, an array or not."""
    return list((json_array if body.startswith(b"[") else server_sent_events)(Body.whole(body)))


def read(body: object) -> InferenceResponse:
    """An unstreamed answer."""
    answer = Answer()
    gemini_generate.read_response(answer, json.dumps(body).encode())
    return answer.response(streamed=False)


def asked(**members: object) -> InferenceRequest:
    """A request."""
    return gemini_generate.read_request(json.dumps(members).encode())


def chunk(**candidate: object) -> Event:
    """An event with one candidate."""
    return Event(json.dumps({"candidates": [candidate]}).encode())


def test_each_query_is_a_search_once() -> None:
    """Empty ones and repetitions are not billed, and what two candidates or events asked alike was asked once."""
    first = {"webSearchQueries": ["", "tide today", "tide today", "moon"]}
    second = {"webSearchQueries": ["moon", "storm"]}
    counted = {"promptTokenCount": 5, "candidatesTokenCount": 7}
    whole = read(
        {"candidates": [{"groundingMetadata": first}, {"groundingMetadata": second}], "usageMetadata": counted}
    )
    usage = Event(json.dumps({"usageMetadata": counted}).encode())
    streamed = fold([chunk(groundingMetadata=first), usage, chunk(groundingMetadata=second)]).response(streamed=True)
    assert whole.usage == streamed.usage == Usage(5, 7, web_searches=3)


def test_an_answer_without_queries_counts_no_search() -> None:
    """A model that was offered the search and did not use it says so by an empty object, or by nothing."""
    body = {"candidates": [{"groundingMetadata": {}}], "usageMetadata": {"promptTokenCount": 5}}
    assert read(body).usage == Usage(5)


@pytest.mark.parametrize(
    ("config", "level"),
    [
        ({"thinkingLevel": "HIGH", "thinkingBudget": 5}, "high"),
        ({"thinkingBudget": 512}, "512"),
        ({"thinkingBudget": 0}, "0"),
        ({"thinking_budget": -1}, "-1"),
        ({"includeThoughts": True}, None),
        (None, None),
    ],
)
def test_how_hard_to_think(config: object, level: str | None) -> None:
    """The level, or else the budget; a budget of 0 is stated."""
    assert asked(generationConfig={"thinkingConfig": config}).reasoning_level == level


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"responseModalities": ["TEXT", "IMAGE"]}, "image"),
        ({"responseModalities": ["audio"]}, "speech"),
        ({"responseModalities": [1]}, "text"),
        ({"responseMimeType": "application/json"}, "json"),
        ({"responseMimeType": "text/x.enum"}, "text"),
        ({"response_mime_type": "application/json"}, "json"),
        ({}, None),
    ],
)
def test_what_is_to_come_out(config: object, kind: str | None) -> None:
    """Media are asked for by modality, JSON by its MIME type."""
    assert asked(generationConfig=config).output_type == kind


@pytest.mark.parametrize(
    ("tools", "names"),
    [
        ([{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}, {"googleSearch": {}}], ("a", "b", "googleSearch")),
        ({"function_declarations": [{"name": "a"}, {}, 7]}, ("a",)),
        ([{"functionDeclarations": {"name": "a"}, "codeExecution": None}], ("a",)),
        (None, ()),
    ],
)
def test_the_tools_on_offer(tools: object, names: tuple[str, ...]) -> None:
    """Functions by their names, the server's own tools by their kind; null is no offer."""
    assert asked(tools=tools).tools == names


def test_a_wrapped_request() -> None:
    """Code Assist names the model outside, countTokens inside of the wrapping."""
    inner = {"contents": "Hi", "systemInstruction": "Be brief."}
    said = (Message("system", (Part("text", "Be brief."),)), Message("user", (Part("text", "Hi"),)))
    request = asked(model="gemini-2.5-pro", project="p", request=inner | {"session_id": "s"})
    assert (request.model, request.conversation_id, request.messages) == ("gemini-2.5-pro", "s", said)
    request = asked(generateContentRequest=inner | {"model": "models/gemini-2.5-pro"})
    assert (request.model, request.messages) == ("gemini-2.5-pro", said)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("STOP", ("STOP",)), (1, ("STOP",)), (3, ("SAFETY",)), (9, ("9",)), (0, ()), (None, ()), ("", ())],
)
def test_finish_reasons(reason: object, expected: tuple[str, ...]) -> None:
    """They may be numbers; those on which Google's two APIs disagree stay numbers."""
    assert read({"candidates": [{"finishReason": reason}]}).finish_reasons == expected


@pytest.mark.parametrize(("reason", "expected"), [("OTHER", ("OTHER",)), (4, ("PROHIBITED_CONTENT",)), (None, ())])
def test_a_blocked_prompt(reason: object, expected: tuple[str, ...]) -> None:
    """What blocked it is the finish reason; feedback without one blocks nothing."""
    body = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 5}}
    assert (read(body).finish_reasons, read(body).usage) == (expected, Usage(5))
    assert fold([Event(json.dumps(body).encode())]).completed is bool(expected)


def test_a_stream_is_complete_when_every_candidate_is() -> None:
    """There is no end marker; older models repeat their finish reason in each event."""
    events = [chunk(index=0, finishReason="STOP"), chunk(index=1), chunk(index=1, finishReason="STOP")]
    assert [fold(events[:end]).completed for end in range(4)] == [False, True, False, True]
    assert fold([Event(b"[DONE]")]).completed is True


def test_content_is_told_from_the_rest() -> None:
    """Text, thoughts, calls and media are content; signatures, results and empty texts are none."""
    pieces = [
        {"text": "a"},
        {"text": "a", "thought": True},
        {"functionCall": {}},
        {"inlineData": {}},
        {"text": "", "thoughtSignature": "c2ln"},
        {"codeExecutionResult": {"output": "1"}},
    ]
    events = [chunk(content={"parts": [piece]}) for piece in pieces]
    assert [gemini_generate.merge(Answer(), event) for event in events] == [True, True, True, True, False, False]


def test_errors() -> None:
    """An object, an array of one, or an event in the midst of an answer that stays."""
    error = {"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}}
    expected = ProviderError("UNAVAILABLE", "503", "Busy.")
    assert read(error).error == read([error]).error == expected
    answer = fold([chunk(content={"parts": [{"text": "a"}]}), Event(json.dumps(error).encode())])
    assert (answer.error, len(answer.parts)) == (expected, 1)
    assert read({"totalTokens": 7}).error is None


@pytest.mark.parametrize("story", STREAMS, ids=lambda story: story.name)
def test_a_cut_stream_never_says_more_than_the_whole(story: Story) -> None:
    """Wherever a stream is cut, its output does not exceed that of the whole, nor does its input."""
    body = story.response_body
    whole = fold(cut(body)).usage or Usage()
    for end in range(0, len(body), 53):
        usage = fold(cut(body[:end])).usage or Usage()
        assert (usage.output_tokens or 0) <= (whole.output_tokens or 0)
        assert (usage.input_tokens or 0) <= (whole.input_tokens or 0)
