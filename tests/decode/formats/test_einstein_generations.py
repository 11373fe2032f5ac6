"""Salesforce's Models API: what the maker says is in the parameters."""

from llmtap.decode.formats import einstein_generations
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import whole


def test_a_total_alone_is_that_of_an_embedding() -> None:
    """Of words it tells neither side."""
    parameters = {"usage": {"total_tokens": 4}}
    assert whole(einstein_generations, {"embeddings": [], "parameters": parameters}).usage == Usage(4)
    assert whole(einstein_generations, {"generation": {"generatedText": "x"}, "parameters": parameters}).usage is None
