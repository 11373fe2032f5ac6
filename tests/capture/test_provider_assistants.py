"""Assistants of programmers, and what their sessions hold beside calls: only answers count."""

import pytest

from llmtap import config
from llmtap.capture.provider import Providers

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)


def test_a_header_of_aws_names_the_action_too() -> None:
    """Amazon Q's command line asks at the root; its telemetry goes there as well, and a queue's messages are none."""
    kind = (b"Content-Type", b"application/x-amz-json-1.0")
    told = [
        PROVIDERS.endpoint(host, 443, "POST", "/", ((b"X-Amz-Target", target), kind))
        for host, target in (
            ("q.us-east-1.amazonaws.com", b"AmazonCodeWhispererStreamingService.GenerateAssistantResponse"),
            ("q.us-east-1.amazonaws.com", b"AmazonQDeveloperStreamingService.SendMessage"),
            ("codewhisperer.us-east-1.amazonaws.com", b"AmazonCodeWhispererService.SendTelemetryEvent"),
            ("sqs.us-east-1.amazonaws.com", b"AmazonSQS.SendMessage"),
        )
    ]
    assert [found is not None and found.certain for found in told] == [True, True, False, False]


@pytest.mark.parametrize(
    ("host", "path", "format_", "operation", "model"),
    [
        ("chatgpt.com", "/backend-api/transcribe", "openai_audio", "transcription", None),
        ("ai-gateway.vercel.sh", "/v3/ai/embedding-model", "vector_embeddings", "embeddings", None),
        ("ai-gateway.vercel.sh", "/v3/ai/image-model", "vercel_image_model", "image_generation", None),
        ("cloud.zed.dev", "/predict_edits/v2", "zed_predictions", "text_completion", None),
        ("d5.api.augmentcode.com", "/chat-stream", "augment_chat", "chat", None),
        ("d5.api.augmentcode.com", "/completion", "augment_completion", "text_completion", None),
        ("cloud.zed.dev", "/completions", "zed_envelope", "chat", None),
        ("app.warp.dev", "/ai/multi-agent", "warp_agent", "chat", None),
        ("prod-1-data.ke.pinecone.io", "/assistant/chat/mine/chat/completions", "openai_chat", "chat", None),
    ],
)
def test_a_call_is_told(host: str, path: str, format_: str, operation: str, model: str | None) -> None:
    """Each path answers, whether or not its dialect is read."""
    found = PROVIDERS.endpoint(host, 443, "POST", path)
    assert found is not None
    assert (found.wire_format, found.operation, found.model) == (format_, operation, model)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("cloud.zed.dev", "/predict_edits/accept"),
        ("cloud.zed.dev", "/web_search"),
        ("d5.api.augmentcode.com", "/batch-upload"),
        ("d5.api.augmentcode.com", "/agents/codebase-retrieval"),
        ("app.warp.dev", "/graphql/v2?op=GetRequestLimitInfo"),
        ("chatgpt.com", "/backend-api/wham/tasks"),
        ("ai-gateway.vercel.sh", "/v3/ai/config"),
    ],
)
def test_the_rest_of_a_session_is_none(host: str, path: str) -> None:
    """Uploads, quotas, searches and telemetry go to the same hosts."""
    assert PROVIDERS.endpoint(host, 443, "POST", path) is None
