"""Vertex AI's predict: what each kind of model counts, and what none of them says is None."""

import json

import msgspec
import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import gemini_predict
from llmtap.decode.inference import ProviderError, Usage


def read(body: object) -> Answer:
    """An answer."""
    answer = Answer()
    gemini_predict.read_response(answer, json.dumps(body).encode())
    return answer


def vector(count: object) -> dict[str, object]:
    """The prediction of an embedding."""
    return {"embeddings": {"values": [0.1], "statistics": {"token_count": count}}}


@pytest.mark.parametrize(
    ("predictions", "usage"),
    [
        ([vector(2)], Usage(2)),
        ([vector(2), vector(3.0)], Usage(5)),
        ([vector(2), vector(None)], None),
        ([vector(2), {}], None),
        ([{"content": "a"}], None),
        ([], None),
    ],
)
def test_tokens_of_embeddings(predictions: object, usage: Usage | None) -> None:
    """They are added up over the inputs, if all of them state some."""
    assert read({"predictions": predictions}).usage == usage


@pytest.mark.parametrize(
    ("tally", "usage"),
    [
        ({"inputTokenCount": {"totalTokens": 5}, "outputTokenCount": {"totalTokens": 2}}, Usage(5, 2)),
        ({"inputTokenCount": {"totalTokens": 5}}, Usage(5)),
        ({}, None),
    ],
)
def test_tokens_of_text(tally: object, usage: Usage | None) -> None:
    """They stand in the metadata."""
    assert read({"predictions": [{"content": "a"}], "metadata": {"tokenMetadata": tally}}).usage == usage


def test_chat_predictions() -> None:
    """Each candidate's words are kept."""
    answer = read({"predictions": [{"candidates": [{"author": "1", "content": "a"}, {"content": "b"}]}]})
    assert ["".join(draft.text) for draft in answer.parts.values()] == ["a", "b"]


def test_what_else_a_model_says() -> None:
    """Whatever it is, it is no error; an error is one."""
    assert read({"predictions": ["words", 7, {"new": 1}]}).error is None
    answer = Answer()
    assert gemini_predict.merge(answer, Event(b'{"error":{"message":"m"}}')) is False
    assert answer.error == ProviderError(message="m")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1"])
def test_what_is_not_json(body: bytes) -> None:
    """The one documented error."""
    with pytest.raises(msgspec.MsgspecError):
        gemini_predict.read_response(Answer(), body)
    with pytest.raises(msgspec.MsgspecError):
        gemini_predict.read_request(body)
