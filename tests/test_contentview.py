"""The view shows a call as the conversation it was, streamed or not, and a comment says what it came to."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import contentviews, http
from mitmproxy import flow as mitmproxy_flow
from mitmproxy.test import tflow

from llmtap.capture.exchange import Failure
from llmtap.capture.provider import Providers
from llmtap.config import load
from llmtap.contentview import LLMContentview, comment, register, request_text, response_text
from llmtap.decode.inference import (
    Inference,
    InferenceRequest,
    InferenceResponse,
    Message,
    Part,
    ProviderError,
    Usage,
)
from llmtap.enrich.cost import Cost, Prices
from llmtap.enrich.latency import Latency
from tests.exchanges.story import Story
from tests.fakes import answers
from tests.fakes.ask import ANSWER

SETTINGS = load(None)
PROVIDERS, PRICES = Providers(SETTINGS.providers, SETTINGS.capture), Prices(SETTINGS.prices)
VIEW = LLMContentview(PROVIDERS, PRICES)
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
ASKED = [{"role": "user", "content": "What is the capital of France?"}]
TOOL = {"name": "weather", "function": {"name": "weather"}, "input_schema": {}}
JSON = http.Headers(content_type="application/json")


def flow_of(dialect: str, model: str, *, stream: bool = False, **more: object) -> http.HTTPFlow:
    """Return the finished flow of a call to the simulated provider."""
    host = "api.anthropic.com" if dialect == "messages" else "api.openai.com"
    asked = {"model": model, "stream": stream, "input" if dialect == "responses" else "messages": ASKED, **more}
    body = json.dumps(asked).encode()
    request = http.Request.make("POST", f"https://{host}{PATHS[dialect]}", body, JSON)
    reply = answers.answer(PATHS[dialect], host, body, "")
    response = http.Response.make(reply.status, b"", http.Headers((k.encode(), v.encode()) for k, v in reply.headers))
    response.raw_content = b"".join(reply.pieces)
    return tflow.tflow(req=request, resp=response)


def shown(flow: http.HTTPFlow, message: http.Message | None) -> contentviews.ContentviewResult:
    """Return what mitmproxy shows of a message when the user chose no view."""
    assert message is not None
    register(PROVIDERS, PRICES)
    return contentviews.prettify_message(message, flow)


@pytest.fixture(autouse=True)
def _options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mitmproxy.ctx.options", tflow_options(), raising=False)


def tflow_options() -> object:
    """Return the options of a mitmproxy that was told nothing."""
    from mitmproxy.options import Options  # noqa: PLC0415 -- its default loop policy is of no use to other tests

    return Options()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("dialect", PATHS)
def test_an_answer_is_shown_as_its_words(dialect: str, stream: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    """Streamed or not, the words of an answer stand together under the role, the facts below them."""
    model = "claude-haiku-4-5" if dialect == "messages" else "gpt-4o-mini"
    flow = flow_of(dialect, model, stream=stream, stream_options={"include_usage": True})

    result = shown(flow, flow.response)

    assert result.view_name == "LLM"
    assert f"assistant\n  {ANSWER}" in result.text
    assert f"model       {model}-20" in result.text
    assert "tokens      6 in → 16 out" in result.text
    assert "cost        $0.0000" in result.text


@pytest.mark.parametrize("dialect", PATHS)
def test_a_tool_call_is_shown_with_its_arguments(dialect: str) -> None:
    """A streamed tool call is one line with name, arguments and id."""
    flow = flow_of(dialect, "claude-haiku-4-5" if dialect == "messages" else "gpt-4o-mini", stream=True, tools=[TOOL])

    text = shown(flow, flow.response).text

    assert re.search(r'  → weather\(\{"place": ?"Paris"\}\)  \[\w+\]\n', text)


def test_a_request_is_shown_as_what_was_asked() -> None:
    """A request shows its messages, then model, tools and parameters."""
    flow = flow_of("chat", "gpt-4o-mini", stream=True, temperature=0.5, tools=[TOOL])

    result = shown(flow, flow.request)

    assert result.view_name == "LLM"
    assert "user\n  What is the capital of France?\n" in result.text
    assert "model       gpt-4o-mini\n" in result.text
    assert "tools       weather\n" in result.text
    assert "parameters  stream true, temperature 0.5" in result.text


def test_an_error_body_is_shown_in_words() -> None:
    """A refused call shows the provider's error code and message."""
    flow = flow_of("chat", "gpt-4o-mini-429")

    assert "error       rate_limit_exceeded: Rate limit reached" in shown(flow, flow.response).text


