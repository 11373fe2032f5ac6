"""Clarifai: an output for each input, with counts of its own."""

from hypothesis import given, settings

from llmtap.decode.formats import clarifai_outputs
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = """status code description details outputs id model data text raw image prompt_tokens completion_tokens
    cached_tokens inputs model_version output_info params temperature"""


def test_counts_of_nothing_are_none() -> None:
    """A model without tokens states 0."""
    assert whole(clarifai_outputs, {"outputs": [{"prompt_tokens": 0, "completion_tokens": 0}]}).usage is None
    assert whole(clarifai_outputs, {"outputs": [{"prompt_tokens": 3, "completion_tokens": 0}]}).usage == Usage(3, 0)


def test_a_status_says_whether_it_went_well() -> None:
    """10000 is success, and others are errors whatever came."""
    assert whole(clarifai_outputs, {"status": {"code": 10000}, "outputs": []}).error is None
    mixed = whole(clarifai_outputs, {"status": {"code": 10010, "description": "Mixed"}, "outputs": []})
    assert mixed.error is not None
    assert (mixed.error.code, mixed.error.message) == ("10010", "Mixed")


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(clarifai_outputs, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(clarifai_outputs, b'{"outputs":', b'{"inputs":', b'{"status":')
