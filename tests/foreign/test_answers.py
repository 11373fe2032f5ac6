"""What the SDKs' own models say that an answer may hold is read: each count of a usage counts, or it is named here."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import InferenceResponse
from tests.foreign.installation import Installation
from tests.foreign.stage import PROGRAMS

MODELS = {
    "anthropic_messages": ("anthropic.types:Message", "anthropic.types.beta:BetaMessage"),
    "bedrock_converse": ("botocore:bedrock-runtime/Converse",),
    "cohere_chat": ("cohere:V2ChatResponse",),
    "cohere_embed": ("cohere:EmbedByTypeResponse",),
    "cohere_rerank": ("cohere:V2RerankResponse",),
    "cohere_v1_chat": ("cohere:NonStreamedChatResponse",),
    "gemini_decisions": ("google.genai.decisions:CreateDecisionResponse",),
    "gemini_embeddings": ("google.genai.types:EmbedContentResponse",),
    "gemini_generate": ("google.genai.types:GenerateContentResponse",),
    "gemini_interactions": ("google.genai.interactions:Interaction",),
    "gemini_live": ("google.genai.types:LiveServerMessage",),
    "mistral_conversations": ("mistralai.client.models:ConversationResponse",),
    "mistral_ocr": ("mistralai.client.models:OCRResponse",),
    "ollama_chat": ("ollama:ChatResponse", "ollama:GenerateResponse", "ollama:EmbedResponse"),
    "openai_assistants": ("openai.types.beta.threads:Run",),
    "openai_audio": (
        "openai.types.audio:Transcription",
        "openai.types.audio:TranscriptionDiarized",
        "openai.types.audio:TranscriptionVerbose",
        "mistralai.client.models:TranscriptionResponse",
    ),
    "openai_batches": ("openai.types:Batch",),
    "openai_chat": (
        "openai.types.chat:ChatCompletion",
        "mistralai.client.models:ChatCompletionResponse",
        "groq.types.chat:ChatCompletion",
    ),
    "openai_completions": ("openai.types:Completion", "mistralai.client.models:FIMCompletionResponse"),
    "openai_decisions": ("openai.types:Decision",),
    "openai_embeddings": ("openai.types:CreateEmbeddingResponse", "mistralai.client.models:EmbeddingResponse"),
    "openai_images": ("openai.types:ImagesResponse",),
    "openai_responses": ("openai.types.responses:Response", "openai.types.responses:CompactedResponse"),
}
USAGES = ("usage", "usage_metadata", "usageMetadata", "usage_info", "meta", "tool_usage", "svg_usage")
UNREAD = {
    "total_tokens": "the sum of others",
    "totalTokens": "the sum of others",
    "totalTokenCount": "the sum of others",
    "usage.initial_input_tokens": "a part of the input that costs what the input does",
    "usage.iterations": "what a message used is in the totals already",
    "usage.tokens": "what is billed comes before what was seen",
    "meta.tokens": "what is billed comes before what was seen",
    "billed_units.text_tokens": "a part of the input that is stated",
    "cached_tokens_by_modality": "cached text costs what is cached at all",
    "cacheTokensDetails": "cached text costs what is cached at all",
    "usage.connectors": "those of a connector that is no search",
    "doc_size_bytes": "no unit of a bill",
    "completion_time": "the server's seconds, which are no unit of a bill",
    "prompt_time": "the server's seconds, which are no unit of a bill",
    "queue_time": "the server's seconds, which are no unit of a bill",
    "total_time": "the server's seconds, which are no unit of a bill",
    "usage_breakdown": "each model's share of what was used",
    "x_groq.usage": "where the cache kept its tokens, or the usage once more",
    "svg_usage.reasoning_tokens": "a part of the output beside it",
    "image_gen.cached_tokens": "a part of the input, at a price of the image model",
    "image_gen.cached_tokens_details": "parts of the input, at prices of the image model",
    "image_gen.input_tokens_details": "parts of the input, at prices of the image model",
    "image_gen.output_tokens_details": "parts of the output, at prices of the image model",
}
"""Counts that nothing is made of, by the names that lead to them, and why."""


@pytest.fixture(scope="module")
def answers(foreign_programs: Installation) -> list[tuple[str, str, dict[str, Any]]]:
    """Answers of every model, each with the wire format that it is read in."""
    done = subprocess.run(
        [foreign_programs.python, "-W", "ignore", PROGRAMS / "answers.py"],
        input=json.dumps(MODELS),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_each_count_of_a_usage_counts(answers: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Were it another, the answer would be read as another; none is excused that counts."""
    missed, excused = [], set()
    for model, wire_format, answer in answers:
        before = read(wire_format, answer)
        for path in counts(answer):
            names = ".".join(name for name in path if isinstance(name, str))
            if read(wire_format, raised(answer, path)) == before:
                reasons = {unread for unread in UNREAD if f".{unread}." in f".{names}."}
                excused |= reasons
                missed += [] if reasons else [(model, names)]
    assert missed == []
    assert set(UNREAD) - excused == set()


def test_who_answered_is_told(answers: list[tuple[str, str, dict[str, Any]]]) -> None:
    """The id and the model of an answer are those that its model has under these names."""
    for model, wire_format, answer in answers:
        said = read(wire_format, answer)
        assert (model, said.id, said.model) == (model, answer.get("id") or said.id, answer.get("model", said.model))


def read(wire_format: str, body: object) -> InferenceResponse:
    """What an answer says, but for its words."""
    answer = Answer()
    FORMATS[wire_format].read_response(answer, json.dumps(body).encode())
    return replace(answer.response(streamed=False), messages=())


def counts(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all numbers within a usage."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from counts(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from counts(member, (*path, index))
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and set(path) & set(USAGES):
        yield path


def raised(value: object, path: tuple[str | int, ...]) -> object:
    """The same with one more of what stands there."""
    if isinstance(value, dict):
        return {name: raised(member, path[1:]) if name == path[0] else member for name, member in value.items()}
    if isinstance(value, list):
        return [raised(member, path[1:]) if index == path[0] else member for index, member in enumerate(value)]
    assert isinstance(value, (int, float))
    return value + 1
