"""What an exchange meant, in OTel GenAI terms; a value that was not stated is None, never 0.

Token counts follow the OTel GenAI conventions: `input_tokens` includes cached tokens and `output_tokens` includes
reasoning tokens, whatever the provider's own arithmetic is (providers.md 1.6); the parts are kept beside the totals.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

type PartKind = Literal["text", "reasoning", "refusal", "tool_call", "tool_result", "media"]


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message: text, reasoning, a refusal, a tool call or its result, or a medium.

    `text` holds the words, a tool call's arguments (JSON text) or a tool result; for a medium it names the MIME type
    or the URL scheme only, never the data. `id` and `name` belong to tool calls and results.
    """

    kind: PartKind
    text: str = ""
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: `role` is system, developer, user, assistant or tool."""

    role: str
    parts: tuple[Part, ...] = ()


class Usage(msgspec.Struct, frozen=True):  # a Struct is made eighty times as fast as a dataclass of forty fields
    """What a call used, as its provider reported it: tokens in OTel's arithmetic, and the other units of a bill.

    Totals of tokens include their parts. `tool_input_tokens` are what server tools put into the prompt (Gemini); the
    two of predictions are what became of a predicted output (OpenAI), both within the output. `image_tool_*` are of the
    image model that a chat used as a tool, `svg_*` of the text model that wrote a drawing (OpenAI), `citation_tokens`
    of what was read to be cited (Perplexity): they have prices of their own and stand outside the totals.
    `server_tool_calls` counts all calls of tools that the provider ran, each kind of search included. `search_units`
    are Cohere's (a query with up to 100 documents), `images` are those made and `input_images` those read at a price
    each, `characters` those of words to be spoken, `text_messages` what was written into a conversation of sound (xAI),
    `pages` those of a document, `annotated_pages` those of them that were also described. `credits` are what a
    subscription is charged in units of its own. Seconds are of sound heard or made, and of film made. `inconsistent`
    says that a reported part exceeded its whole and was clamped (Azure does this, providers.md 1.6).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_write_5m_input_tokens: int | None = None
    cache_write_1h_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    text_input_tokens: int | None = None
    text_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    audio_cache_read_input_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    image_cache_read_input_tokens: int | None = None
    video_input_tokens: int | None = None
    video_output_tokens: int | None = None
    tool_input_tokens: int | None = None
    image_tool_input_tokens: int | None = None
    image_tool_image_input_tokens: int | None = None
    image_tool_output_tokens: int | None = None
    svg_input_tokens: int | None = None
    svg_output_tokens: int | None = None
    cache_write_30m_input_tokens: int | None = None
    cache_write_12h_input_tokens: int | None = None
    accepted_prediction_output_tokens: int | None = None
    rejected_prediction_output_tokens: int | None = None
    citation_tokens: int | None = None
    web_searches: int | None = None
    web_fetches: int | None = None
    social_searches: int | None = None
    file_searches: int | None = None
    code_executions: int | None = None
    server_tool_calls: int | None = None
    search_units: int | None = None
    classifications: int | None = None
    pages: int | None = None
    annotated_pages: int | None = None
    text_messages: int | None = None
    characters: int | None = None
    images: int | None = None
    input_images: int | None = None
    credits: Decimal | None = None
    audio_seconds: Decimal | None = None
    video_seconds: Decimal | None = None
    inconsistent: bool = False

    @property
    def modal(self) -> bool:
        """Whether any count that OTel has a name for is told apart by modality."""
        text = (self.text_input_tokens, self.text_output_tokens)
        image = (self.image_input_tokens, self.image_output_tokens, self.image_cache_read_input_tokens)
        audio = (self.audio_input_tokens, self.audio_output_tokens, self.audio_cache_read_input_tokens)
        return any(count is not None for count in (*text, *image, *audio))


UNUSED = Usage()
"""A usage of which nothing is known, made once: it is compared with often."""


@dataclass(frozen=True, slots=True)
class ProviderError:
    """An error in the provider's words: `type` and `code` are identifiers, `message` is prose and may quote input."""

    type: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """What the application asked for. `stream` is None when the request does not say; `tools` are the offered names.

    `user` is the end-user id that the body carries (`user`, `metadata.user_id`, `safety_identifier`). `characters` are
    those of words to be spoken. `session_model` is what the server says beforehand that will answer (Realtime).
    """

    model: str | None = None
    session_model: str | None = None
    stream: bool | None = None
    include_usage: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    choice_count: int | None = None
    stop_sequences: tuple[str, ...] = ()
    encoding_formats: tuple[str, ...] = ()
    output_type: str | None = None
    characters: int | None = None
    reasoning_level: str | None = None
    service_tier: str | None = None
    conversation_id: str | None = None
    previous_response_id: str | None = None
    user: str | None = None
    tools: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class InferenceResponse:
    """What came back. `finish_reasons` are the provider's own words, one a choice.

    `completed` is about streams: True when the end marker of the wire format was seen, False when the stream ended
    without one; None for an unstreamed answer. `served_by` is whom a reseller (OpenRouter) names as the server. What a
    bill depends on beside usage, in the provider's words: `service_tier` (also Google's traffic type), `speed`
    (Anthropic's `fast`, Bedrock's latency mode), `inference_geo` (where Anthropic ran the model), `search_context` (how
    much Perplexity searched: `low`, `medium` or `high`), `image_tool_model` (which drew for a chat). `background` tells
    whether no call waited for the answer, so that several may tell of it; None where the format does not say.
    """

    id: str | None = None
    model: str | None = None
    finish_reasons: tuple[str, ...] = ()
    usage: Usage | None = None
    error: ProviderError | None = None
    reported_cost: Decimal | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None
    search_context: str | None = None
    image_tool_model: str | None = None
    system_fingerprint: str | None = None
    conversation_id: str | None = None
    served_by: str | None = None
    background: bool | None = None
    completed: bool | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Inference:
    """One LLM call: what was asked, what came back, when its content arrived, and what could not be read.

    `content_times` are the monotonic instants (the clock of `Exchange.origin`) of the events that carried text,
    reasoning or tool arguments; empty for unstreamed answers. `events` counts the units of a stream (None when
    unstreamed). `problems` are identifiers such as `response.truncated_json`, in the order found.
    """

    operation: str
    wire_format: str | None
    request: InferenceRequest = InferenceRequest()
    response: InferenceResponse = InferenceResponse()
    content_times: tuple[float, ...] = ()
    events: int | None = None
    problems: tuple[str, ...] = ()
