"""Salesforce's Models API: what the maker says is in the parameters."""

from hypothesis import given, settings

from llmtap.decode.formats import einstein_generations
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = """id generation generatedText moreGenerations generationDetails generations content parameters finish_reason
    model usage prompt_tokens completion_tokens total_tokens embeddings prompt messages input role"""


def test_a_total_alone_is_that_of_an_embedding() -> None:
    """Of words it tells neither side."""
    parameters = {"usage": {"total_tokens": 4}}
    assert whole(einstein_generations, {"embeddings": [], "parameters": parameters}).usage == Usage(4)
    assert whole(einstein_generations, {"generation": {"generatedText": "x"}, "parameters": parameters}).usage is None


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(einstein_generations, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(einstein_generations, b'{"generation":', b'{"generationDetails":', b'{"parameters":')
