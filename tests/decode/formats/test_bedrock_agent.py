"""Bedrock's agents: the sum of what was traced, and nothing where nothing was."""

import json

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import bedrock_agent
from llmtap.decode.inference import ProviderError, Usage


def traced(kind: str, **counts: object) -> Event:
    """A trace of one call of a model."""
    made = {"modelInvocationOutput": {"metadata": {"usage": counts}, "rawResponse": {"content": "{}"}}}
    return Event(json.dumps({"sessionId": "s", "trace": {kind: made}}).encode(), "trace")


def fold(*events: Event) -> Answer:
    """The answer that events add up to."""
    answer = Answer()
    for event in events:
        bedrock_agent.merge(answer, event)
    return answer


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), None),
        ((traced("orchestrationTrace", inputTokens=5, outputTokens=2),), Usage(5, 2)),
        (
            (
                traced("preProcessingTrace", inputTokens=5, outputTokens=2),
                traced("orchestrationTrace", inputTokens=7, outputTokens=1),
            ),
            Usage(12, 3),
        ),
        ((traced("orchestrationTrace", inputTokens=5), traced("orchestrationTrace", outputTokens=-1)), Usage(5)),
    ],
)
def test_every_traced_call_counts(events: tuple[Event, ...], expected: Usage | None) -> None:
    """Whatever step it belongs to; without a trace the usage is unknown."""
    answer = fold(*events, Event(b"Thirty.", "chunk"))
    assert (answer.usage, answer.completed) == (expected, True)


def test_a_call_that_failed_counts_too() -> None:
    """Its trace states what it used where others state what they made."""
    failed = {"failureTrace": {"failureReason": "x", "metadata": {"usage": {"inputTokens": 5}}}}
    assert fold(Event(json.dumps({"trace": failed}).encode(), "trace")).usage == Usage(5)


def test_a_flow() -> None:
    """Its outputs are documents of any shape, its end is said with a reason, its agents leave their traces."""
    step = {"orchestrationTrace": {"modelInvocationOutput": {"metadata": {"usage": {"inputTokens": 5}}}}}
    traced_by = {"nodeDependencyTrace": {"traceElements": {"agentTraces": [{"trace": step}, {"trace": step}]}}}
    events = [{"trace": traced_by}, {"content": {"document": {"a": 1}}}, {"completionReason": "SUCCESS"}]
    said = fold(*(Event(json.dumps(event).encode(), "flow") for event in events)).response(streamed=True)
    assert (said.usage, said.finish_reasons, said.completed) == (Usage(10), ("SUCCESS",), True)
    assert said.messages[0].parts[0].text == '{"a":1}'
    asked = bedrock_agent.read_request(b'{"inputs":[{"content":{"document":"Hi"}}],"executionId":"e"}')
    assert (asked.messages[0].parts[0].text, asked.conversation_id) == ("Hi", "e")


def test_a_trace_alone_is_no_answer() -> None:
    """A stream that ends before its chunk was cut off."""
    assert fold(traced("orchestrationTrace", inputTokens=5)).completed is False


def test_a_chunk_is_plain_words() -> None:
    """Even when they look like JSON, or are no UTF-8."""
    answer = fold(Event(b'{"trace": 1}', "chunk"), Event(b"\xff", "chunk"))
    assert answer.part("text", "text").text == ['{"trace": 1}', "\ufffd"]


def test_a_body_without_output_states_an_error() -> None:
    """As that of a refusal does."""
    answer = Answer()
    bedrock_agent.read_response(answer, b'{"code":"x","message":"No."}')
    assert answer.error == ProviderError(None, "x", "No.")
