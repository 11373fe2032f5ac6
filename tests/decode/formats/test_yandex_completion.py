"""Yandex: each event says all that was said so far."""

from hypothesis import given, settings

from llmtap.decode.formats import yandex_completion
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """result alternatives message text status usage inputTextTokens completionTokens embedding numTokens
    messages toolCallList toolCalls functionCall arguments modelUri completionOptions maxTokens"""


def test_the_last_event_holds() -> None:
    """What came before is not said twice, and a partial status is no finish reason."""
    said = [
        {"result": {"alternatives": [{"message": {"text": text}, "status": "ALTERNATIVE_STATUS_PARTIAL"}]}}
        for text in ("Ca", "Calm.")
    ]
    answer = fold(yandex_completion, said)
    assert ("Calm.", (), False) == (answer.messages[0].parts[0].text, answer.finish_reasons, answer.completed)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(yandex_completion, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(yandex_completion, b'{"result":', b'{"messages":')
