"""Dify: the end of a message states the whole, nodes their own part."""

from llmtap.decode.formats import dify_app
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold


def test_a_price_of_nothing_is_none() -> None:
    """It is what a model without a price costs there; another currency is no dollar."""
    for price, currency, cost in (("0", "USD", None), ("0.25", "USD", "0.25"), ("0.25", "RMB", None)):
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_price": price, "currency": currency}
        said = fold(dify_app, [{"event": "message_end", "metadata": {"usage": usage}}])
        assert said.usage == Usage(3, 2)
        assert (said.reported_cost and str(said.reported_cost)) == cost


def test_the_message_counts_its_nodes() -> None:
    """A chat of a workflow tells of both; nodes of several models are of none."""
    nodes = [
        {"event": "node_finished", "data": {"process_data": {"model_name": name, "usage": {"prompt_tokens": 3}}}}
        for name in ("a", "b")
    ]
    end = {"event": "message_end", "metadata": {"usage": {"prompt_tokens": 7, "completion_tokens": 2}}}
    assert (fold(dify_app, nodes).usage, fold(dify_app, nodes).model) == (Usage(6), None)
    assert fold(dify_app, [*nodes, end]).usage == Usage(7, 2)


def test_a_form_is_its_words() -> None:
    """What an application is asked besides a question has names of its own."""
    asked = dify_app.read_request(b'{"inputs":{"topic":"sea","n":3,"tone":"dry"},"response_mode":"blocking"}')
    assert [part.text for part in asked.messages[0].parts] == ["sea", "dry"]
