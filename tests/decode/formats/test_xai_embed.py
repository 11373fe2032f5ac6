"""xAI's Embedder over gRPC: texts and pictures in, vectors out."""

from llmtap.decode.formats import xai_embed
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message


def test_a_number_of_vectors_is_no_usage() -> None:
    """Nothing is counted in tokens."""
    said = fold(xai_embed, [message({"1 id": "e-1", "3 usage": {"1 num_text_embeddings": 9}})])
    assert (said.id, said.usage) == ("e-1", None)
