"""What stands in ruined JSON is found, and nothing else is."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.body.salvage import salvage

USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 2}}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": {"content": 'say "model": "fake" and {"usage": {'}, "finish_reason": "stop"}],
    "usage": USAGE,
    "service_tier": "default",
}
BODY = json.dumps(ANSWER).encode()


def saved(body: bytes) -> dict[str, object]:
    """What was saved."""
    return msgspec.json.decode(salvage(body), type=dict[str, object])


def test_a_whole_body_loses_only_its_content() -> None:
    """Identity, usage and finish reason stand; a name inside a string is no member."""
    expected = {name: value for name, value in ANSWER.items() if name != "choices"}
    assert saved(BODY) == expected | {"choices": [{"index": 0, "finish_reason": "stop"}]}


def test_a_body_cut_within_its_usage() -> None:
    """What is not whole is not taken."""
    assert saved(BODY[: BODY.index(b"cached_tokens")]) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o",
        "choices": [{"index": 0, "finish_reason": "stop"}],
    }


def test_members_in_camel_case() -> None:
    """Google's names are known as well: usage, identity, the reason why it ended."""
    body = b'{"candidates":[{"content":{"parts":[{"text":"x' + b"x" * 900_000 + b'"}]},"finishReason":"STOP"}],'
    tail = b'"usageMetadata":{"promptTokenCount":5},"modelVersion":"gemini-2.5-flash","responseId":"r"'
    assert saved(body[:100] + body[200:] + tail) == {
        "candidates": [{"finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 5},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r",
    }


def test_head_and_tail_of_a_long_body() -> None:
    """What lies between them may be anything."""
    long = BODY[:100] + b"x" * 2_000_000 + BODY[BODY.index(b'"finish_reason"') :]
    assert saved(long)["usage"] == USAGE
    assert saved(long)["model"] == "gpt-4o"


def test_a_request() -> None:
    """Parameters stand on either side of the messages."""
    body = (
        b'{"model":"m","messages":[{"content":"\xff... "}],"stream":true,"stream_options":{"include_usage":true},"n":'
    )
    assert saved(body) == {"model": "m", "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize("body", [b"", b"[1", b"<html>", b"{}", b'{"a', b'"usage":{}'])
def test_nothing_to_save(body: bytes) -> None:
    """A body of another kind saves nothing."""
    assert saved(body) == {}


@pytest.mark.parametrize(
    "pattern", [b'"usage":{', b'"model":"\\', b'"usage"', b"[", b'{"', b'"finish_reason":', b'"id" : ', b"\\"]
)
def test_hostile_repetition_is_linear(pattern: bytes) -> None:
    """Megabytes of what looks like a member are passed over."""
    assert isinstance(saved(b"{" + pattern * (4_000_000 // len(pattern))), dict)


@given(
    st.lists(st.sampled_from([b'"usage":', b"{", b"}", b'"', b"\\", b"1", b",", b'"model":"m"', b"[", b"\xff", b"\n"]))
)
def test_calm(pieces: list[bytes]) -> None:
    """Law: what is saved is always JSON."""
    assert isinstance(saved(b"{" + b"".join(pieces)), dict)
