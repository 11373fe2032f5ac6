"""How each dialect is told where its path is too common to tell: by what is asked, and what is answered.

A sign holds at its own paths only (the weak rows of `config/providers.yaml`), so that it may be as plain as the dialect
is. Sources: providers.md 1.3, and the vendors' pages that the modules of `decode.formats` name.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Sign(NamedTuple):
    """The members that each request of a dialect has, what each of its answers holds, and whether a refusal needs it.

    Of a request alone, that failed, `sufficient` says whether its members are a sign in themselves.
    """

    asked: frozenset[str]
    answered: re.Pattern[bytes]
    sufficient: bool = True


def _sign(asked: str, answered: bytes, *, sufficient: bool = True) -> Sign:
    return Sign(frozenset(asked.split()), re.compile(answered), sufficient)


_SOUND = rb'"(?:audio_base64|alignment)"\s*:'

SIGNS: Mapping[str, tuple[Sign, ...]] = {
    "adk_events": (
        _sign("appName newMessage", rb'"(?:invocationId|invocation_id)"\s*:', sufficient=False),
        _sign("app_name new_message", rb'"(?:invocationId|invocation_id)"\s*:', sufficient=False),
    ),
    "aleph_alpha_completions": (_sign("model prompt", rb'"completions"\s*:'),),
    "app_chat": (
        _sign(
            "question", rb'"(?:chatMessageId|chatId|sessionId)"\s*:|"event"\s*:\s*"(?:start|token)"', sufficient=False
        ),
        _sign("message", rb'"textResponse"\s*:', sufficient=False),
    ),
    "anthropic_completions": (_sign("prompt max_tokens_to_sample", rb'"completion"\s*:'),),
    "anthropic_messages": (_sign("messages max_tokens", rb'"content"\s*:\s*\['),),
    "bedrock_agent": (
        _sign("inputText", rb":event-type\x07", sufficient=False),
        _sign("inputs", rb":event-type\x07\x00.flow(?:Output|Completion|Trace)", sufficient=False),
    ),
    "bedrock_async_invoke": (_sign("modelId modelInput", rb'"invocationArn"\s*:'),),
    "bfl_images": (_sign("prompt", rb'"(?:polling_url|b64_json)"\s*:'),),
    "cohere_embed": (_sign("", rb'"embeddings"\s*:'),),
    "cohere_rerank": (
        _sign("query documents", rb'"(?:relevance_score|results|data)"\s*:'),
        _sign("model query", rb'"(?:relevance_score|score)"\s*:'),
        _sign("model text_1", rb'"score"\s*:'),
        _sign("query texts", rb'^\s*\[\s*\{[^{}]{0,200}"score"\s*:'),
        _sign("query passages", rb'"rankings"\s*:'),
    ),
    "cohere_v1_chat": (
        _sign("message", rb'"(?:generation_id|event_type|response_id)"\s*:'),
        _sign("", rb'"(?:generations|summary)"\s*:'),
    ),
    "cohere_v1_classify": (_sign("inputs", rb'"classifications"\s*:'),),
    "coze_chat": (_sign("bot_id", rb'"bot_id"\s*:'),),
    "deepgram_audio": (
        _sign("url", rb'"channels"\s*:\s*\[', sufficient=False),
        _sign("text", rb"\A(?!)", sufficient=False),
    ),
    "dify_app": (
        _sign("inputs query", rb'"(?:message_id|conversation_id)"\s*:'),
        _sign("inputs response_mode", rb'"(?:message_id|workflow_run_id)"\s*:'),
    ),
    "elastic_inference": (
        _sign("input", rb'"(?:completion|rerank|sparse_embedding|(?:text_)?embeddings?(?:_bytes|_bits)?)"\s*:\s*\['),
    ),
    "elevenlabs_audio": (
        _sign("text", _SOUND, sufficient=False),
        _sign("inputs", _SOUND, sufficient=False),
        _sign("prompt", _SOUND, sufficient=False),
        _sign("audio model_id", _SOUND),
        _sign("model_id", rb'"(?:language_code|transcription_id)"\s*:'),
    ),
    "gemini_interactions": (_sign("input", rb'"object"\s*:\s*"interaction"'),),
    "gemini_predict": (
        _sign("instances", rb'"predictions"\s*:\s*\[\s*\{\s*"(?:embeddings|bytesBase64|mimeType)', sufficient=False),
    ),
    "hunyuan_chat": (
        _sign("Model Messages", rb'"(?:Response|Choices)"\s*:\s*[\[{]'),
        _sign("Input", rb'"Response"\s*:\s*\{'),
        _sign("InputList", rb'"Response"\s*:\s*\{'),
    ),
    "langflow_run": (_sign("input_value", rb'"outputs"\s*:\s*\[|"event"\s*:\s*"(?:add_message|token|end)"'),),
    "langgraph_runs": (
        _sign("assistant_id", rb'^event:\s*(?:metadata|values|updates|messages)|"(?:messages|usage_metadata)"\s*:'),
    ),
    "letta_messages": (
        _sign("messages", rb'"message_type"\s*:', sufficient=False),
        _sign("input", rb'"message_type"\s*:', sufficient=False),
    ),
    "lmstudio_chat": (_sign("model input", rb'"(?:model_instance_id|response_id)"\s*:'),),
    "llamacpp_completion": (_sign("prompt", rb'"(?:content|tokens_predicted|timings)"\s*:'),),
    "media_jobs": (
        _sign("audio_url", rb'"(?:acoustic|language|speech)_model"\s*:', sufficient=False),
        _sign("transcript voice", rb'"type"\s*:\s*"(?:chunk|timestamps|done)"'),
        _sign("utterances", rb'"generation(?:_id|s)"\s*:', sufficient=False),
        _sign("prompt", rb'"(?:is_image_safe|finishReason|base_resp|response_url)"\s*:', sufficient=False),
        _sign("prompt", rb'"(?:images?|video|audio)"\s*:\s*\[?\s*\{[^{}]{0,999}"url"\s*:', sufficient=False),
        _sign("model promptText", rb'\A\s*\{\s*"id"\s*:\s*"'),
        _sign("model promptImage", rb'\A\s*\{\s*"id"\s*:\s*"'),
        _sign("model text", rb'"base_resp"\s*:'),
        _sign("model lyrics", rb'"base_resp"\s*:'),
        _sign("model content", rb'"id"\s*:\s*"cgt-'),
    ),
    "mistral_batches": (_sign("input_files endpoint", rb'"object"\s*:\s*"batch"'),),
    "mistral_conversations": (_sign("inputs", rb"conversation\.response", sufficient=False),),
    "mistral_ocr": (_sign("document", rb'"pages"\s*:\s*\['),),
    "ollama_chat": (_sign("model", rb'"(?:created_at|done|embeddings?)"\s*:'),),
    "openai_assistants": (
        _sign("assistant_id", rb'"object"\s*:\s*"thread\.'),
        _sign("tool_outputs", rb'"object"\s*:\s*"thread\.'),
    ),
    "openai_audio": (
        _sign("model file", rb""),
        _sign("", rb'"text"\s*:|"type"\s*:\s*"(?:speech\.audio|transcript)\.'),
    ),
    "openai_batches": (_sign("input_file_id endpoint", rb'"object"\s*:\s*"batch"|"job"\s*:\s*\{'),),
    "openai_completions": (_sign("prompt", rb'"choices"\s*:'), _sign("segments", rb'"choices"\s*:', sufficient=False)),
    "openai_embeddings": (
        _sign("input", rb'"embeddings?"\s*:'),
        _sign("inputs", rb'"embeddings?"\s*:'),
        _sign("texts", rb'"(?:embeddings?|vectors)"\s*:'),
        _sign("model input", rb'"(?:object"\s*:\s*"pooling|num_classes"\s*:)'),
    ),
    "openai_images": (
        _sign("prompt", rb'"(?:b64_json|url|created)"\s*:|"type"\s*:\s*"image_'),
        _sign("image", rb'"created"\s*:\s*[0-9]+\s*,\s*"data"\s*:', sufficient=False),
    ),
    "openai_moderations": (_sign("input", rb'"(?:flagged|categories)"\s*:'),),
    "openai_realtime": (
        _sign("sdp", rb"\Av=0\r?\n"),
        _sign("", rb'"type"\s*:\s*"(?:session|conversation|response|input_audio_buffer|transcription_session)\.'),
    ),
    "openai_responses": (_sign("input", rb'"output"\s*:\s*\['),),
    "openai_videos": (
        _sign("prompt", rb'"object"\s*:\s*"video(?:\.|")'),
        _sign("model prompt", rb'"task_status"\s*:|\A\s*\{\s*"request_?[iI]d"\s*:\s*"[^"]{1,99}"\s*\}'),
    ),
    "replicate_predictions": (_sign("input", rb'"urls"\s*:\s*\{'),),
    "text_classification": (_sign("inputs", rb'^\s*\[\s*\[?\s*\{[^{}]{0,200}"label"\s*:', sufficient=False),),
    "text_generation": (
        _sign("prompt", rb'"results"\s*:\s*\[\s*\{\s*"text"|"token"\s*:'),
        _sign("text_input", rb'"text_output"\s*:'),
        _sign("", rb'"inference_status"\s*:', sufficient=False),
    ),
    "vector_embeddings": (
        _sign("inputs", rb"\A\s*\[\s*(?:\[\s*){,2}(?:-?[0-9]|[\[{]\s*\")"),
        _sign("content", rb'^\s*\[?\s*\{[^{}\[]{0,200}"embedding"\s*:\s*\['),
        _sign("texts", rb'"embeddings"\s*:\s*\[\s*\['),
    ),
    "upstage_documents": (_sign("model", rb'"apiVersion"\s*:'),),
    "tgi_generate": (_sign("inputs", rb'"(?:generated_text|token)"\s*:'),),
}
"""The dialects of weak paths, by wire format."""

ALONE: Mapping[str, re.Pattern[bytes]] = {
    "anthropic_completions": re.compile(rb'"completion"\s*:\s*"|"type"\s*:\s*"error"\s*,\s*"error"\s*:\s*\{'),
    "bedrock_agent": re.compile(rb":event-type\x07"),
    "cohere_embed": re.compile(rb'"embeddings"\s*:\s*[\[{]'),
    "cohere_rerank": re.compile(rb'"relevance_score"\s*:'),
    "deepgram_audio": re.compile(rb'"channels"\s*:\s*\[\s*\{\s*"alternatives"'),
    "elevenlabs_audio": re.compile(rb'"language_code"\s*:.*?"words"\s*:', re.DOTALL),
    "gemini_interactions": re.compile(rb'"object"\s*:\s*"interaction"'),
    "media_jobs": re.compile(rb'"(?:acoustic|language|speech)_model"\s*:|"id"\s*:\s*"cgt-'),
    "ollama_chat": re.compile(rb'"total_duration"\s*:\s*[0-9]'),
    "openai_assistants": re.compile(rb'"object"\s*:\s*"thread\.run'),
    "openai_audio": re.compile(
        rb'"task"\s*:\s*"trans|"avg_logprob"\s*:|\A\s*\{\s*(?:"duration"\s*:\s*[0-9.]+\s*,\s*)?"text"\s*:\s*"'
    ),
    "openai_batches": re.compile(rb'"object"\s*:\s*"batch"'),
    "openai_images": re.compile(rb'"created"\s*:\s*[0-9]+\s*,\s*"data"\s*:'),
    "openai_completions": re.compile(rb'"object"\s*:\s*"chat\.completion'),
    "openai_embeddings": re.compile(rb'"data"\s*:\s*\[\s*\{[^\[\]{}]*"embedding"\s*:\s*[\["]'),
    "openai_realtime": re.compile(rb"\Av=0\r?\n"),
    "openai_videos": re.compile(rb'"object"\s*:\s*"video(?:\.|")'),
    "perplexity_async": re.compile(rb'"object"\s*:\s*"chat\.completion'),
    "replicate_predictions": re.compile(rb'"urls"\s*:\s*\{[^{}]*"get"\s*:'),
}
"""What tells an answer at a weak path of its dialect when its question was not kept, or has no members to tell it."""

SPEAKING = frozenset({"deepgram_audio", "elevenlabs_audio", "media_jobs", "openai_audio"})
"""The dialects that answer with sound."""

STATED: Mapping[str, re.Pattern[bytes]] = {
    "anthropic_completions": re.compile(rb'"completion"\s*:'),
    "bedrock_invoke": re.compile(rb'"(?:inputTextTokenCount|embeddingsByType|generation_token_count)"\s*:'),
    "cohere_embed": re.compile(rb'"embeddings"\s*:\s*[\[{]'),
    "cohere_rerank": re.compile(rb'"relevance_score"\s*:'),
    "gemini_embeddings": re.compile(rb'"embeddings?"\s*:\s*(?:\[\s*)?\{\s*"(?:values|statistics)"\s*:'),
    "openai_audio": re.compile(rb'"type"\s*:\s*"speech\.audio\.'),
    "openai_images": re.compile(rb'"b64_json"\s*:|"created"\s*:\s*[0-9]+\s*,\s*"data"\s*:|"type"\s*:\s*"image_'),
}
"""What an answer holds to a question that is told by its members at any path, of a dialect that says no more itself."""
