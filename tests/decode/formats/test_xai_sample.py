"""xAI's Sample over gRPC: text that continues a prompt."""

from llmtap.decode.formats import xai_sample
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message


def test_choices_keep_apart() -> None:
    """Each has its own text and its own end, and the stream is complete when all have ended."""
    said = fold(
        xai_sample,
        [
            message({"2 choices": [{"3 text": "One"}, {"2 index": 1, "3 text": "Other"}]}),
            message({"2 choices": [{"1 finish_reason": 3}]}),
        ],
    )
    assert [part.text for answer in said.messages for part in answer.parts] == ["One", "Other"]
    assert (said.finish_reasons, said.completed) == (("REASON_STOP",), False)
