"""Models behind InvokeModel that are asked by a bare text: every maker's shape, and what no body may do."""

import json

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import bedrock_invoke
from llmtap.decode.inference import InferenceResponse, Message, Part, ProviderError, Usage


def read(body: object) -> InferenceResponse:
    """An unstreamed answer."""
    answer = Answer()
    bedrock_invoke.read_response(answer, json.dumps(body).encode())
    return answer.response(streamed=False)


def fold(*chunks: object) -> tuple[InferenceResponse, list[bool]]:
    """The answer that chunks add up to, and which of them carried text."""
    answer = Answer()
    carried = [bedrock_invoke.merge(answer, Event(json.dumps(chunk).encode(), "chunk")) for chunk in chunks]
    return answer.response(streamed=True), carried


def test_several_results_are_several_choices() -> None:
    """Each has its reason, and their tokens add up."""
    results = [
        {"outputText": "a", "tokenCount": 2, "completionReason": "FINISH"},
        {"outputText": "b", "tokenCount": 3, "completionReason": "LENGTH"},
    ]
    response = read({"inputTextTokenCount": 4.0, "results": results})
    assert (response.usage, response.finish_reasons) == (Usage(4, 5), ("FINISH", "LENGTH"))
    assert response.messages == tuple(Message("assistant", (Part("text", text),)) for text in "ab")


def test_counts_are_cumulative() -> None:
    """Llama states the output so far in each chunk, and the input in the first."""
    first = {"generation": "a", "prompt_token_count": 9, "generation_token_count": 1, "stop_reason": None}
    second = {"generation": "b", "prompt_token_count": None, "generation_token_count": 2, "stop_reason": None}
    last = {"generation": "", "prompt_token_count": None, "generation_token_count": 3, "stop_reason": "length"}
    response, carried = fold(first, second, last)
    assert (response.usage, response.completed, carried) == (Usage(9, 3), True, [True, True, False])
    assert fold(first, second)[0].completed is False


def test_a_choice_without_its_reason_is_not_complete() -> None:
    """The reason of every choice that was seen is the end mark."""
    assert fold({"outputs": [{"text": "a", "stop_reason": None}]})[0].completed is False
    assert fold({"outputs": [{"text": "a", "stop_reason": "stop"}]})[0].completed is True


@pytest.mark.parametrize(
    "body", [{"embedding": [1]}, {"embeddings": [[1]]}, {"embeddingsByType": {}}, {"images": [""]}]
)
def test_vectors_and_images_are_no_error(body: dict[str, object]) -> None:
    """They hold no words and, but for Titan's, no counts: images are counted themselves."""
    assert read(body).error is None
    assert read(body).usage == (Usage(images=1) if "images" in body else None)


def test_an_error_stands_where_no_answer_does() -> None:
    """In a body, and in a stream."""
    assert read({"code": "x", "message": "No."}).error == ProviderError(None, "x", "No.")
    answer = Answer()
    bedrock_invoke.merge(answer, Event(b'{"error":{"type":"x","message":"y"}}', "error"))
    assert answer.error == ProviderError("x", None, "y")


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ({"inputText": "a"}, ["a"]),
        ({"text_prompts": [{"text": "a"}, {"text": "b", "weight": -1}]}, ["a", "b"]),
        ({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a"}}, ["a"]),
        ({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {"text": {"value": "a"}}}, ["a"]),
        ({"inputImage": "AA=="}, []),
    ],
)
def test_every_maker_is_asked_in_his_way(body: object, texts: list[str]) -> None:
    """The texts of a request are parts of one message."""
    messages = bedrock_invoke.read_request(json.dumps(body).encode()).messages
    assert [part.text for message in messages for part in message.parts] == texts
