"""Orchestration: what the model said, in its wrap of either version."""

from hypothesis import given, settings

from llmtap.decode.formats import sap_orchestration
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """config modules prompt_templating model params prompt template final_result orchestration_result
    choices message content usage error stream enabled messages_history"""


def test_what_a_module_says_is_no_answer() -> None:
    """An event with an intermediate result alone states no error and carries nothing."""
    said = fold(sap_orchestration, [{"request_id": "r", "intermediate_results": {"templating": []}}])
    assert (said.error, said.messages) == (None, ())


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(sap_orchestration, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(sap_orchestration, b'{"final_result":', b'{"config":')
