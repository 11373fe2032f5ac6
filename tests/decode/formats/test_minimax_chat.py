"""MiniMax's own chat: whoever speaks is a sender, and an error is a number in a success."""

import pytest

from llmtap.decode.formats import minimax_chat
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_the_reply_replaces_the_deltas() -> None:
    """The last event says all words once more."""
    said = [{"choices": [{"delta": word}]} for word in ("Hel", "lo")]
    answer = fold(minimax_chat, [*said, {"choices": [{"finish_reason": "stop"}], "reply": "Hello."}])
    assert (answer.messages[0].parts[0].text, answer.finish_reasons, answer.completed) == ("Hello.", ("stop",), True)


@pytest.mark.parametrize("code", [1000, 1002, 1004, 1008, 1013, 1027, 2013])
def test_a_number_other_than_zero_is_an_error(code: int) -> None:
    """Also where choices or a usage stand beside it."""
    body = {"choices": [], "usage": {"total_tokens": 0}, "base_resp": {"status_code": code, "status_msg": "m"}}
    assert whole(minimax_chat, body).error == ProviderError(None, str(code), "m")
    assert whole(minimax_chat, {"choices": [], "base_resp": {"status_code": 0}}).error is None


def test_a_total_tells_neither_side() -> None:
    """The first version states nothing else."""
    assert whole(minimax_chat, {"choices": [], "usage": {"total_tokens": 9}}).usage is None
    assert whole(minimax_chat, {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).usage == Usage(
        7, 2
    )
