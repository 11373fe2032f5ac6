"""The first bytes tell the framing, and the bodies tell the wire format when the path does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.framing import Framing, framing, sounding, spoken
from tests.exchanges.frames import frames
from tests.exchanges.story import Story, stories

FRAMED: list[tuple[bytes, str, Framing]] = [
    (b"data: {}\n\n", "text/event-stream", "events"),
    (b"data: {}\n\n", "application/json", "events"),
    (b"\xef\xbb\xbf\r\n: keep-alive\r\n\r\ndata:{}", "", "events"),
    (b"event: x\ndata: {}\n\n", "application/octet-stream", "events"),
    (b"id:1\n", "text/plain", "events"),
    (b"message:\ndata:{}\n\n", "", "events"),
    (b"message: read the data: here", "", "other"),
    (b"", "text/event-stream; charset=utf-8", "events"),
    (b"unknown: x\n\n", "text/event-stream", "events"),
    (b'{"error":{}}', "text/event-stream", "json"),
    (b'\n\n   \n{"id":1}', "application/json", "json"),
    (b"[{}]", "", "json"),
    (b'[{"error":{}}]', "application/json", "json"),
    (b'[ {"candidates": [', "application/json", "array"),
    (b'\n[{"a":1,"usageMetadata":{}}\n,\r\n{}]', "application/json", "array"),
    (b'[{"text":"\\"candidates\\": []"}]', "application/json", "json"),
    (b'{\n  "a": 1\n}\n', "application/json", "json"),
    (b'{"a":1}\n', "application/json", "json"),
    (b'{"a":1}\n{"a":2}\n', "application/json", "lines"),
    (b'{"done":true}', "application/x-ndjson", "lines"),
    (b"{[}\n{", "application/json", "json"),
    (b"<html>", "text/event-stream", "other"),
    (b"\x89PNG", "image/png", "other"),
    (b"upstream error", "application/json", "other"),
    (next(frames(b'{"event": "a", "data": {}}')), "", "frames"),
    (b"\0\0", "application/vnd.amazon.eventstream", "frames"),
    (b'{"message":"no"}', "application/vnd.amazon.eventstream", "json"),
    (b"", "application/vnd.amazon.eventstream", "other"),
    (b"", "", "other"),
]


@pytest.mark.parametrize(("body", "kind", "expected"), FRAMED)
def test_the_bytes_decide(body: bytes, kind: str, expected: Framing) -> None:
    """Whatever the content type says; it breaks a tie."""
    assert framing(body, ((b"Content-Type", kind.encode()),)) == expected


@pytest.mark.parametrize(
    ("request_body", "headers", "response", "expected"),
    [
        (b'{"model":"m","messages":[]}', (), b"", "openai_chat"),
        (b'{"model":"m","messages":[],"system":"s"}', (), b"", "anthropic_messages"),
        (b'{"model":"m","messages":[]}', ((b"Anthropic-Version", b"2023-06-01"),), b"", "anthropic_messages"),
        (b'{"anthropic_version":"vertex-2023-10-16","messages":[]}', (), b"", "anthropic_messages"),
        (b'{"model":"m","input":"hi"}', (), b"", "openai_responses"),
        (b'{"model":"text-embedding-3","input":"hi"}', (), b"", "openai_embeddings"),
        (b'{"model":"m","input":"hi","dimensions":3}', (), b"", "openai_embeddings"),
        (b'{"model":"m","input":"hi"}', (), b'{"object":"list","data":[{"object":"embedding"', "openai_embeddings"),
        (b'{"model":"m","prompt":"hi"}', (), b"", "openai_completions"),
        (b'{"model":"m"}', (), b'data: {"object": "chat.completion.chunk"', "openai_chat"),
        (b"", (), b'{"id":"r","object":"response","output":[{"type":"message"', "openai_responses"),
        (b"", (), b"event: response.created\n", "openai_responses"),
        (b"", (), b'{"type":"message","role":"assistant"', "anthropic_messages"),
        (b"", (), b'{"type":"error","error":{"type":"x"}}', "anthropic_messages"),
        (b'{"model":"m"}', (), b"{}", None),
        (b'{"messages":[]}', (), b"{}", None),
        (b"", (), next(frames(b'{"event": "messageStart", "data": {}}')), "bedrock_converse"),
        (b"", (), next(frames(b'{"chunk": {}}')), "bedrock_invoke"),
        (b"", (), b'{"output":{"message":{"role":"assistant"', "bedrock_converse"),
        (b'{"contents":[{"parts":[]}]}', (), b"", "gemini_generate"),
        (b'{"query":"x","contents":{"text":true}}', (), b"", None),
        (b"", (), b'{"candidates": [{"content": {}}]}', "gemini_generate"),
        (b"", (), b'{"object":"interaction","id":"v1"}', "gemini_interactions"),
        (b"", (), b'{"choices":[{"content_filter_results":{"hate":{}},"message":{}}]}', "openai_chat"),
        (b"", (), b'{"id":"1","object":"text.completion","choices":[]}', "openai_completions"),
        (b"", (), b'{"predictions":[{"embeddings":{"values":[1]}}]}', "gemini_predict"),
        (b"", (), b'{"results":[{"flagged":false,"category_scores":{}}]}', "openai_moderations"),
        (b"", (), b'{"created": 1, "data": [{"revised_prompt": "x"}]}', "openai_images"),
        (b"", (), b'{"id":"m","completion_message":{"role":"assistant"}}', "llama_chat"),
        (b"", (), b'data: {"event":{"event_type":"start","delta":{"text":""}}}', "llama_chat"),
        (b"", (), b'{"responses":[{"finish_reason":"stop","message":{}}]}', "reka_chat"),
        (b"", (), b'{"id":"a","completion_message":{"role":"assistant"}}', "llama_chat"),
        (b"", (), b'{"results":[{"generated_text":"x","generated_token_count":1}]}', "watsonx_text"),
        (b"", (), b'{"text":"x","generation_id":"g","chat_history":[]}', "cohere_v1_chat"),
        (b"", (), b'{"job":"g","generation_id":"g"}', None),
        (b'{"requests":[{"content":{"parts":[]}}]}', (), b"", "gemini_embeddings"),
        (b'{"content":"a page"}', (), b"", None),
        (b"not json", (), b"", None),
        (b"[]", (), b"", None),
    ],
)
def test_the_bodies_tell_the_wire_format(
    request_body: bytes, headers: tuple[tuple[bytes, bytes], ...], response: bytes, expected: str | None
) -> None:
    """The answer first, since it says what it is; then the members of the request (providers.md 1.3)."""
    assert spoken(request_body, headers, response) == expected


ANSWERED = [s for s in (*stories("openai_chat"), *stories("openai_embeddings")) if s.facts.status < 400]


@pytest.mark.parametrize("story", ANSWERED, ids=repr)
def test_stories_are_recognised(story: Story) -> None:
    """Every story that was answered is told by its bodies alone."""
    assert spoken(story.request_body, (), story.response_body) == story.wire_format


@given(st.binary(), st.binary())
def test_calm(request_body: bytes, response: bytes) -> None:
    """Law: no bytes whatever raise."""
    framing(response, ())
    spoken(request_body, (), response)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (b"audio/mpeg", b"", True), (b"", b"ID3\x04", True), (b"", b"RIFF\x01\x02\x03\x04WAVEfmt ", True),
        (b"", b"OggS", True), (b"", b"\xff\xfb\x90", True), (b"", b"\x00\x00\x00\x20ftypM4A ", True),
        (b"image/jpeg", b"\xff\xd8\xff", False), (b"", b"RIFF\x01\x02\x03\x04WEBP", False), (b"", b"{}", False),
        (b"", "\ufeffdata".encode("utf-16"), False),
    ],
)  # fmt: skip
def test_sound_is_told_by_its_first_bytes(kind: bytes, body: bytes, expected: bool) -> None:  # noqa: FBT001 -- the expected value
    """A recorder that lost the content type lost nothing."""
    assert sounding(((b"content-type", kind),), body) is expected
