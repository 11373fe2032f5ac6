"""Sound that was made is counted by the characters of its words."""

from llmtap.decode.inference import InferenceRequest, InferenceResponse, Message, Part, ProviderError, Usage
from llmtap.decode.usage.speech import voiced

ASKED = InferenceRequest(characters=8)
SOUND = InferenceResponse(messages=(Message("assistant", (Part("media", "audio/*"),)),))


def test_sound_is_counted() -> None:
    """By the characters that were asked for, beside the tokens of the answer."""
    assert voiced(ASKED, SOUND).usage == Usage(characters=8)
    counted = InferenceResponse(messages=SOUND.messages, usage=Usage(3, 40))
    assert voiced(ASKED, counted).usage == Usage(3, 40, characters=8)


def test_what_is_counted_stays() -> None:
    """A provider that states the characters it bills is believed."""
    stated = InferenceResponse(messages=SOUND.messages, usage=Usage(characters=4))
    assert voiced(ASKED, stated) == stated


def test_no_sound_costs_nothing() -> None:
    """A refusal, words, or an answer that was never asked to be spoken, are as they were."""
    refused = InferenceResponse(error=ProviderError("t"), messages=SOUND.messages)
    words = InferenceResponse(messages=(Message("assistant", (Part("text", "a"),)),))
    for asked, answer in ((ASKED, refused), (ASKED, words), (InferenceRequest(), SOUND)):
        assert voiced(asked, answer) == answer
