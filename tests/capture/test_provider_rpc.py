"""Google over gRPC: the path names the method, a header the model, and a model of one's own is no LLM."""

import pytest

from llmtap import config
from llmtap.capture.provider import Providers

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)
JSON = ((b"Content-Type", b"application/json"),)
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
