"""LangGraph: what a model used counts once, whatever tells of it."""

from llmtap.decode.formats import langgraph_runs
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold

AI = {"type": "ai", "id": "1", "content": "Calm.", "usage_metadata": {"input_tokens": 3, "output_tokens": 2}}


def test_the_same_message_counts_once() -> None:
    """However often a stream tells of it."""
    state = {"messages": [{"type": "human", "content": "?"}, AI]}
    assert fold(langgraph_runs, [state, state], "values").usage == Usage(3, 2)
    assert fold(langgraph_runs, [{"a": state}, {"b": state}], "updates|sub:1").usage == Usage(3, 2)


def test_pieces_add_up() -> None:
    """Of a piece that comes again nothing is known, since each is what was new."""
    said = fold(langgraph_runs, [[AI, {}], [AI, {}]], "messages")
    assert (said.usage, said.messages[0].parts[0].text) == (Usage(6, 4), "Calm.Calm.")


def test_a_whole_message_may_be_the_last() -> None:
    """Unless it calls a tool; one that still grows is not."""
    calling = {**AI, "tool_calls": [{"id": "c", "name": "look", "args": {}}]}
    for name, message, completed in (("updates", AI, True), ("updates", calling, False)):
        assert fold(langgraph_runs, [{"agent": {"messages": [message]}}], name).completed is completed
    assert [fold(langgraph_runs, [[AI]], f"messages/{kind}").completed for kind in ("partial", "complete")] == [
        False,
        True,
    ]


def test_what_was_said_before_the_question_is_another_runs() -> None:
    """A thread keeps all of it."""
    earlier = [{**AI, "id": "0"}, {"type": "human", "content": "?"}]
    assert fold(langgraph_runs, [{"messages": earlier}], "values").usage is None
    assert fold(langgraph_runs, [{"messages": [*earlier, AI]}], "values").usage == Usage(3, 2)
