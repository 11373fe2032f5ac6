"""Behind a gateway's prefix, or at a host that nobody names, a vendor's own path still tells, or its bodies must."""

import pytest

from llmtap import config
from llmtap.capture.provider import Providers

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)
JSON = ((b"Content-Type", b"application/json"),)


@pytest.mark.parametrize(
    ("path", "format_", "model"),
    [
        ("/bedrock/model/amazon.nova-lite-v1:0/converse", "bedrock_converse", "amazon.nova-lite-v1:0"),
        (
            "/vertex_ai/v1/projects/p/locations/l/publishers/google/models/g:streamGenerateContent",
            "gemini_generate",
            "g",
        ),
        (
            "/vertex_ai/v1/projects/p/locations/l/publishers/google/models/text-embedding-5:predict",
            "gemini_predict",
            None,
        ),
        ("/gemini/v1beta/models/gemini-3:generateContent", "gemini_generate", "gemini-3"),
        ("/v1/acct/gw/azure-openai/openai/deployments/d/chat/completions", "openai_chat", "d"),
        ("/v1/acct/gw/workers-ai/@cf/meta/llama", "cloudflare_run", "@cf/meta/llama"),
        ("/stability/v2beta/stable-image/generate/core", "media_jobs", "core"),
        ("/team/dream-machine/v1/generations", "media_jobs", None),
    ],
)
def test_a_path_of_one_provider_tells_behind_any_prefix(path: str, format_: str, model: str | None) -> None:
    """Gateways and tunnels put segments before a path that nobody else has."""
    found = PROVIDERS.endpoint("gw.corp.example", 443, "POST", path)
    assert found is not None
    assert (found.certain, found.wire_format) == (True, format_)
    assert model is None or found.model == model


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("/anthropic/v1/messages", "anthropic_messages"),
        ("/cohere/v2/rerank", "cohere_rerank"),
        ("/mistral/v1/agents/completions", "openai_chat"),
        ("/mistral/v1/conversations", "mistral_conversations"),
        ("/v1/acct/gw/elevenlabs/v1/text-to-dialogue", "elevenlabs_audio"),
        ("/v1/acct/gw/fal/fal-ai/flux/dev", "media_jobs"),
        ("/v1/acct/gw/replicate/predictions", "replicate_predictions"),
        ("/assemblyai/v2/transcript", "media_jobs"),
        ("/runway/v1/image_to_video", "media_jobs"),
        ("/proxy/v1/inference/BAAI/bge-m3", "text_generation"),
        ("/nim/v1/ranking", "cohere_rerank"),
    ],
)
def test_what_only_some_hosts_serve_is_told_by_its_bodies_elsewhere(path: str, format_: str) -> None:
    """A weak row with `providers` counts on other hosts too, and is certain nowhere but on its own."""
    assert PROVIDERS.endpoint("gw.corp.example", 443, "POST", path) is None
    for host in ("gw.corp.example", "localhost", "aihubmix.com"):
        found = PROVIDERS.endpoint(host, 8000 if host == "localhost" else 443, "POST", path, JSON)
        assert found is not None
        assert found.wire_format == format_
        assert not (found.certain and host != "aihubmix.com")


def test_at_a_weak_path_anything_may_be_sent_or_fetched() -> None:
    """Sound is no JSON, and an answer that is fetched later has no question."""
    sound = ((b"content-type", b"audio/wav"),)
    assert PROVIDERS.endpoint("stt.corp.example", 443, "POST", "/v1/listen", sound) is not None
    assert PROVIDERS.endpoint("stt.corp.example", 443, "POST", "/v1/upload", sound) is None
    fetched = PROVIDERS.endpoint("gw.corp.example", 443, "GET", "/v1/predictions/p1", JSON)
    assert fetched is not None
    assert (fetched.certain, fetched.operation) == (False, "retrieve")
    assert PROVIDERS.endpoint("gw.corp.example", 443, "GET", "/v1/realtime", JSON) is None
