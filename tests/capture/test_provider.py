"""Recognition: provider = f(host), wire format = f(path), and nothing else is a call."""

import gzip
import json
import re
from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap import config
from llmtap.capture.exchange import Endpoint
from llmtap.capture.provider import EndpointEntry, ProviderEntry, Providers, ProviderTable, registrable_domain

TABLE = config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers
PROVIDERS = Providers(TABLE)
ALONE = [(entry.id, Providers(ProviderTable((entry,)))) for entry in TABLE.providers]

OTHERS = (
    "api.github.com",
    "huggingface.co",
    "storage.googleapis.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
    "s3.amazonaws.com",
    "sts.amazonaws.com",
    "bedrock.us-east-1.amazonaws.com",
    "platform.openai.com",
    "openai.com",
    "docs.anthropic.com",
    "console.anthropic.com",
    "login.microsoftonline.com",
    "copilot-telemetry.githubusercontent.com",
    "pypi.org",
    "x.ai",
    "api.openai.com.example.org",
)


def rows(host: str, port: int = 443) -> list[str]:
    """Return the ids of all rows that name a host, each asked alone."""
    return [id_ for id_, alone in ALONE if alone.provider(host, port)]


def test_every_host_has_one_provider() -> None:
    """No host that the tests know matches two rows."""
    hosts = [*OTHERS, *(expected[0] for expected in CALLS)]
    assert [host for host in hosts if len(rows(host)) > 1] == []


@pytest.mark.parametrize("host", OTHERS)
def test_other_hosts_stay_closed(host: str) -> None:
    """A host that serves no LLM API is tunnelled, however much its name resembles one that does."""
    assert not PROVIDERS.opened(host, 443)


def test_ids_are_unique_and_sources_named() -> None:
    """Every row says who knows it; an id names one row, so that an operator's entry can replace it."""
    for entries in (TABLE.providers, TABLE.endpoints):
        ids = [entry.id for entry in entries]
        assert len(ids) == len(set(ids))
    known = {"corpus", "models.dev", "litellm", "genai-prices", "source code", "knowledge"}
    assert [entry.id for entry in TABLE.providers if not entry.source or not set(entry.source) <= known] == []


JSON = ((b"Content-Type", b"application/json"),)
Streamed = partial(Endpoint, stream=True)
CALLS = (
    ("api.openai.com", "/v1/chat/completions?x=y", Endpoint("openai", True, "openai_chat", "chat")),  # noqa: FBT003
    ("API.OpenAI.com.", "/v1/responses", Endpoint("openai", wire_format="openai_responses", operation="chat")),
    ("api.openai.com", "/v1/embeddings", Endpoint("openai", wire_format="openai_embeddings", operation="embeddings")),
    ("api.anthropic.com", "/v1/messages", Endpoint("anthropic", wire_format="anthropic_messages", operation="chat")),
    (
        "corp.openai.azure.com",
        "/openai/deployments/our-gpt/chat/completions?api-version=2024-10-21",
        Endpoint("azure.ai.openai", wire_format="openai_chat", operation="chat", model="our-gpt"),
    ),
    (
        "bedrock-runtime.eu-west-1.amazonaws.com",
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.anthropic.claude-sonnet-4/converse-stream",
        Streamed("aws.bedrock", wire_format="bedrock_converse", operation="chat", model="eu.anthropic.claude-sonnet-4"),
    ),
    (
        "bedrock-runtime.us-east-1.amazonaws.com",
        "/model/amazon.titan-text-express-v1%3A0/invoke",
        Endpoint("aws.bedrock", wire_format="bedrock_invoke", model="amazon.titan-text-express-v1:0"),
    ),
    (
        "generativelanguage.googleapis.com",
        "/v1/models/gemini-2.5-flash%3AstreamGenerateContent?alt=sse&key=AIza",
        Streamed("gcp.gemini", wire_format="gemini_generate", operation="generate_content", model="gemini-2.5-flash"),
    ),
    (
        "us-east5-aiplatform.googleapis.com",
        "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4@20250514:streamRawPredict",
        Streamed("gcp.vertex_ai", wire_format="anthropic_messages", operation="chat", model="claude-sonnet-4@20250514"),
    ),
    (
        "bedrock-agent-runtime.us-east-1.amazonaws.com",
        "/agents/session-1",
        Endpoint("aws.bedrock", wire_format="bedrock_agent", operation="invoke_agent"),
    ),
    ("api.groq.com", "/openai/v1/chat/completions", Endpoint("groq", wire_format="openai_chat", operation="chat")),
    ("api.cohere.com", "/v2/chat", Endpoint("cohere", wire_format="cohere_chat", operation="chat")),
    (
        "api.cloudflare.com",
        "/client/v4/accounts/a/ai/run/@cf/meta/llama-3",
        Endpoint("cloudflare", wire_format="cloudflare_run", operation="generate_content", model="@cf/meta/llama-3"),
    ),
    ("api.holysheep.ai", "/v1/chat/completions", Endpoint("holysheep", wire_format="openai_chat", operation="chat")),
    ("aihubmix.com", "/v1/messages", Endpoint("aihubmix.com", wire_format="anthropic_messages", operation="chat")),
)


