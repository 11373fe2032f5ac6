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
        ("api.dify.ai", "/v1/chat-messages", "dify_app", "invoke_agent", None),
        ("api.dify.ai", "/v1/workflows/run", "dify_app", "invoke_agent", None),
        ("api.coze.cn", "/v3/chat?conversation_id=1", "coze_chat", "invoke_agent", None),
        ("api.coze.com", "/v1/workflow/stream_run", "coze_chat", "invoke_agent", None),
        ("qianfan.baidubce.com", "/v2/app/conversation/runs", "app_chat", "invoke_agent", None),
        ("api.z.ai", "/api/v1/agents", "openai_chat", "invoke_agent", None),
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


GRPC = ((b"content-type", b"application/grpc"),)
GENERATIVE = "/google.ai.generativelanguage.v1beta.GenerativeService/"
PREDICTION = "/google.cloud.aiplatform.v1.PredictionService/"
RESOURCE = "projects/p/locations/us-central1/publishers"


@pytest.mark.parametrize(
    ("path", "route", "expected"),
    [
        (
            GENERATIVE + "GenerateContent",
            "model=models/gemini-2.5-flash",
            ("gemini_generate", "generate_content", "gemini-2.5-flash", None),
        ),
        (
            GENERATIVE + "StreamGenerateContent",
            "model=tunedModels%2Fmine-1",
            ("gemini_generate", "generate_content", "mine-1", True),
        ),
        (GENERATIVE + "StreamGenerateContent", None, ("gemini_generate", "generate_content", None, True)),
        (GENERATIVE + "CountTokens", "model=models/m", ("gemini_generate", "count_tokens", "m", None)),
        (GENERATIVE + "BatchEmbedContents", "model=models/m", ("gemini_embeddings", "embeddings", "m", None)),
        (
            PREDICTION + "StreamGenerateContent",
            f"model={RESOURCE}/google/models/gemini-2.5-pro@001&x=y",
            ("gemini_generate", "generate_content", "gemini-2.5-pro@001", True),
        ),
        (
            "/google.cloud.aiplatform.v1beta1.PredictionService/GenerateContent",
            "model=projects/p/locations/l/endpoints/12",
            ("gemini_generate", "generate_content", None, None),
        ),
        (
            "/google.cloud.aiplatform.v1.LlmUtilityService/CountTokens",
            None,
            ("gemini_generate", "count_tokens", None, None),
        ),
        (
            PREDICTION + "Predict",
            f"endpoint={RESOURCE}/google/models/text-embedding-004",
            ("gemini_predict", "embeddings", "text-embedding-004", None),
        ),
        (
            PREDICTION + "Predict",
            f"endpoint={RESOURCE}/google/models/imagen-4.0",
            ("gemini_predict", "image_generation", "imagen-4.0", None),
        ),
        (
            PREDICTION + "Predict",
            f"endpoint={RESOURCE}/google/models/text-bison",
            ("gemini_predict", "generate_content", "text-bison", None),
        ),
        (
            PREDICTION + "StreamRawPredict",
            f"endpoint={RESOURCE}/anthropic/models/claude-opus-4",
            ("anthropic_messages", "chat", "claude-opus-4", True),
        ),
        (PREDICTION + "RawPredict", f"endpoint={RESOURCE}/meta/models/llama", (None, None, "llama", None)),
        (
            "/google.cloud.aiplatform.v1beta1.PredictionService/ChatCompletions",
            "endpoint=e",
            ("openai_chat", "chat", None, None),
        ),
        (
            "/google.cloud.aiplatform.v1.JobService/CreateBatchPredictionJob",
            "parent=p",
            ("gemini_batches", "batch", None, None),
        ),
        (
            "/google.cloud.aiplatform.v1.JobService/GetBatchPredictionJob",
            "name=n",
            ("gemini_batches", "retrieve", None, None),
        ),
    ],
)
def test_google_over_grpc(
    path: str, route: str | None, expected: tuple[str | None, str | None, str | None, bool | None]
) -> None:
    """The path names the method, and the header that routes the call its model."""
    headers = (*GRPC, *([(b"x-goog-request-params", route.encode())] if route else ()))
    found = PROVIDERS.endpoint("us-central1-aiplatform.googleapis.com", 443, "POST", path, headers)
    assert found is not None
    assert (found.wire_format, found.operation, found.model, found.stream) == expected
    assert (found.provider, found.certain) == ("gcp.vertex_ai", True)


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("Predict", "endpoint=projects/p/locations/l/endpoints/12"),
        ("RawPredict", "endpoint=projects/p/locations/l/endpoints/12"),
        ("Predict", None),
        ("Predict", "endpoint=" + "models/x" * 200),
        ("Explain", "endpoint=models/x"),
    ],
)
def test_a_model_of_ones_own_is_no_llm(method: str, route: str | None) -> None:
    """What an endpoint predicts is anybody's guess, and what is not routed to a model as well."""
    headers = (*GRPC, *([(b"x-goog-request-params", route.encode())] if route else ()))
    assert PROVIDERS.endpoint("aiplatform.googleapis.com", 443, "POST", PREDICTION + method, headers) is None


def test_rest_is_told_by_its_path_alone() -> None:
    """Some clients send the header that routes a call there too."""
    headers = (*JSON, (b"x-goog-request-params", b"model=models/other"))
    found = PROVIDERS.endpoint(
        "generativelanguage.googleapis.com", 443, "POST", "/v1beta/models/gemini-2.5-pro:generateContent", headers
    )
    assert found is not None
    assert (found.wire_format, found.model) == ("gemini_generate", "gemini-2.5-pro")