@pytest.mark.parametrize(
    ("host", "story"),
    [
        ("api.x.ai", Story("xai_chat", "stream")),
        ("generativelanguage.googleapis.com", Story("gemini_generate", "rpc_stream")),
    ],
)
def test_grpc_is_shown_as_its_words(host: str, story: Story) -> None:
    """Frames of protobuf are as legible as JSON, on either side."""
    path = "/xai_api.Chat/GetCompletionChunk" if host == "api.x.ai" else story.facts.path
    kind = http.Headers(content_type="application/grpc")
    request = http.Request.make("POST", f"https://{host}{path}", story.request_body, kind)
    flow = tflow.tflow(req=request, resp=http.Response.make(200, story.response_body, kind))

    asked, said = shown(flow, flow.request), shown(flow, flow.response)

    assert (asked.view_name, said.view_name) == ("LLM", "LLM")
    assert f"model       {story.facts.request['model']}\n" in asked.text
    assert "tokens      3" in said.text


def test_what_is_no_llm_call_is_left_to_other_views() -> None:
    """A flow of another host gets a negative priority, and a ValueError when the view is forced on it."""
    request = http.Request.make("POST", "https://example.com/a/form", b"{}", JSON)
    flow = tflow.tflow(req=request, resp=http.Response.make(200, b"{}", JSON))
    metadata = contentviews.Metadata(flow=flow, http_message=flow.response)

    assert VIEW.render_priority(b"{}", metadata) < 0
    assert shown(flow, flow.response).view_name == "JSON"
    with pytest.raises(ValueError, match="no LLM call"):
        VIEW.prettify(b"{}", metadata)


