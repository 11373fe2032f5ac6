"""Chats of applications: one question, one answer, one count at best."""

from llmtap.decode.formats import app_chat
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold, whole


def test_only_the_event_of_a_count_counts() -> None:
    """Flowise's nodes tell what they made too, and that again at the end."""
    counts = {"input_tokens": 3, "output_tokens": 2}
    ran = [{"data": {"output": {"usageMetadata": counts}}}]
    events: list[object] = [{"event": "usageMetadata", "data": counts}, {"event": "agentFlowExecutedData", "data": ran}]
    assert fold(app_chat, events).usage == Usage(3, 2)


def test_components_of_several_models_are_of_none() -> None:
    """Their tokens are a sum, which has no price of one model."""
    used = [{"usage": {"prompt_tokens": 3, "completion_tokens": 2, "name": name}} for name in ("a", "b")]
    said = whole(app_chat, {"answer": "x", "content": used})
    assert (said.usage, said.model) == (Usage(6, 4), None)
