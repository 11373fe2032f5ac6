"""Langflow: the end says the whole again."""

from hypothesis import given, settings

from llmtap.decode.formats import langflow_run
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies

WORDS = """event data result session_id outputs results message id text chunk error properties source usage input_tokens
    output_tokens token end input_value"""


def test_a_flow_that_did_not_stream_says_it_at_the_end() -> None:
    """That is when its words came."""
    message = {"id": "m", "text": "Calm.", "properties": {"usage": {"input_tokens": 3, "output_tokens": 2}}}
    whole = {"outputs": [{"outputs": [{"results": {"message": message}}]}]}
    said = fold(langflow_run, [{"event": "end", "data": {"result": whole}}])
    assert (said.usage, said.messages[0].parts[0].text, said.completed) == (Usage(3, 2), "Calm.", True)


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(langflow_run, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(langflow_run, b'{"outputs":', b'{"data":{"result":', b'{"data":')