@settings(max_examples=200, deadline=None)
@given(
    st.binary()
    | st.text().map(str.encode)
    | st.dictionaries(st.text(), st.text()).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_raise_anything_but_a_value_error(body: bytes) -> None:
    """Whatever the bodies are, the view shows a text that can be sent on, or raises ValueError."""
    request = http.Request.make("POST", "https://api.openai.com/v1/chat/completions", body)
    flow = tflow.tflow(req=request, resp=http.Response.make(200, body, http.Headers(content_encoding="identity")))
    for message in (flow.request, flow.response):
        metadata = contentviews.Metadata(flow=flow, http_message=message)
        assert isinstance(VIEW.render_priority(body, metadata), float)
        try:
            VIEW.prettify(body, metadata).encode()
        except ValueError as error:
            assert not isinstance(error, UnicodeError)  # noqa: PT017 -- either way is right


def test_registering_twice_leaves_one_view() -> None:
    """A later registration replaces the earlier one."""
    register(PROVIDERS, PRICES)
    register(PROVIDERS, PRICES)

    assert contentviews.registry.available_views().count("llm") == 1


def test_a_comment_is_one_line_of_what_is_known() -> None:
    """Tokens, cost, first token, model and end stand in one line, what a narrow column shows first."""
    usage = Usage(input_tokens=1200, cache_read_input_tokens=1024, output_tokens=350, reasoning_output_tokens=0)
    response = InferenceResponse(model="gpt-4o-mini", usage=usage, finish_reasons=("stop",))
    inference = Inference("chat", "openai_chat", response=response)
    cost = Cost("priced", total=Decimal("0.000467"))

    line = comment(inference, cost, Latency(first_token=0.4123))

    assert line == "1,200→350 · $0.000467 · first 412 ms · gpt-4o-mini · stop"


def test_a_comment_leaves_out_what_is_unknown() -> None:
    """Nothing unknown is written as 0; how a call failed is said."""
    asked = InferenceRequest(model="gpt-4o-mini")

    failed = Inference("chat", None, asked, InferenceResponse(error=ProviderError(code="rate_limit_exceeded")))
    cut = Inference("chat", None, asked, InferenceResponse(completed=False))

    assert comment(failed, Cost("unmetered"), Latency()) == "gpt-4o-mini · rate_limit_exceeded"
    assert comment(cut, Cost("unmetered"), Latency(first_token=0.012)) == "first 12 ms · gpt-4o-mini · cut off"
    assert comment(Inference("chat", None), Cost("unmetered"), Latency()) == ""


def test_a_comment_counts_one_side_in_words() -> None:
    """An embedding has no output; a call that was not streamed is timed as a whole."""
    response = InferenceResponse(usage=Usage(input_tokens=8))
    line = comment(Inference("embeddings", None, response=response), Cost("unmetered"), Latency(duration=1.234))

    assert line == "8 in · 1.2 s"


def test_a_failure_is_the_end() -> None:
    """A call whose connection failed ends with the failure, whatever the model said its end was."""
    message = Message("assistant", (Part("text", "The"),))
    response = InferenceResponse(model="m", finish_reasons=("stop",), messages=(message,))
    inference, failure = Inference("chat", None, response=response), Failure("client_disconnected", "gone")

    assert comment(inference, Cost("unmetered"), Latency(), failure) == "m · client_disconnected"
    assert "error       client_disconnected: gone\n" in response_text(inference, Cost("unmetered"), failure)


def test_an_error_of_the_connection_is_shown() -> None:
    """The view of a flow that broke off says how."""
    flow = flow_of("chat", "gpt-4o-mini", stream=True)
    flow.error = mitmproxy_flow.Error("server disconnected")

    assert "error       stream_interrupted: server disconnected" in shown(flow, flow.response).text


def test_long_lines_are_folded() -> None:
    """Text is folded at blanks and stays under its own indent; no word is lost or cut, and code stays as it is."""
    words, code, word = "word " * 60, "    x = 1\n\n\ty", "z" * 300
    message = Message("user", (Part("text", f"  {words}\n{code}\n{word}"),))
    text = request_text(Inference("chat", None, InferenceRequest(messages=(message,))))

    assert text.split() == ["user", *words.split(), *code.split(), word, "─" * 40]
    assert max(len(line) for line in text.split("\n") if word not in line) <= 102
    assert "\n    word word" in text
    assert "\n      x = 1\n" in text


@pytest.mark.parametrize(
    ("total", "written"),
    [("0.000467", "$0.000467"), ("0.00000012", "$0.000000120"), ("1234.5", "$1,234.50"), ("0", "$0.00")],
)
def test_money_keeps_three_digits(total: str, written: str) -> None:
    """A cost has at least cents, and three significant digits however small it is."""
    assert comment(Inference("chat", None), Cost("priced", total=Decimal(total)), Latency()) == written


def test_every_kind_of_part_has_its_form() -> None:
    """Reasoning, refusals, tool results and media can be told from words; long arguments stand over several lines."""
    arguments = json.dumps({"place": "Paris", "days": list(range(20))})
    parts = (
        Part("reasoning", "Let me think."),
        Part("refusal", "I will not."),
        Part("tool_call", arguments, "call_1", "weather"),
        Part("tool_result", "18 °C", "call_1"),
        Part("media", "image/png"),
    )

    text = request_text(Inference("chat", None, InferenceRequest(messages=(Message("user", parts),))))

    for form in (
        "(reasoning)\n    Let",
        "(refusal)\n    I",
        '→ weather({\n    "place"',
        "← result  [call_1]\n    18 °C",
    ):
        assert f"  {form}" in text
    assert "  [image/png]" in text


def test_a_stream_without_its_end_is_called_cut_off() -> None:
    """What arrived of a cut stream is shown, and that it is not all."""
    response = InferenceResponse(model="m", completed=False, messages=(Message("assistant", (Part("text", "The"),)),))

    text = response_text(Inference("chat", None, response=response), Cost("unmetered"))

    assert text.startswith("assistant\n  The\n")
    assert "finish      cut off before its end" in text
