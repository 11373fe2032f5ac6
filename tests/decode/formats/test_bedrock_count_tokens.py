"""A count of tokens is an answer, and no usage."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.events import Event
from llmtap.decode.formats import bedrock_count_tokens
from llmtap.decode.inference import Answer, ProviderError


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


@given(st.binary(max_size=64) | st.sampled_from([b'{"input":{"converse":{"messages":[3]}}}', b'{"input":3}', b"{}"]))
def test_nothing_but_a_msgspec_error_is_raised(data: bytes) -> None:
    """Whatever the bytes are, each of the three functions reads them or raises what it promises."""
    for attempt in (
        lambda: bedrock_count_tokens.merge(Answer(), Event(data)),
        lambda: bedrock_count_tokens.read_response(Answer(), data),
        lambda: bedrock_count_tokens.read_request(data),
    ):
        try:
            attempt()
        except msgspec.MsgspecError:
            continue
