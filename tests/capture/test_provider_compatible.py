"""Vendors that speak a dialect of others: their hosts are opened, and documents call them by their domain."""

import pytest

from llmtap import config
from llmtap.capture.exchange import Endpoint
from llmtap.capture.provider import Providers, registrable_domain
from llmtap.enrich.fallback import SELLERS

TABLE = config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers
PROVIDERS = Providers(TABLE)
JSON = ((b"Content-Type", b"application/json"),)


@pytest.mark.parametrize(
    ("host", "path", "name"),
    [
        ("api.sarvam.ai", "/v1/chat/completions", "sarvam.ai"),
        ("api.featherless.ai", "/v1/chat/completions", "featherless.ai"),
        ("api.infomaniak.com", "/2/ai/100/openai/v1/chat/completions", "infomaniak.com"),
        ("openai.inference.de-txl.ionos.com", "/v1/chat/completions", "ionos.com"),
        ("api.openai-compat.model-serving.eu01.onstackit.cloud", "/v1/chat/completions", "onstackit.cloud"),
        ("lightning.ai", "/api/v1/chat/completions", "lightning.ai"),
        ("abc123.agents.do-ai.run", "/api/v1/chat/completions", "digitalocean"),
        (
            "12.us-central1-34.prediction.vertexai.goog",
            "/v1/projects/p/locations/us-central1/endpoints/12/chat/completions",
            "gcp.vertex_ai",
        ),
    ],
)
def test_a_compatible_host_is_opened(host: str, path: str, name: str) -> None:
    """Such a host is opened, and a call to it is known at once."""
    assert PROVIDERS.opened(host, 443)
    assert PROVIDERS.endpoint(host, 443, "POST", path, JSON) == Endpoint(
        name, wire_format="openai_chat", operation="chat"
    )


def test_embeddings_under_another_roof_are_the_vendors() -> None:
    """Voyage's API is served by its owner's cloud too."""
    found = PROVIDERS.endpoint("ai.mongodb.com", 443, "POST", "/v1/embeddings", JSON)
    assert found == Endpoint("voyage", wire_format="openai_embeddings", operation="embeddings")


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.infomaniak.com", "/1/products"),
        ("lightning.ai", "/v1/projects"),
        ("glama.ai", "/api/mcp/v1/servers"),
        ("api.sarvam.ai", "/transliterate"),
    ],
)
def test_what_else_such_a_host_serves_is_no_certain_call(host: str, path: str) -> None:
    """Only the paths of the dialect tell; of the rest the bodies must."""
    found = PROVIDERS.endpoint(host, 443, "POST", path, JSON)
    assert found is None or not found.certain


def test_whoever_is_priced_by_a_domain_is_opened() -> None:
    """A price is of use only where calls are seen: a seller that goes by its domain has a host that is opened."""
    opened = {
        registrable_domain(host.replace("\\", ""))
        for entry in TABLE.providers
        if entry.name is None
        for host in entry.hosts
    }
    domains = {name for name in SELLERS if registrable_domain(f"api.{name}") == name} - {"ibm.watsonx.ai"}
    assert {"crusoecloud.com", "featherless.ai", "nscale.com"} <= domains
    assert domains <= opened | {entry.name for entry in TABLE.providers}


@pytest.mark.parametrize(
    ("host", "path", "format_", "operation", "model"),
    [
        ("api.sarvam.ai", "/text-to-speech", "media_jobs", "speech", None),
        ("api.sarvam.ai", "/speech-to-text", "media_jobs", "transcription", None),
        ("api.mistral.ai", "/v1/classifications", "openai_moderations", "classification", None),
        ("api.mistral.ai", "/v1/chat/classifications", "openai_moderations", "classification", None),
        ("api.ai21.com", "/studio/v1/conversational-rag", "openai_chat", "chat", None),
        ("acme.openai.azure.com", "/openai/images/generations:submit", "openai_images", "image_generation", None),
        ("a.snowflakecomputing.com", "/api/v2/cortex/analyst/message", "snowflake_analyst", "chat", None),
        (
            "llm.api.cloud.yandex.net",
            "/foundationModels/v1/imageGenerationAsync",
            "yandex_images",
            "image_generation",
            None,
        ),
        (
            "generativelanguage.googleapis.com",
            "/v1beta/models/veo-3.0-generate-001:predictLongRunning",
            "gemini_predict",
            "video_generation",
            "veo-3.0-generate-001",
        ),
        (
            "us-central1-aiplatform.googleapis.com",
            "/v1/projects/p/locations/us-central1/publishers/google/models/lyria-002:predict",
            "gemini_predict",
            "audio_generation",
            "lyria-002",
        ),
        (
            "dashscope.aliyuncs.com",
            "/api/v1/services/aigc/text-generation/generation",
            "dashscope_native",
            "chat",
            None,
        ),
        (
            "dashscope.aliyuncs.com",
            "/api/v1/services/aigc/text2image/image-synthesis",
            "dashscope_native",
            "image_generation",
            None,
        ),
        (
            "dashscope.aliyuncs.com",
            "/api/v1/services/aigc/video-generation/video-synthesis",
            "dashscope_native",
            "video_generation",
            None,
        ),
        ("dashscope.aliyuncs.com", "/api/v1/apps/APP/completion", "dashscope_native", "invoke_agent", None),
    ],
)
def test_a_path_says_what_is_made(host: str, path: str, format_: str, operation: str, model: str | None) -> None:
    """Where a vendor has a door for each purpose, the operation is the door's."""
    found = PROVIDERS.endpoint(host, 443, "POST", path, JSON)
    assert found is not None
    assert (found.wire_format, found.operation, found.model) == (format_, operation, model)
