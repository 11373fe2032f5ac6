"""Vendors whose paths are their own: the host, a header or a name in the path makes them calls, and nowhere else."""

import pytest

from llmtap import config
from llmtap.capture.exchange import Endpoint
from llmtap.capture.provider import EndpointEntry, ProviderEntry, Providers, ProviderTable

TABLE = config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers
PROVIDERS = Providers(TABLE)
JSON = ((b"Content-Type", b"application/json"),)


def test_rows_belong_to_rows() -> None:
    """The ids that a path names are those of hosts."""
    ids = {entry.id for entry in TABLE.providers}
    assert [entry.id for entry in TABLE.endpoints if not set(entry.providers) <= ids] == []


def test_a_header_may_name_the_action() -> None:
    """Tencent's path is always the same; another action says nothing, and elsewhere the bodies must tell."""
    chat, other = (((b"X-TC-Action", action), *JSON) for action in (b"ChatCompletions", b"ChatTranslations"))
    expected = Endpoint("tencent", wire_format="hunyuan_chat", operation="chat")
    assert PROVIDERS.endpoint("hunyuan.tencentcloudapi.com", 443, "POST", "/", chat) == expected
    assert PROVIDERS.endpoint("hunyuan.tencentcloudapi.com", 443, "POST", "/") is None
    for host, headers, format_ in (
        ("hunyuan.tencentcloudapi.com", other, None),
        ("tunnel.example.com", chat, "hunyuan_chat"),
    ):
        found = PROVIDERS.endpoint(host, 443, "POST", "/", headers)
        assert found is not None
        assert (found.certain, found.wire_format) == (False, format_)


@pytest.mark.parametrize(
    ("host", "path", "format_", "operation", "model"),
    [
        ("fal.run", "/fal-ai/flux/dev", "media_jobs", "image_generation", "fal-ai/flux/dev"),
        ("queue.fal.run", "/fal-ai/veo3", "media_jobs", "video_generation", "fal-ai/veo3"),
        ("queue.fal.run", "/fal-ai/whisper", "media_jobs", "transcription", "fal-ai/whisper"),
        (
            "router.huggingface.co",
            "/fal-ai/fal-ai/flux/schnell",
            "media_jobs",
            "image_generation",
            "fal-ai/flux/schnell",
        ),
        ("api.deepgram.com", "/v1/listen?model=nova-3", "deepgram_audio", "transcription", "nova-3"),
        ("api.elevenlabs.io", "/v1/text-to-speech/VOICE/stream", "elevenlabs_audio", "speech", None),
        ("api.stability.ai", "/v2beta/stable-image/generate/core", "media_jobs", "image_generation", "core"),
        ("api.deepinfra.com", "/v1/inference/BAAI/bge-m3", "text_generation", "embeddings", "BAAI/bge-m3"),
        ("api.deepinfra.com", "/v1/inference/a/llama", "text_generation", "text_completion", "a/llama"),
        ("api.cohere.ai", "/generate", "cohere_v1_chat", "text_completion", None),
        ("api.reka.ai", "/v1/chat", "reka_chat", "chat", None),
        ("sourcegraph.com", "/.api/completions/stream?api-version=9", "assistant_stream", "chat", None),
        ("grok.com", "/rest/app-chat/conversations/new", "assistant_stream", "chat", None),
        (
            "server.codeium.com",
            "/exa.api_server_pb.ApiServerService/GetChatMessage",
            "windsurf_connect",
            "chat",
            None,
        ),
    ],
)
def test_vendors_with_paths_of_their_own(host: str, path: str, format_: str, operation: str, model: str | None) -> None:
    """The host makes a path that is common elsewhere one of theirs, and a name may tell what is made."""
    found = PROVIDERS.endpoint(host, 443, "POST", path)
    assert found is not None
    assert (found.wire_format, found.operation, found.model) == (format_, operation, model)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("rest.alpha.fal.ai", "/storage/upload/initiate"),
        ("server.codeium.com", "/exa.product_analytics_pb.ProductAnalyticsService/RecordAnalyticsEvent"),
        ("server.codeium.com", "/exa.api_server_pb.ApiServerService/Ping"),
        ("api.jetbrains.ai", "/user/v5/quota/get"),
        ("sourcegraph.com", "/.api/graphql?RecordTelemetryEvents"),
        ("grok.com", "/rest/app-chat/upload-file"),
        ("www.perplexity.ai", "/rest/event/analytics"),
        ("api.elevenlabs.io", "/v1/voices/add"),
        ("api.assemblyai.com", "/v2/upload"),
        ("app.example.com", "/embed"),
        ("app.example.com", "/v1/listen"),
    ],
)
def test_what_is_theirs_and_no_call(host: str, path: str) -> None:
    """Uploads, quotas and analytics leave no document, and a path of theirs means nothing elsewhere."""
    assert PROVIDERS.endpoint(host, 443, "POST", path) is None


