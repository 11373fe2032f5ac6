"""Cohere's first chat and its generate: lines whose last one is the whole answer."""

from llmtap.decode.formats import cohere_v1_chat
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_the_whole_replaces_its_pieces() -> None:
    """What the last line says holds, and is not said twice."""
    last = {"response_id": "r", "text": "Calm sea", "finish_reason": "COMPLETE"}
    said = fold(
        cohere_v1_chat,
        [
            {"event_type": "text-generation", "text": "Calm"},
            {"event_type": "stream-end", "is_finished": True, "response": last},
        ],
    )
    assert ((Message("assistant", (Part("text", "Calm sea"),)),), True) == (said.messages, said.completed)
    assert ("r", ("COMPLETE",)) == (said.id, said.finish_reasons)


def test_a_stream_of_generations() -> None:
    """Each choice grows for itself; lines of Generate need no `event_type`."""
    lines = [{"text": "A", "index": 0}, {"text": "B", "index": 1}, {"text": "a", "index": 0}]
    lines.append({"is_finished": True, "finish_reason": "COMPLETE", "index": 1})
    assert ["Aa", "B"] == [one.parts[0].text for one in fold(cohere_v1_chat, lines).messages]


def test_a_stream_that_ends_in_an_error() -> None:
    """The last line has words for it, and may have a usage."""
    meta = {"billed_units": {"input_tokens": 4}}
    line = {"event_type": "stream-end", "is_finished": True, "finish_reason": "ERROR", "error": "timeout"}
    said = fold(cohere_v1_chat, [line | {"response": {"meta": meta}}])
    assert (ProviderError(message="timeout"), Usage(4)) == (said.error, said.usage)


def test_an_error_line() -> None:
    """A line that is an error body is read as one."""
    assert ProviderError(message="no") == fold(cohere_v1_chat, [{"message": "no"}]).error


def test_another_dialect_leaves_nothing() -> None:
    """Writer speaks OpenAI's dialect at the same path: the decoder must see that nothing was read."""
    body = {"id": "c", "object": "chat.completion", "choices": [], "usage": {"prompt_tokens": 3}}
    for said in (whole(cohere_v1_chat, body), fold(cohere_v1_chat, [body])):
        assert ((), None, None, ()) == (said.messages, said.usage, said.error, said.finish_reasons)
