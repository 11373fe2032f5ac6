"""A count of tokens is an answer, and no usage."""

from llmtap.decode.answer import Answer
from llmtap.decode.formats import bedrock_count_tokens
from llmtap.decode.inference import ProviderError


def read(body: bytes) -> Answer:
    """An answer."""
    answer = Answer()
    bedrock_count_tokens.read_response(answer, body)
    return answer


def test_a_count_is_no_usage() -> None:
    """Nothing was consumed."""
    assert read(b'{"inputTokens":18}') == Answer()


def test_an_error_is_one() -> None:
    """A body that counts nothing is asked for the error it states."""
    assert read(b'{"code":"x","message":"No."}').error == ProviderError(None, "x", "No.")
