"""Behind InvokeModel: which dialect, and the counts beside the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Headers
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import Usage
from llmtap.decode.usage.invocation import DOOR, Invoked, headed, invoked, metered

DIALECTS: list[tuple[str | None, bytes, bytes, str, str]] = [
    (None, b'{"anthropic_version":"x","messages":[]}', b"", "anthropic_messages", "chat"),
    (None, b'{"prompt":"x","max_tokens_to_sample":9}', b"", "anthropic_completions", "text_completion"),
    (None, b'{"schemaVersion":"messages-v1","messages":[]}', b"", "bedrock_converse", "chat"),
    (None, b'{"messages":[],"inferenceConfig":{}}', b"", "bedrock_converse", "chat"),
    ("us.amazon.nova-lite-v1:0", b'{"messages":[]}', b"", "bedrock_converse", "chat"),
    (None, b'{"messages":[]}', b'{"output":{"message":{', "bedrock_converse", "chat"),
    ("openai.gpt-oss-20b-1:0", b'{"messages":[]}', b"", "openai_chat", "chat"),
    (None, b'{"message":"x"}', b"", "cohere_v1_chat", "chat"),
    ("cohere.command-text-v14", b'{"prompt":"x"}', b"", "cohere_v1_chat", "text_completion"),
    (None, b'{"prompt":"x"}', b'{"generations":[', "cohere_v1_chat", "text_completion"),
    (None, b'{"texts":["x"],"input_type":"search_query"}', b"", "cohere_embed", "embeddings"),
    (None, b'{"query":"x","documents":[]}', b"", "cohere_rerank", "rerank"),
    (None, b'{"texts":["x"]}', b"", "cohere_embed", "embeddings"),
    (None, b'{"images":["x"],"input_type":"image"}', b"", "cohere_embed", "embeddings"),
    (None, b'{"texts":null,"messages":null,"chat_history":null,"prompt":"x"}', b"", DOOR, "text_completion"),
    (None, b'{"query":"x","inputText":"x"}', b"", DOOR, "text_completion"),
    (None, b'{"documents":["x"],"inputText":"x"}', b"", DOOR, "text_completion"),
    (None, b'{"inputText":"x"}', b'{"embedding":[0.5', DOOR, "embeddings"),
    ("amazon.titan-embed-text-v2:0", b'{"inputText":"x"}', b"", DOOR, "embeddings"),
    (None, b'{"taskType":"SINGLE_EMBEDDING"}', b"", DOOR, "embeddings"),
    (None, b'{"taskType":"TEXT_IMAGE"}', b"", DOOR, "image_generation"),
    (None, b'{"text_prompts":[{"text":"x"}]}', b"", DOOR, "image_generation"),
    (None, b'{"prompt":"x"}', b'{"seeds":[1],"images":["', DOOR, "image_generation"),
    (None, b'{"inputText":"x"}', b'{"results":[', DOOR, "text_completion"),
    (None, b'{"prompt":"x"}', b'{"generation":"', DOOR, "text_completion"),
    (None, b"not json", b"", DOOR, "text_completion"),
    (None, b"[]", b"\xff", DOOR, "text_completion"),
]


@pytest.mark.parametrize(("model", "request_body", "answer", "wire_format", "operation"), DIALECTS)
def test_the_bodies_tell_the_dialect(
    model: str | None, request_body: bytes, answer: bytes, wire_format: str, operation: str
) -> None:
    """By members that no other dialect has, by the maker of the model, by the answer; and somebody reads it."""
    assert invoked(DOOR, model, request_body, answer) == Invoked(wire_format, operation)
    assert wire_format in FORMATS


def test_other_doors_say_what_is_behind_them() -> None:
    """A wire format that is known needs no bodies."""
    assert invoked("openai_chat", None, b'{"anthropic_version":"x"}', b"") == Invoked("openai_chat")
    assert invoked(None, None, b"", b"") == Invoked(None)


def stated(**counts: str) -> Headers:
    """Response headers with counts."""
    return tuple(
        (f"X-Amzn-Bedrock-{name.replace('_', '-')}-Token-Count".encode(), value.encode())
        for name, value in counts.items()
    )


@pytest.mark.parametrize(
    ("usage", "headers", "expected"),
    [
        (None, (), None),
        (None, stated(input="9", output="4"), Usage(9, 4)),
        (None, stated(input="9"), Usage(9)),
        (None, stated(input="9", output="4", cache_read_input="100", cache_write_input="0"), Usage(109, 4, 100, 0)),
        (Usage(109, 4, 100), stated(input="9", output="5"), Usage(109, 4, 100)),
        (Usage(None, 4), stated(input="9", output="5"), Usage(9, 4)),
        (None, stated(input="-9", output="4.5", cache_read_input="1" * 20), None),
        (None, stated(input="٣"), None),
    ],
)
def test_headers_fill_in_what_is_missing(usage: Usage | None, headers: Headers, expected: Usage | None) -> None:
    """And replace nothing; what is no count is none."""
    assert expected == headed(usage, headers)


def test_metrics_fill_in_and_end_the_stream() -> None:
    """They are read when the event that holds them has been merged."""
    answer = Answer()
    data = b'{"x":1,"amazon-bedrock-invocationMetrics":{"inputTokenCount":5,"outputTokenCount":7.0}}'
    events = [Event(b'{"x":0}'), Event(data)]
    seen = [(event, answer.completed) for event in metered(answer, events)]
    assert seen == [(events[0], False), (events[1], False)]
    assert (answer.usage, answer.completed) == (Usage(5, 7), True)


@given(st.binary(max_size=40), st.text(max_size=20) | st.none(), st.binary(max_size=40))
def test_any_bodies_have_a_dialect(request_body: bytes, model: str | None, answer: bytes) -> None:
    """Nothing raises, and the dialect is always one that is read."""
    assert invoked(DOOR, model, request_body, answer).wire_format in FORMATS
    event = Event(b'"amazon-bedrock-invocationMetrics"' + request_body)
    assert list(metered(Answer(), [event])) == [event]
