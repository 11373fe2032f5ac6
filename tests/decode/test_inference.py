"""What an exchange meant, as values: what was not stated is None, never 0."""

import msgspec
import pytest

from llmtap.decode.inference import UNUSED, InferenceRequest, InferenceResponse, Usage

MODAL = {name for name in Usage.__struct_fields__ if name.startswith(("text_", "image_", "audio_"))} - {
    *(name for name in Usage.__struct_fields__ if name.startswith("image_tool_")),
    "text_messages",
    "audio_seconds",
}


def test_nothing_is_known_beforehand() -> None:
    """Each default is an absence, and a usage of which nothing is known equals any other."""
    assert {getattr(UNUSED, name) for name in Usage.__struct_fields__} == {None, False}
    assert Usage() == UNUSED
    for empty in (InferenceRequest(), InferenceResponse()):
        assert {getattr(empty, name) for name in empty.__slots__} == {None, ()}


@pytest.mark.parametrize("name", [name for name in Usage.__struct_fields__ if name != "inconsistent"])
def test_a_modality_is_told_apart_by_its_own_counts(name: str) -> None:
    """Text, images and sound have names in the conventions; 0 is a count too."""
    assert msgspec.structs.replace(UNUSED, **{name: 0}).modal == (name in MODAL)