def test_a_path_may_belong_to_some_hosts() -> None:
    """At others it is as if no row named it; with a query that names the model."""
    row = EndpointEntry("acme.speak", "^/say$", "openai_audio", "speech", providers=("acme",))
    hosts = (ProviderEntry("acme", (r"acme\.example",), "acme"), ProviderEntry("ajax", (r"ajax\.example",), "ajax"))
    providers = Providers(ProviderTable(hosts, (row,)))
    expected = Endpoint("acme", wire_format="openai_audio", operation="speech", model="loud 1")
    assert providers.endpoint("acme.example", 443, "POST", "/say?x=1&model=loud%201") == expected
    assert providers.endpoint("ajax.example", 443, "POST", "/say") is None
    assert providers.endpoint("other.example", 443, "POST", "/say") is None


@pytest.mark.parametrize(
    ("host", "path", "model"),
    [
        ("api.openai.com", "/v1/realtime/calls?model=gpt-realtime", "gpt-realtime"),
        ("api.openai.com", "/v1/realtime/calls?intent=x&model=gpt-realtime-mini", "gpt-realtime-mini"),
        ("us.api.openai.com", "/v1/realtime?deployment=our%20model", "our model"),
        ("api.openai.com", "/v1/responses?x=1#&model=y", None),
    ],
)
def test_a_query_may_name_the_model(host: str, path: str, model: str | None) -> None:
    """Where the body is sound or a description of a session, the query says who is asked."""
    found = PROVIDERS.endpoint(host, 443, "POST", path)
    assert found is not None
    assert found.model == model


def test_a_session_on_an_unknown_host_asks_for_one() -> None:
    """A page is fetched by GET at the paths where a WebSocket opens elsewhere."""
    upgrade = ((b"Upgrade", b"WebSocket"),)
    opened = PROVIDERS.endpoint("gw.example.com", 443, "GET", "/v1/realtime", upgrade)
    assert opened == Endpoint("example.com", False, "openai_realtime", "realtime", certain=False)  # noqa: FBT003
    assert PROVIDERS.endpoint("gw.example.com", 443, "GET", "/v1/realtime", JSON) is None
    assert PROVIDERS.endpoint("gw.example.com", 443, "GET", "/v1/embeddings", upgrade) is None
    assert PROVIDERS.endpoint("api.openai.com", 443, "GET", "/v1/realtime") is not None


def test_a_path_of_one_provider_counts_on_its_hosts_only() -> None:
    """`/openai` is Pollinations' chat, and a department of somebody else."""
    assert PROVIDERS.endpoint("text.pollinations.ai", 443, "POST", "/openai") is not None
    assert PROVIDERS.endpoint("hr.example.com", 443, "POST", "/openai") is None
    ids = {entry.id for entry in TABLE.providers}
    assert {name for entry in TABLE.endpoints for name in entry.providers} <= ids


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
