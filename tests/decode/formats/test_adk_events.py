"""Events of an agent: whole ones count, partial ones only arrive."""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.formats import adk_events
from tests.decode.formats.laws import fold

PARTIAL = {"invocationId": "e", "author": "a", "partial": True, "content": {"parts": [{"text": "Ca"}]}}
USED = {"promptTokenCount": 20, "candidatesTokenCount": 3}
WHOLE = {"invocationId": "e", "author": "a", "content": {"parts": [{"text": "Calm."}]}, "usageMetadata": USED}


def test_what_streams_comes_again_whole() -> None:
    """A run that breaks off within an answer is not complete, and has stated nothing of it."""
    cut, whole = fold(adk_events, [PARTIAL]), fold(adk_events, [PARTIAL | {"usageMetadata": USED}, WHOLE])
    assert (cut.completed, cut.messages, cut.usage) == (False, (), None)
    assert whole.usage is not None
    assert (whole.completed, whole.usage.input_tokens, whole.messages[0].parts[0].text) == (True, 20, "Calm.")


def test_a_list_is_a_run() -> None:
    """The usage of all its events is added up."""
    answer = Answer()
    adk_events.read_response(answer, msgspec.json.encode([WHOLE, WHOLE]))
    said = answer.response(streamed=False)
    assert said.usage is not None
    assert (said.id, said.usage.input_tokens, said.usage.output_tokens) == ("e", 40, 6)


def test_an_event_may_be_an_error() -> None:
    """The model's is stated by an event, the server's stands in the place of one."""
    told = fold(adk_events, [{"author": "a", "errorCode": "SAFETY", "errorMessage": "m"}])
    stopped = fold(adk_events, [{"error": "session lost"}])
    assert told.error is not None
    assert stopped.error is not None
    assert (told.error.code, stopped.error.message) == ("SAFETY", "session lost")