@pytest.mark.parametrize(("host", "path", "expected"), CALLS)
def test_a_call_is_recognised(host: str, path: str, expected: Endpoint) -> None:
    """Host, path and the model in the path give the endpoint; case, a final dot and the query do not matter."""
    assert PROVIDERS.endpoint(host, 443, "POST", path) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/files"),
        ("POST", "/v1/threads"),
        ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/"),
        ("POST", ""),
        ("POST", "/" + "v1/model/" * 2000 + "converse"),
    ],
)
def test_other_traffic_of_a_provider_is_no_call(method: str, path: str) -> None:
    """Lists, files, threads and the like leave no document."""
    assert PROVIDERS.endpoint("api.openai.com", 443, method, path) is None


def test_an_answer_fetched_later_is_a_retrieval() -> None:
    """Polling for a response is told apart from asking for one, since its tokens were asked for before."""
    for path, spoken in (("/v1/responses/resp_1", "openai_responses"), ("/v1beta/batches/12", "gemini_batches")):
        found = PROVIDERS.endpoint("api.openai.com", 443, "GET", path)
        assert found == Endpoint("openai", wire_format=spoken, operation="retrieve")


def test_an_unknown_host_is_called_by_its_domain() -> None:
    """A known dialect under an unknown host is a call of a provider that no row names."""
    expected = Endpoint("relay.co.uk", known=False, wire_format="openai_chat", operation="chat")
    assert PROVIDERS.endpoint("llm.relay.co.uk", 80, "POST", "/v1/chat/completions") == expected
    assert not PROVIDERS.opened("llm.relay.co.uk", 443)


def test_a_weak_path_counts_on_known_hosts_only() -> None:
    """`/api/chat` is Ollama's on Ollama's port, and somebody's own business anywhere else."""
    ollama = PROVIDERS.endpoint("localhost", 11434, "POST", "/api/chat")
    assert ollama == Endpoint("ollama", wire_format="ollama_chat", operation="chat")
    assert PROVIDERS.endpoint("localhost", 8000, "POST", "/api/chat") is None
    assert PROVIDERS.endpoint("app.example.com", 80, "POST", "/api/chat") is None
    vllm = PROVIDERS.endpoint("[::1]", 8000, "POST", "/v1/chat/completions")
    assert vllm == Endpoint("local", wire_format="openai_chat", operation="chat")


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/responses", "/v1/embeddings", "/api/completions", "/v1/predictions", "/realtime"]
)
def test_a_path_of_many_apis_tells_on_known_hosts_only(path: str) -> None:
    """Forms have responses and shops have messages: on a host that nobody knows the bodies must tell."""
    assert PROVIDERS.endpoint("api.example.com", 443, "POST", path) is None
    found = PROVIDERS.endpoint("api.example.com", 443, "POST", path, JSON)
    assert found is not None
    assert not found.certain
    assert PROVIDERS.endpoint("aihubmix.com", 443, "POST", path) is not None


@pytest.mark.parametrize(
    ("host", "port", "path", "expected"),
    [
        ("localhost", 8000, "/api/chat", Endpoint("local", True, "ollama_chat", "chat", certain=False)),  # noqa: FBT003
        ("10.0.0.9", 80, "/api/chat", Endpoint("10.0.0.9", False, "ollama_chat", "chat", certain=False)),  # noqa: FBT003
        ("gw.example.com", 80, "/ask", Endpoint("example.com", known=False, certain=False)),
        ("api.openai.com", 443, "/v9/new", Endpoint("openai", certain=False)),
        ("localhost", 8000, "/v1/chat/completions", Endpoint("local", wire_format="openai_chat", operation="chat")),
    ],
)
def test_a_path_that_does_not_tell(host: str, port: int, path: str, expected: Endpoint) -> None:
    """A POST of a kind that LLM APIs take is let in, for its bodies to tell; a path that tells needs no bodies."""
    assert PROVIDERS.endpoint(host, port, "POST", path, JSON) == expected
    assert PROVIDERS.endpoint(host, port, "GET", path, JSON) is None


