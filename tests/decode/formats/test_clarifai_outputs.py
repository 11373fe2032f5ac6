"""Clarifai: an output for each input, with counts of its own."""

from llmtap.decode.formats import clarifai_outputs
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import whole


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
