"""Every shape of an error body that was seen gives its type, code and message."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint, Exchange, Request, Response
from llmtap.decode.decoder import decode
from llmtap.decode.errors import LONGEST_ERROR, read_error
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
    "stability": (b'{"id":"1","name":"unauthorized","errors":["m"]}', ProviderError("unauthorized", None, "m")),
    "writer": (
        b'{"tpe":"T","errors":[{"description":"m","key":"fail.unauthorized","extras":{}}]}',
        ProviderError("fail.unauthorized", None, "m"),
    ),
    "ionos": (
        b'{"httpStatus":401,"messages":[{"errorCode":"paas-auth-1","message":"m"}]}',
        ProviderError(None, "paas-auth-1", "m"),
    ),
    "hugging face": (b'{"error":["m"]}', ProviderError(None, None, "m")),
    "cloudflare": (b'{"errors":[{"code":10000,"message":"m"}],"success":false}', ProviderError(None, "10000", "m")),
    "flat": (b'{"message":"m","type":"t","param":null,"code":"c"}', ProviderError("t", "c", "m")),
    "novita": (b'{"code":403,"reason":"R","message":"m","metadata":{}}', ProviderError("R", "403", "m")),
    "dashscope": (
        b'{"code":"InvalidApiKey","message":"m","request_id":"r"}',
        ProviderError(None, "InvalidApiKey", "m"),
    ),
    "baidu": (b'{"error_code":17,"error_msg":"m"}', ProviderError(None, "17", "m")),
    "deepgram": (b'{"err_code":"Bad Request","err_msg":"m"}', ProviderError(None, "Bad Request", "m")),
    "minimax": (b'{"base_resp":{"status_code":1004,"status_msg":"m"}}', ProviderError(None, "1004", "m")),
    "spark": (
        b'{"header":{"code":10013,"message":"m","sid":"s","status":2}}',
        ProviderError(None, "10013", "m"),
    ),
    "tencent": (
        b'{"Response":{"Error":{"Code":"AuthFailure","Message":"m"},"RequestId":"r"}}',
        ProviderError(None, "AuthFailure", "m"),
    ),
    "zhipu": (b'{"code":1302,"msg":"m","success":false}', ProviderError(None, "1302", "m")),
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


@pytest.mark.parametrize("shape", SHAPES.keys() - {"cohere", "fastapi", "detail", "detail object", "ionos"})
def test_an_error_in_success_says_so(shape: str) -> None:
    """A shape that names a type, a code or itself an error is one under any status."""
    body, error = SHAPES[shape]
    assert read_error(body) == error


IN_SUCCESS = (
    ("minimax_chat", b'{"choices":null,"usage":{"total_tokens":0},"base_resp":{"status_code":1002}}', "1002"),
    ("openai_chat", b'{"choices":null,"usage":{"total_tokens":0},"base_resp":{"status_code":1002}}', "1002"),
    ("openai_chat", b'data: {"choices":[],"base_resp":{"status_code":1027}}\n\n', "1027"),
    ("openai_chat", b'{"error":{"code":"1302","message":"m"}}', "1302"),
    ("openai_chat", b'data: {"error":{"code":"1302","message":"m"}}\n\n', "1302"),
    ("openai_chat", b'{"code":10013,"message":"m","sid":"s"}', "10013"),
    (
        "openai_chat",
        b'{"error":{"code":"AccountOverdueError","message":"m","type":"Forbidden"}}',
        "AccountOverdueError",
    ),
    ("openai_chat", b'data: {"code":"Throttling","message":"m"}\n\n', "Throttling"),
    ("openai_embeddings", b'{"vectors":null,"total_tokens":0,"base_resp":{"status_code":1008}}', "1008"),
    ("openai_images", b'{"base_resp":{"status_code":1026,"status_msg":"m"}}', "1026"),
    ("openai_audio", b'{"base_resp":{"status_code":1004,"status_msg":"m"}}', "1004"),
    ("anthropic_messages", b'{"base_resp":{"status_code":1004,"status_msg":"m"}}', "1004"),
    ("dashscope_native", b'{"code":"InvalidParameter","message":"m","request_id":"r"}', "InvalidParameter"),
    ("dashscope_native", b'event:error\ndata:{"code":"Throttling","message":"m"}\n\n', "Throttling"),
    ("baidu_wenxin", b'{"error_code":336003,"error_msg":"m","id":"i"}', "336003"),
    ("baidu_wenxin", b'data: {"error_code":336003,"error_msg":"m"}\n\n', "336003"),
    ("cohere_rerank", b'{"code":20012,"message":"m","data":null}', "20012"),
    ("cloudflare_run", b'{"success":false,"errors":[{"code":5007,"message":"m"}],"result":null}', "5007"),
)


@pytest.mark.parametrize(("wire_format", "body", "code"), IN_SUCCESS)
def test_an_error_may_have_the_status_of_success(wire_format: str, body: bytes, code: str) -> None:
    """Whoever answers so, whole or in a stream: the call failed, and its code is told."""
    kind = b"text/event-stream" if b"data:" in body else b"application/json"
    asked = Request("POST", "https", "h", 443, "/", (), Body.whole(b"{}"))
    answer = Response(200, ((b"content-type", kind),), Body.whole(body))
    found = decode(Exchange("0", 0.0, None, Endpoint("p", wire_format=wire_format), asked, answer)).response
    assert found.error is not None
    assert found.error.code == code


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
        b'{"header":{"code":0,"message":"Success"}}',
        b'{"Response":{"Choices":[]}}',
        b'{"code":200,"msg":"ok","success":true}',
        b'{"error":"cut',
    ],
)
def test_no_error_is_none(body: bytes) -> None:
    """A body that states no error, and one that says nothing, give None."""
    assert read_error(body) is None


def test_a_body_too_long_for_an_error_is_none() -> None:
    """A huge answer is never built to find out that it states no error."""
    body = b'{"error":{"message":"m"},"data":"%b"}'
    assert read_error(body % (b"x" * 1000)) == ProviderError(message="m")
    assert read_error(body % (b"x" * LONGEST_ERROR)) is None


@given(st.binary() | st.sampled_from([body for body, _ in SHAPES.values()]).map(lambda body: body[:-9] + b"[[}]"))
def test_calm(body: bytes) -> None:
    """Law: no bytes whatever raise."""
    read_error(body, ((b"x-amzn-errortype", body),))
