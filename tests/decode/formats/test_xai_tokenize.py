"""xAI's Tokenize over gRPC: a count that is no usage."""

from llmtap.decode.formats import xai_tokenize
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message


def test_tokens_that_were_only_cut_are_no_usage() -> None:
    """The model is all that is kept."""
    said = fold(xai_tokenize, [message({"1 tokens": [{"1 token_id": 9}], "2 model": "grok-4-0709"})])
    assert (said.model, said.usage) == ("grok-4-0709", None)
