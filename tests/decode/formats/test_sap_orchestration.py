"""Orchestration: what the model said, in its wrap of either version."""

from llmtap.decode.formats import sap_orchestration
from tests.decode.formats.laws import fold


def test_what_a_module_says_is_no_answer() -> None:
    """An event with an intermediate result alone states no error and carries nothing."""
    said = fold(sap_orchestration, [{"request_id": "r", "intermediate_results": {"templating": []}}])
    assert (said.error, said.messages) == (None, ())
