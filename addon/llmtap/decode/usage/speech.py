"""Words to be spoken are billed by the character, and no answer counts them: the request does.

Source: https://platform.openai.com/docs/pricing (tts-1), https://docs.mistral.ai/capabilities/audio.
"""

from dataclasses import replace

from msgspec import structs

from llmtap.decode.inference import UNUSED, InferenceRequest, InferenceResponse


def voiced(request: InferenceRequest, response: InferenceResponse) -> InferenceResponse:
    """Return an answer that is sound with the characters that were asked for, unless it counts them itself."""
    usage = response.usage or UNUSED
    if request.characters is None or usage.characters is not None or response.error is not None:
        return response
    if not any(part.kind == "media" for message in response.messages for part in message.parts):
        return response
    return replace(response, usage=structs.replace(usage, characters=request.characters))
