"""Langflow: the end says the whole again."""

from llmtap.decode.formats import langflow_run
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold


def test_a_flow_that_did_not_stream_says_it_at_the_end() -> None:
    """That is when its words came."""
    message = {"id": "m", "text": "Calm.", "properties": {"usage": {"input_tokens": 3, "output_tokens": 2}}}
    whole = {"outputs": [{"outputs": [{"results": {"message": message}}]}]}
    said = fold(langflow_run, [{"event": "end", "data": {"result": whole}}])
    assert (said.usage, said.messages[0].parts[0].text, said.completed) == (Usage(3, 2), "Calm.", True)
