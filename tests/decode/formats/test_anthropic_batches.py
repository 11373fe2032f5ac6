"""Message Batches: one model or none, and results that add up."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import anthropic_batches
from llmtap.decode.inference import Usage


def line(kind: str = "succeeded", **usage: int) -> Event:
    """One line of results."""
    message = {"model": "m", "usage": usage} if usage else None
    return Event(json.dumps({"custom_id": "a", "result": {"type": kind, "message": message}}).encode())


@pytest.mark.parametrize(("models", "model"), [(["a", "a"], "a"), (["a", "b"], None), ([], None), ([None], None)])
def test_the_model_of_a_batch(models: list[str | None], model: str | None) -> None:
    """It is known where all requests name the same."""
    requests = [{"custom_id": "x", "params": {"model": name}} for name in models]
    assert anthropic_batches.read_request(json.dumps({"requests": requests}).encode()).model == model


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1))
def test_results_add_up(counts: list[tuple[int, int]]) -> None:
    """Law: the usage is the sum over all lines, and nothing else grows with them."""
    answer = Answer()
    for uncached, output in counts:
        assert anthropic_batches.merge(answer, line(input_tokens=uncached, output_tokens=output)) is False
    assert answer.usage == Usage(sum(one for one, _ in counts), sum(other for _, other in counts))
    assert (answer.parts, answer.finish_reasons, answer.completed) == ({}, {0: "succeeded"}, True)


def test_a_line_without_a_message_counts_nothing() -> None:
    """It is known by how it ended, once."""
    answer = Answer()
    for event in (line("errored"), line("expired"), line("errored")):
        anthropic_batches.merge(answer, event)
    assert (answer.usage, list(answer.finish_reasons.values())) == (None, ["errored", "expired"])


def test_results_cut_off() -> None:
    """They are complete when their last line can be read."""
    answer = Answer()
    anthropic_batches.merge(answer, line())
    with pytest.raises(msgspec.MsgspecError):
        anthropic_batches.merge(answer, Event(b'{"custom_id":"b","resu'))
    assert answer.completed is False
