"""Yandex: each event says all that was said so far."""

from llmtap.decode.formats import yandex_completion
from tests.decode.formats.laws import fold


def test_the_last_event_holds() -> None:
    """What came before is not said twice, and a partial status is no finish reason."""
    said = [
        {"result": {"alternatives": [{"message": {"text": text}, "status": "ALTERNATIVE_STATUS_PARTIAL"}]}}
        for text in ("Ca", "Calm.")
    ]
    answer = fold(yandex_completion, said)
    assert ("Calm.", (), False) == (answer.messages[0].parts[0].text, answer.finish_reasons, answer.completed)