@pytest.mark.parametrize(
    ("kind", "legible"),
    [
        (b"application/json; charset=utf-8", True), (b"application/vnd.api+json", True), (b"multipart/form-data", True),
        (b"application/x-www-form-urlencoded", True), (b"text/plain", True), (b"", True),
        (b"application/octet-stream", False), (b"application/grpc", False), (b"image/png", False),
        (b"text/html", False),
    ],
)  # fmt: skip
def test_only_some_content_types_are_let_in(kind: bytes, legible: bool) -> None:  # noqa: FBT001 -- the expected value
    """Bodies of any other kind are not kept for a look."""
    found = PROVIDERS.endpoint("app.example.com", 80, "POST", "/ask", ((b"content-type", kind),))
    assert (found is not None) is legible


@pytest.mark.parametrize("make", [lambda: ProviderEntry("a", ("(",)), lambda: EndpointEntry("a", "[")])
def test_a_bad_pattern_is_refused(make: object) -> None:
    """A row whose regular expression cannot be compiled cannot be made."""
    assert callable(make)
    with pytest.raises(ValueError, match="is no regular expression"):
        make()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.b.example.com", "example.com"),
        ("localhost", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("vllm.svc", "vllm.svc"),
        ("llm.corp.internal", "llm.corp.internal"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_registrable_domains(host: str, expected: str) -> None:
    """Names are cut to what somebody registered; addresses stay whole."""
    assert registrable_domain(host) == expected


@given(st.text(), st.integers(0, 65535), st.text(), st.text())
def test_nothing_raises(host: str, port: int, method: str, path: str) -> None:
    """Whatever a client claims to call, recognition answers."""
    PROVIDERS.opened(host, port)
    PROVIDERS.endpoint(host, port, method, path)
    PROVIDERS.endpoint(host, port, "POST", f"/v1/models/{path}:generateContent")


LEFT = {
    "lists, files, polls and removals": r"(?:GET|HEAD|PUT|PATCH|DELETE|OPTIONS) ",
    "uploads and caches": r"POST \S+ .*(?:cachedContents|fileSearchStores|/upload|/api/parsing)",
    "session secrets": r"POST \S+ .*/realtime/(?:sessions|client_secrets)$",
    "the hub of Hugging Face": r"POST huggingface\.co /api/(?:spaces|repos)/",
    "telemetry and control": r"POST \S+ .*(?:/crewai_plus/|/batches/[^/]+/cancel$|/api/show$|/tokenize$)",
    "retrieval and guardrails": r"POST \S+ /(?:knowledgebases|guardrail)/",
    "other software on loopback": r"POST (?:localhost|127\.0\.0\.1) "
    r"/?(?:functions|indexes/.*|v2/query|v1/(?:schema|graphql|objects).*)?$",
    "only the body tells": r"POST (?:localhost|127\.0\.0\.1) /(?:api/chat|v1/rerank|v1/audio/transcriptions)$"
    r"|POST (?:localhost|127\.0\.0\.1) \S*/(?:completions|embeddings|responses|messages)$"
    r"|POST \S+\.huggingface\.cloud /$|POST runtime\.sagemaker\S+ ",
    "a model that does not exist": r"POST api\.bfl\.ai /v1/bad%20model$",
}
"""What the tables leave out of the recordings, by class: `METHOD host path`."""


def test_the_recordings_are_recognised(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over the recorded traffic every LLM host is known, and each exchange without an endpoint is of a named class."""
    total, strangers, left, addresses = 0, set[str](), Counter[str](), set[tuple[str, int]]()
    for file in sorted(corpus.glob("*.jsonl.gz")):
        with gzip.open(file) as lines:
            for record in map(json.loads, lines):
                if record["kind"] != "http":
                    continue
                total += 1
                url = urlsplit(record["url"])
                host, port = url.hostname or "", url.port or 443
                addresses.add((host, port))
                if PROVIDERS.provider(host, port) is None and host not in {"localhost", "127.0.0.1"}:
                    strangers.add(host)
                if PROVIDERS.endpoint(host, port, record["method"], url.path) is None:
                    call = f"{record['method']} {host} {url.path}"
                    left[next((name for name, pattern in LEFT.items() if re.match(pattern, call)), call)] += 1
    with capsys.disabled():
        print(f"\nrecognised {total - left.total()} of {total} recorded exchanges; left: {dict(left.most_common())}")  # noqa: T201 -- for the reader of the run
    assert [address for address in addresses if len(rows(*address)) > 1] == []
    assert strangers <= {
        "api.cloud.llamaindex.ai",  # parses documents
        "demo-endpoints.pydantic.workers.dev",
        "huggingface.co",  # the hub; its inference hosts are known
        "logfire-us.pydantic.dev",  # telemetry
    }
    assert set(left) <= set(LEFT)
    assert left["only the body tells"] <= 60
    assert (total - left.total() + left["only the body tells"]) / total >= 0.9
