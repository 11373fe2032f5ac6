"""SenseNova: OpenAI's chat within `data`."""

from llmtap.decode.formats import sensenova_chat
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold


def test_counts_of_an_answer_that_is_not_made_are_none() -> None:
    """They are 0 until it is."""
    counts = [{"prompt_tokens": n, "completion_tokens": n, "total_tokens": 2 * n} for n in (0, 3)]
    events = [{"data": {"choices": [], "usage": count}} for count in counts]
    assert [fold(sensenova_chat, events[:n]).usage for n in (1, 2)] == [None, Usage(3, 3)]
