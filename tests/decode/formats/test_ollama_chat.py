"""Ollama: a line and a whole answer are one shape, for chat, generate and embed."""

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import ollama_chat
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole
from tests.exchanges.story import Story


def test_every_call_is_a_new_one() -> None:
    """Calls without an id, all of index 0, in one line or in several, are not run together."""
    call = {"function": {"index": 0, "name": "tide", "arguments": {"port": "Brest"}}}
    for lines in ([{"message": {"tool_calls": [call, call]}}], [{"message": {"tool_calls": [call]}}] * 2):
        assert (Part("tool_call", '{"port":"Brest"}', None, "tide"),) * 2 == fold(ollama_chat, lines).messages[0].parts


@pytest.mark.parametrize(
    ("think", "expected"),
    [(b"true", "enabled"), (b"false", "disabled"), (b'"high"', "high"), (b"null", None), (b'""', None)],
)
def test_the_levels_of_thinking(think: bytes, expected: str | None) -> None:
    """A switch or a word."""
    assert expected == ollama_chat.read_request(b'{"model":"m","think":' + think + b"}").reasoning_level


@pytest.mark.parametrize(
    ("stated", "expected"), [(b'"json"', "json"), (b'{"type":"object"}', "json"), (b'""', None), (b"null", None)]
)
def test_the_format_of_an_output(stated: bytes, expected: str | None) -> None:
    """A word or a schema; an empty word asks for nothing."""
    assert expected == ollama_chat.read_request(b'{"format":' + stated + b"}").output_type


def test_no_limit_below_zero() -> None:
    """`num_predict` of -1 is no limit."""
    assert None is ollama_chat.read_request(b'{"options":{"num_predict":-1}}').max_tokens


def test_a_request_that_does_not_say_streams_all_the_same() -> None:
    """What was not said is not made up: the answer tells."""
    assert None is ollama_chat.read_request(b'{"model":"m","messages":[]}').stream


def test_pictures_are_media() -> None:
    """One for each, and none of the data."""
    asked = ollama_chat.read_request(b'{"prompt":"What?","images":["aGk=","aGk="]}')
    assert (Message("user", (Part("text", "What?"), *(Part("media", "image"),) * 2)),) == asked.messages


def test_counts_of_the_last_line() -> None:
    """A prompt that was cached may have no count: unknown, and not 0."""
    assert Usage(output_tokens=5) == whole(ollama_chat, {"response": "a", "done": True, "eval_count": 5}).usage
    assert Usage(0, 5) == whole(ollama_chat, {"done": True, "prompt_eval_count": 0, "eval_count": 5}).usage


def test_an_error_line() -> None:
    """It leaves what came before."""
    said = fold(ollama_chat, [{"message": {"content": "Ca"}}, {"error": "unexpected EOF"}])
    assert (ProviderError(message="unexpected EOF"), False) == (said.error, said.completed)
    assert "Ca" == said.messages[0].parts[0].text


@pytest.mark.parametrize("story", ["plain", "stream"])
def test_an_unknown_address_is_told_by_its_answer(story: str) -> None:
    """Whoever serves it, at whatever path."""
    inference = decode(Story("ollama_chat", story).exchange(sniffed=True))
    assert ("ollama_chat", "chat") == (inference.wire_format, inference.operation)
