"""The SDKs of ten providers run unmodified, and each of their calls is the document that is expected of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.fakes.bedrock import bedrock
from tests.fakes.front import Place
from tests.foreign.installation import Installation
from tests.foreign.mocks import Mock
from tests.foreign.stage import KEYS, PROGRAMS, Stage, stage


@dataclass(frozen=True, slots=True)
class Call:
    """What a document says of a call, beside what the SDK itself told of it."""

    provider: str
    wire_format: str
    model: str
    agent: str
    stream: bool = False
    operation: str = "chat"
    usage: str = "reported"
    cost: str = "priced"


def both(call: Call) -> tuple[Call, Call]:
    """Return a call at once, and the same in a stream."""
    return call, replace(call, stream=True)


def uncounted_stream(call: Call) -> Call:
    """Return a call in a stream in which llmock counts nothing, having been asked for no usage."""
    return replace(call, stream=True, usage="estimated", cost="estimated")


CHAT = Call("openai", "openai_chat", "gpt-4o-mini", "OpenAI/")
RESPONSES = Call("openai", "openai_responses", "gpt-4.1-mini", "OpenAI/")
AZURE = Call("azure.ai.openai", "openai_chat", "gpt-4o", "AzureOpenAI/Python")
EMBEDDINGS = Call("openai", "openai_embeddings", "text-embedding-3-small", "OpenAI/Python", operation="embeddings")
MESSAGES = Call("anthropic", "anthropic_messages", "claude-haiku-4-5", "Anthropic/")
GEMINI = Call("gcp.gemini", "gemini_generate", "gemini-2.5-flash", "google-genai-sdk/", operation="generate_content")
MISTRAL = Call("mistral_ai", "openai_chat", "mistral-small-latest", "mistral-client-python/")
COHERE = Call("cohere", "cohere_chat", "command-a-03-2025", "cohere/")
GROQ = Call("groq", "openai_chat", "llama-3.1-8b-instant", "Groq/Python")
OLLAMA = Call("ollama", "ollama_chat", "gpt-oss:20b", "ollama-python/", cost="unpriced")
CONVERSE = Call("aws.bedrock", "bedrock_converse", "anthropic.claude-haiku-4-5-20251001-v1:0", "Boto3/")
MATRIX: dict[str, tuple[Call, ...]] = {
    "ai_sdk.mjs": (
        *both(replace(RESPONSES, agent="ai")),
        *both(replace(MESSAGES, agent="ai")),
    ),
    "anthropic_sdk.mjs": both(MESSAGES),
    "anthropic_sdk.py": (*both(MESSAGES), replace(MESSAGES, stream=True)),
    "boto3_sdk.py": (
        *both(CONVERSE),
        replace(CONVERSE, stream=True),
        *both(replace(CONVERSE, wire_format="bedrock_invoke")),
    ),
    "cohere_sdk.py": (
        *both(COHERE),
        replace(
            COHERE,
            wire_format="cohere_embed",
            model="embed-v4.0",
            operation="embeddings",
            usage="estimated",
            cost="estimated",
        ),
        replace(
            COHERE,
            wire_format="cohere_rerank",
            model="rerank-v3.5",
            operation="rerank",
        ),
    ),
    "genai_sdk.py": both(GEMINI),
    "groq_sdk.py": (GROQ, uncounted_stream(GROQ)),
    "mistral_sdk.py": (MISTRAL, uncounted_stream(MISTRAL)),
    "ollama_sdk.py": both(OLLAMA),
    "openai_sdk.mjs": (*both(CHAT), *both(RESPONSES)),
    "openai_sdk.py": (*both(CHAT), *both(AZURE), *both(RESPONSES), EMBEDDINGS),
}


@pytest.fixture(scope="module")
def providers(
    foreign_programs: Installation, llmock: Mock, aimock: Mock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Every provider of the matrix, each mocked by the server that knows it better."""
    with bedrock() as frankfurt:
        places = {
            "acme.openai.azure.com": Place(aimock.port),
            "api.anthropic.com": Place(aimock.port),
            "api.cohere.com": Place(aimock.port),
            "api.groq.com": Place(llmock.port, "/groq"),
            "api.mistral.ai": Place(llmock.port, "/mistral"),
            "api.openai.com": Place(llmock.port),
            "bedrock-runtime.eu-central-1.amazonaws.com": Place(frankfurt),
            "bedrock-runtime.us-east-1.amazonaws.com": Place(aimock.port),
            "generativelanguage.googleapis.com": Place(aimock.port),
            "ollama.com": Place(aimock.port),
        }
        with stage(foreign_programs, tmp_path_factory.mktemp("providers"), places) as providers:
            yield providers


def test_every_program_is_in_the_matrix() -> None:
    """No SDK has a program and no expectation."""
    assert set(MATRIX) == {path.name for path in PROGRAMS.glob("*_sdk.*")}


@pytest.mark.parametrize("program", MATRIX)
def test_calls_become_the_expected_documents(providers: Stage, program: str) -> None:
    """A program hears the same with and without llmtap, and what it hears stands in the documents of its calls."""
    with ThreadPoolExecutor() as threads:
        alone = threads.submit(providers.direct, program)
        told = providers.through(program, user=program)

    documents = providers.documents(program, len(MATRIX[program]))
    assert _without_ids(alone.result()) == _without_ids(told)
    for call, said, document in zip(MATRIX[program], told, documents, strict=True):
        assert call == _call(document, call.agent)
        assert document["event"]["outcome"] == "success"
        assert document["llmtap"].get("stream", {}).get("completed", False) is call.stream
        response, usage = document["gen_ai"].get("response", {}), document["gen_ai"].get("usage", {})
        assert said["text"]
        assert said.get("id") == (response.get("id") if "id" in said else None)
        assert said.get("model") == (response.get("model") if "model" in said else None)
        assert said.get("input") == usage.get("input_tokens")
        assert said.get("output") == usage.get("output_tokens")
        total = document["llmtap"]["cost"].get("total")
        assert (total is not None) is (call.cost == "priced")
        assert total != 0 or call.operation == "rerank"  # aimock bills no search
    written = providers.written()
    assert not [name for name, key in KEYS.items() if key.encode() in written]
    assert b"Paris" not in written


def _call(document: dict[str, Any], agent: str) -> Call:
    """Return what a document says of a call; of the user agent, no more than `agent` when it begins so."""
    said, ours = document["gen_ai"], document["llmtap"]
    found = document["user_agent"]["original"]
    return Call(
        provider=said["provider"]["name"],
        wire_format=ours["wire_format"],
        model=said["request"]["model"],
        agent=agent if found.startswith(agent) else found,
        stream=said["request"].get("stream", False),
        operation=said["operation"]["name"],
        usage=ours["usage"]["source"],
        cost=ours["cost"]["status"],
    )


def _without_ids(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what a mock server makes up anew for each answer."""
    return [{name: value for name, value in said.items() if name != "id"} for said in told]
