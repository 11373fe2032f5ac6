"""Cohere's chat: a stream grows the message that an answer holds whole (its stories are in test_decoder)."""

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import cohere_chat
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole
from tests.exchanges.story import Story


def growth(index: int, **content: str) -> dict[str, object]:
    """A `content-delta`."""
    return {"type": "content-delta", "index": index, "delta": {"message": {"content": content}}}


def test_thinking_and_text_may_share_an_index() -> None:
    """Cohere has sent both under the index 0: words are told apart by their kind."""
    said = fold(cohere_chat, [growth(0, thinking="Hm"), growth(0, text="Ca"), growth(0, text="lm")])
    assert (Message("assistant", (Part("reasoning", "Hm"), Part("text", "Calm"))),) == said.messages


def test_the_name_of_an_event_stands_in_for_its_type() -> None:
    """`event: message-end` ends a stream whose data says no type."""
    body = {"delta": {"finish_reason": "COMPLETE", "usage": {"billed_units": {"input_tokens": 3}}}}
    said = fold(cohere_chat, [body], "message-end")
    assert (True, ("COMPLETE",), Usage(3)) == (said.completed, said.finish_reasons, said.usage)


def test_content_that_is_a_text() -> None:
    """A message may have plain words in place of a list."""
    assert whole(cohere_chat, {"message": {"content": "Calm"}}).messages[0].parts == (Part("text", "Calm"),)


def test_an_error_in_place_of_an_event() -> None:
    """What an error body says is read in a stream too."""
    said = fold(cohere_chat, [{"id": "8", "message": "too many tokens"}])
    assert ProviderError(message="too many tokens") == said.error


def test_another_dialect_leaves_nothing() -> None:
    """An answer of OpenAI's kind is not half read, so that the decoder may tell what it is."""
    said = whole(cohere_chat, {"choices": [{"message": {"content": "Hi"}}], "usage": {"prompt_tokens": 4}})
    assert (None, None, ()) == (said.usage, said.error, said.messages)


@pytest.mark.parametrize("story", ["plain", "stream"])
def test_an_unknown_address_is_told_by_its_answer(story: str) -> None:
    """Whoever serves it, at whatever path."""
    inference = decode(Story("cohere_chat", story).exchange(sniffed=True))
    assert ("cohere_chat", "chat") == (inference.wire_format, inference.operation)
