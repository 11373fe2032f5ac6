"""SenseNova: OpenAI's chat within `data`."""

from hypothesis import given, settings

from llmtap.decode.formats import sensenova_chat
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """data id choices index message delta finish_reason usage prompt_tokens completion_tokens total_tokens status
    code tool_calls reasoning_content messages role content model"""


def test_counts_of_an_answer_that_is_not_made_are_none() -> None:
    """They are 0 until it is."""
    counts = [{"prompt_tokens": n, "completion_tokens": n, "total_tokens": 2 * n} for n in (0, 3)]
    events = [{"data": {"choices": [], "usage": count}} for count in counts]
    assert [fold(sensenova_chat, events[:n]).usage for n in (1, 2)] == [None, Usage(3, 3)]


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(sensenova_chat, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(sensenova_chat, b'{"data":', b'{"data":{"choices":', b'{"messages":')
