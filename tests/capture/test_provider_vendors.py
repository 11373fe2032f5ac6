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


def test_what_was_ordered_is_fetched() -> None:
    """Of vendors that answer an order by its id: the path of an order is one of their hosts alone."""
    for host, path, format_ in (
        ("openrouter.ai", "/api/v1/videos/v-1", "openai_videos"),
        ("dashscope.aliyuncs.com", "/api/v1/tasks/t-1", "dashscope_native"),
        ("api.dev.runwayml.com", "/v1/tasks/t-1", "media_jobs"),
    ):
        found = PROVIDERS.endpoint(host, 443, "GET", path, JSON)
        assert found is not None
        assert (found.wire_format, found.operation) == (format_, "retrieve")
        assert PROVIDERS.endpoint("api.example.com", 443, "GET", path, JSON) is None


def test_a_header_may_name_the_action() -> None:
    """Tencent's path is always the same; another action says nothing, and elsewhere the bodies must tell."""
    chat, other = (((b"X-TC-Action", action), *JSON) for action in (b"ChatCompletions", b"GetThread"))
    expected = Endpoint("tencent", wire_format="hunyuan_chat", operation="chat")
    assert PROVIDERS.endpoint("hunyuan.tencentcloudapi.com", 443, "POST", "/", chat) == expected
    translation = ((b"X-TC-Action", b"ChatTranslations"), *JSON)
    assert PROVIDERS.endpoint("hunyuan.tencentcloudapi.com", 443, "POST", "/", translation) == expected
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
        ("api.dify.ai", "/v1/chat-messages", "dify_app", "invoke_agent", None),
        ("api.dify.ai", "/v1/workflows/run", "dify_app", "invoke_agent", None),
        ("api.coze.cn", "/v3/chat?conversation_id=1", "coze_chat", "invoke_agent", None),
        ("api.coze.com", "/v1/workflow/stream_run", "coze_chat", "invoke_agent", None),
        ("qianfan.baidubce.com", "/v2/app/conversation/runs", "app_chat", "invoke_agent", None),
        ("api.z.ai", "/api/v1/agents", "openai_chat", "invoke_agent", None),
        ("openrouter.ai", "/api/alpha/decisions", "openai_decisions", "classification", None),
        ("open.bigmodel.cn", "/api/paas/v4/assistant", "openai_chat", "invoke_agent", None),
        ("api.z.ai", "/api/paas/v4/layout_parsing", "mistral_ocr", "ocr", None),
        ("api.deepgram.com", "/v1/read", "deepgram_audio", "classification", None),
        ("openrouter.ai", "/api/v1/images", "openai_images", "image_generation", None),
        (
            "api.salesforce.com",
            "/einstein/platform/v1/models/sfdc_ai__DefaultGPT4Omni/chat-generations",
            "einstein_generations",
            "chat",
            "sfdc_ai__DefaultGPT4Omni",
        ),
        (
            "api.clarifai.com",
            "/v2/users/openai/apps/chat/models/gpt-4o/versions/abc/outputs",
            "clarifai_outputs",
            "generate_content",
            "gpt-4o",
        ),
        ("api.clarifai.com", "/v2/ext/openai/v1/chat/completions", "openai_chat", "chat", None),
        ("api.runpod.ai", "/v2/abc/runsync", "runpod_jobs", "generate_content", None),
        ("api.runpod.ai", "/v2/abc/openai/v1/chat/completions", "openai_chat", "chat", None),
        (
            "serving.app.predibase.com",
            "/tenant/deployments/v2/llms/mistral-7b/generate_stream",
            "tgi_generate",
            "text_completion",
            "mistral-7b",
        ),
        ("gigachat.devices.sberbank.ru", "/api/v1/chat/completions", "openai_chat", "chat", None),
        ("gigachat.devices.sberbank.ru", "/api/v2/chat/completions", "gigachat_messages", "chat", None),
        ("api.llama.com", "/v1/chat/completions", "llama_chat", "chat", None),
        ("api.llama.com", "/compat/v1/chat/completions", "openai_chat", "chat", None),
        ("api.sensenova.cn", "/v1/llm/chat-completions", "sensenova_chat", "chat", None),
        ("api.x.ai", "/xai_api.Video/GetDeferredVideo", "xai_video", "retrieve", None),
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
        ("api.dify.ai", "/v1/files/upload"),
        ("api.coze.com", "/v1/conversation/create"),
        ("api.runpod.ai", "/v2/abc/purge-queue"),
        ("api.clarifai.com", "/v2/users/me/apps/mine/inputs"),
        ("api.letta.com", "/v1/agents"),
        ("agent.us.langgraph.app", "/runs/wait"),
        ("app.example.com", "/v1/chat-messages"),
        ("app.example.com", "/v3/chat"),
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
    ("host", "path", "format_", "operation"),
    [
        ("api.deepgram.com", "/v1/listen", "deepgram_audio", "transcription"),
        ("api.deepgram.com", "/v2/speak", "deepgram_audio", "speech"),
        ("streaming.assemblyai.com", "/v3/ws", "media_jobs", "transcription"),
    ],
)
def test_sessions_of_sound(host: str, path: str, format_: str, operation: str) -> None:
    """A WebSocket that hears or speaks is a call of the vendor's, and of nobody else's."""
    upgrade = ((b"Upgrade", b"websocket"), (b"Connection", b"Upgrade"))
    found = PROVIDERS.endpoint(host, 443, "GET", path, upgrade)
    assert found is not None
    assert (found.wire_format, found.operation) == (format_, operation)
    assert PROVIDERS.endpoint("gw.example.com", 443, "GET", path, upgrade) is None
