"""The wire formats: one module each, named `<owner>_<api>`; this table is the only place that names them.

A wire format is a body dialect; who speaks it is the business of `config/providers.yaml`. Each module reads both
directions of its dialect and nothing else. The type checker holds every module against `WireFormat` at its table line.
"""

from collections.abc import Mapping
from typing import Protocol

from llmtap.decode.events import Event
from llmtap.decode.formats import (
    aleph_alpha_completions,
    anthropic_batches,
    anthropic_completions,
    anthropic_count_tokens,
    anthropic_messages,
    assistant_stream,
    baidu_wenxin,
    bedrock_agent,
    bedrock_converse,
    bedrock_count_tokens,
    bedrock_invoke,
    bfl_images,
    cloudflare_run,
    clova_chat,
    cohere_chat,
    cohere_embed,
    cohere_rerank,
    cohere_v1_chat,
    cohere_v1_classify,
    dashscope_native,
    gemini_batches,
    gemini_embeddings,
    gemini_generate,
    gemini_interactions,
    gemini_live,
    gemini_predict,
    hunyuan_chat,
    llamacpp_completion,
    lmstudio_chat,
    media_jobs,
    minimax_chat,
    mistral_ocr,
    oci_inference,
    ollama_chat,
    openai_assistants,
    openai_audio,
    openai_batches,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_images,
    openai_input_tokens,
    openai_moderations,
    openai_realtime,
    openai_responses,
    openai_videos,
    reka_chat,
    replicate_predictions,
    sap_orchestration,
    spark_chat,
    text_generation,
    tgi_generate,
    vector_embeddings,
    watsonx_text,
    yandex_completion,
)
from llmtap.decode.inference import Answer, InferenceRequest


class WireFormat(Protocol):
    """What a module must offer to be a wire format.

    All three raise `msgspec.MsgspecError` for bytes that are not what they should be, and nothing else; the decoder
    turns that into a problem of the Inference.
    """

    def read_request(self, body: bytes) -> InferenceRequest:
        """Return what the request body asks for."""

    def read_response(self, answer: Answer, body: bytes) -> None:
        """Merge a whole, unstreamed response body (of success or of an error) into `answer`."""

    def merge(self, answer: Answer, event: Event) -> bool:
        """Merge one event of a stream into `answer`; return whether it carried text, reasoning or tool input."""


FORMATS: Mapping[str, WireFormat] = {
    "aleph_alpha_completions": aleph_alpha_completions,
    "anthropic_batches": anthropic_batches,
    "anthropic_completions": anthropic_completions,
    "anthropic_count_tokens": anthropic_count_tokens,
    "anthropic_messages": anthropic_messages,
    "assistant_stream": assistant_stream,
    "baidu_wenxin": baidu_wenxin,
    "bedrock_agent": bedrock_agent,
    "bedrock_converse": bedrock_converse,
    "bedrock_count_tokens": bedrock_count_tokens,
    "bedrock_invoke": bedrock_invoke,
    "bfl_images": bfl_images,
    "cloudflare_run": cloudflare_run,
    "clova_chat": clova_chat,
    "cohere_chat": cohere_chat,
    "cohere_embed": cohere_embed,
    "cohere_rerank": cohere_rerank,
    "cohere_v1_chat": cohere_v1_chat,
    "cohere_v1_classify": cohere_v1_classify,
    "dashscope_native": dashscope_native,
    "gemini_batches": gemini_batches,
    "gemini_embeddings": gemini_embeddings,
    "gemini_generate": gemini_generate,
    "gemini_interactions": gemini_interactions,
    "gemini_live": gemini_live,
    "gemini_predict": gemini_predict,
    "hunyuan_chat": hunyuan_chat,
    "llamacpp_completion": llamacpp_completion,
    "lmstudio_chat": lmstudio_chat,
    "media_jobs": media_jobs,
    "minimax_chat": minimax_chat,
    "mistral_ocr": mistral_ocr,
    "oci_inference": oci_inference,
    "ollama_chat": ollama_chat,
    "openai_assistants": openai_assistants,
    "openai_audio": openai_audio,
    "openai_batches": openai_batches,
    "openai_chat": openai_chat,
    "openai_completions": openai_completions,
    "openai_embeddings": openai_embeddings,
    "openai_images": openai_images,
    "openai_input_tokens": openai_input_tokens,
    "openai_moderations": openai_moderations,
    "openai_realtime": openai_realtime,
    "openai_responses": openai_responses,
    "openai_videos": openai_videos,
    "reka_chat": reka_chat,
    "replicate_predictions": replicate_predictions,
    "sap_orchestration": sap_orchestration,
    "spark_chat": spark_chat,
    "text_generation": text_generation,
    "tgi_generate": tgi_generate,
    "vector_embeddings": vector_embeddings,
    "watsonx_text": watsonx_text,
    "yandex_completion": yandex_completion,
}
