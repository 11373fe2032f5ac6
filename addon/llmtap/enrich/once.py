"""The usage of an answer is told once, though several calls may tell of it.

Law: of all documents that tell of the same answer, at most one that is stored has its usage and its cost. An answer
that a call waited for is that call's, and who fetches it again gets it without them. An answer that nobody waited for
(in the background, asynchronous, a batch) has them wherever it is told whole, and all of those documents have the same
id, made of the answer's own, so that the store and Elasticsearch keep the first.
"""

from dataclasses import replace

from llmtap.capture.exchange import Exchange, new_id
from llmtap.decode.inference import Inference

FETCHING = "retrieve"
"""The operation that tells of an answer to another call."""


def told_once(exchange: Exchange, inference: Inference) -> tuple[Exchange, Inference]:
    """Return the call as its document tells it, with the id and the usage that it has by the law above."""
    response = inference.response
    fetched = inference.operation == FETCHING
    if not (fetched or response.background) or (response.usage is None and response.reported_cost is None):
        return exchange, inference
    if fetched and response.background is False:
        return exchange, replace(inference, response=replace(response, usage=None, reported_cost=None))
    # Over gRPC every answer is fetched at the same path, and some are named by the request alone.
    named = response.id or inference.request.previous_response_id or exchange.request.path.partition("?")[0]
    seed = f"{exchange.endpoint.provider} {named}"
    return replace(exchange, id=new_id(0.0, seed.encode("utf-8", "replace"))), inference
