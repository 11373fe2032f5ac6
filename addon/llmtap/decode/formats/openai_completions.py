"""OpenAI's legacy Completions, and fill-in-the-middle as Mistral, DeepSeek and vLLM speak it.

The question is a `prompt` of words or of token numbers, with a `suffix` where the middle is wanted; answers are those
of `decode.completion`: Mistral answers a fill-in-the-middle by a message, all others by a `text`.

Source: https://platform.openai.com/docs/api-reference/completions; https://docs.mistral.ai/api (FIM).
"""

from dataclasses import replace

from llmtap.decode.body.lenient import read
from llmtap.decode.completion import Parameters, asked_for, merge, read_response
from llmtap.decode.inference import InferenceRequest, Message, Part

__all__ = ["merge", "read_request", "read_response"]


class _Request(Parameters):
    prompt: str | list[str | int | list[int]] | None = None
    suffix: str | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the request body asks for, one message a prompt; token numbers are a medium named `tokens`.

    A suffix is a second part of the last prompt.
    """
    asked = read(_Request, body)
    prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt or []
    if prompts and isinstance(prompts[0], int):
        prompts = prompts[:1]
    parts: list[tuple[Part, ...]] = [
        (Part("text", prompt) if isinstance(prompt, str) else Part("media", "tokens"),) for prompt in prompts
    ]
    if asked.suffix:
        last = parts.pop() if parts else ()
        parts.append((*last, Part("text", asked.suffix)))
    return replace(asked_for(asked), messages=tuple(Message("user", said) for said in parts))
