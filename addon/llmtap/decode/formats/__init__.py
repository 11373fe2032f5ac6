"""The wire formats: one module each, named `<owner>_<api>`; this table is the only place that names them.

A wire format is a body dialect; who speaks it is the business of `config/providers.yaml`. Each module reads both
directions of its dialect and nothing else. The type checker holds every module against `WireFormat` at its table line.
"""

from collections.abc import Mapping
from typing import Protocol

from llmtap.decode.events import Event
from llmtap.decode.formats import anthropic_messages, openai_chat, openai_embeddings, openai_responses
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
    "anthropic_messages": anthropic_messages,
    "openai_chat": openai_chat,
    "openai_embeddings": openai_embeddings,
    "openai_responses": openai_responses,
}
