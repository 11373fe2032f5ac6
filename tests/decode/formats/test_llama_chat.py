"""Meta's chat: a message that completes, and metrics by name."""

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.formats import llama_chat
from tests.decode.formats.laws import fold


def test_a_stack_states_its_metrics_beside_the_last_event() -> None:
    """They stand outside the event, under names without a prefix."""
    last = {
        "event": {"event_type": "complete", "delta": {"type": "text", "text": "Calm."}, "stop_reason": "end_of_turn"},
        "metrics": [{"metric": "prompt_tokens", "value": 14}, {"metric": "completion_tokens", "value": 3.0}],
    }
    said = fold(llama_chat, [last])
    assert said.usage is not None
    assert (said.usage.input_tokens, said.usage.output_tokens) == (14, 3)
    assert (said.messages[0].parts[0].text, said.completed) == ("Calm.", True)


def test_a_stream_may_end_in_a_mark_or_in_an_error() -> None:
    """Relays add the mark; an error takes the place of an event."""
    assert fold(llama_chat, [b"[DONE]"]).completed
    failed = fold(llama_chat, [{"error": {"message": "busy", "type": "overloaded"}}])
    assert failed.error is not None
    assert (failed.error.type, failed.completed) == ("overloaded", False)


@pytest.mark.parametrize("value", ["1.5", '"NaN"', "null", '"many"'])
def test_what_counts_nothing_is_unknown(value: str) -> None:
    """A metric is typed as a number of any kind; only a whole one is a count of tokens."""
    answer = Answer()
    body = f'{{"completion_message": {{}}, "metrics": [{{"metric": "num_prompt_tokens", "value": {value}}}]}}'
    llama_chat.read_response(answer, body.encode())
    assert answer.usage is None


def test_content_may_come_in_pieces() -> None:
    """One piece stands for itself, several for all that was said."""
    for content in ('"Calm."', '{"type": "text", "text": "Calm."}', '[{"type": "text", "text": "Calm."}]'):
        answer = Answer()
        llama_chat.read_response(answer, f'{{"completion_message": {{"content": {content}}}}}'.encode())
        assert answer.response(streamed=False).messages[0].parts[0].text == "Calm."
