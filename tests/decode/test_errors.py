"""Every shape of an error body that was seen gives its type, code and message."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.errors import read_error
from llmtap.decode.inference import ProviderError

SHAPES = {
    "openai": (
        b'{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"c"}}',
        ProviderError("invalid_request_error", "c", "m"),
    ),
    "anthropic": (
        b'{"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"r"}',
        ProviderError("overloaded_error", None, "m"),
    ),
    "google": (
        b'{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[]}}',
        ProviderError("RESOURCE_EXHAUSTED", "429", "m"),
    ),
    "google stream": (b'[{"error":{"code":400,"message":"m","status":"X"}}]', ProviderError("X", "400", "m")),
    "openrouter": (b'{"error":{"message":"m","code":402,"metadata":{}}}', ProviderError(None, "402", "m")),
    "azure": (
        b'{"error":{"message":"m","type":null,"code":"content_filter","status":400}}',
        ProviderError(None, "content_filter", "m"),
    ),
    "cohere": (b'{"id":"1","message":"m"}', ProviderError(None, None, "m")),
    "mistral": (
        b'{"object":"error","message":"m","type":"invalid_model","param":null,"code":"1500"}',
        ProviderError("invalid_model", "1500", "m"),
    ),
    "mistral list": (
        b'{"object":"error","message":{"detail":[{"type":"missing","loc":["body"],"msg":"m"}]},"type":"t","code":1}',
        ProviderError("t", "1", "m"),
    ),
    "fastapi": (b'{"detail":[{"type":"missing","loc":["body"],"msg":"m"}]}', ProviderError("missing", None, "m")),
    "detail": (b'{"detail":"m"}', ProviderError(None, None, "m")),
    "detail object": (b'{"detail":{"message":"m","code":"c"}}', ProviderError(None, "c", "m")),
    "ollama": (b'{"error":"m"}', ProviderError(None, None, "m")),
    "xai": (b'{"code":"c","error":"m"}', ProviderError(None, "c", "m")),
    "word and message": (b'{"error":"Unauthorized","message":"m"}', ProviderError("Unauthorized", None, "m")),
    "hugging face": (b'{"error":["m"]}', ProviderError(None, None, "m")),
    "cloudflare": (b'{"errors":[{"code":10000,"message":"m"}],"success":false}', ProviderError(None, "10000", "m")),
    "flat": (b'{"message":"m","type":"t","param":null,"code":"c"}', ProviderError("t", "c", "m")),
    "novita": (b'{"code":403,"reason":"R","message":"m","metadata":{}}', ProviderError("R", "403", "m")),
    "dashscope": (
        b'{"code":"InvalidApiKey","message":"m","request_id":"r"}',
        ProviderError(None, "InvalidApiKey", "m"),
    ),
    "baidu": (b'{"error_code":17,"error_msg":"m"}', ProviderError(None, "17", "m")),
    "minimax": (b'{"base_resp":{"status_code":1004,"status_msg":"m"}}', ProviderError(None, "1004", "m")),
    "aws": (
        b'{"__type":"com.amazon#AccessDeniedException","Message":"m"}',
        ProviderError("AccessDeniedException", None, "m"),
    ),
    "twice": (b'{"error":{"error":{"message":"m","type":"t"}}}', ProviderError("t", None, "m")),
    "html": (b"<!DOCTYPE html><head><title> 502 Bad </title>", ProviderError(message="502 Bad")),
    "html without title": (b"<html><body>x", ProviderError()),
    "nothing said": (b'{"object":"error"}', ProviderError()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape(shape: str) -> None:
    """The shapes of providers.md 1.8."""
    body, error = SHAPES[shape]
    assert read_error(body, failed=True) == error


@pytest.mark.parametrize("shape", SHAPES.keys() - {"cohere", "fastapi", "detail", "detail object"})
def test_an_error_in_success_says_so(shape: str) -> None:
    """A shape that names a type, a code or itself an error is one under any status."""
    body, error = SHAPES[shape]
    assert read_error(body) == error


@given(
    st.sampled_from(["message", "detail"]),
    st.text(),
    st.sampled_from(["", ',"code":0', ',"code":"200"', ',"type":"x"']),
)
def test_an_answer_is_no_error(name: str, words: str, beside: str) -> None:
    """Words of an answer that failed in nothing never become the words of an error."""
    body = b'{"%b":%b%b}' % (name.encode(), msgspec.json.encode(words), beside.encode())
    assert read_error(body) is None


def test_amazon_names_the_type_in_a_header() -> None:
    """What follows a colon is a URL."""
    headers = ((b"x-amzn-ErrorType", b"ThrottlingException:http://internal.amazon.com/"),)
    assert read_error(b'{"message":"m"}', headers) == ProviderError("ThrottlingException", None, "m")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"upstream connect error",
        b"{}",
        b"[]",
        b'{"error":null,"id":"x"}',
        b'{"error":{}}',
        b'{"message":{"role":"assistant","content":"hi"}}',
        b'{"base_resp":{"status_code":0,"status_msg":"success"}}',
        b'{"errors":[]}',
        b'{"error":"cut',
    ],
)
def test_no_error_is_none(body: bytes) -> None:
    """A body that states no error, and one that says nothing, give None."""
    assert read_error(body) is None


@given(st.binary() | st.sampled_from([body for body, _ in SHAPES.values()]).map(lambda body: body[:-9] + b"[[}]"))
def test_calm(body: bytes) -> None:
    """Law: no bytes whatever raise."""
    read_error(body, ((b"x-amzn-errortype", body),))
