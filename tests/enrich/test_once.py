"""Who tells of an answer's usage: the call that waited for it, or, where none did, one of those that fetch it."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint, Exchange, Request, Response
from llmtap.capture.provider import Providers
from llmtap.config import load
from llmtap.decode.inference import Inference, InferenceResponse, Usage
from llmtap.enrich.cost import Prices
from llmtap.enrich.once import told_once
from llmtap.pipeline import read
from tests.enrich.call import exchange, headers, inference

USED = Usage(1000, 200)


def told(operation: str, *, background: bool | None, usage: Usage | None = USED, answer: str = "resp_1") -> Inference:
    """A call that tells of an answer."""
    made = inference(usage, answered="gpt-5")
    return replace(made, operation=operation, response=replace(made.response, id=answer, background=background))


def test_a_call_that_waited_keeps_what_it_learned() -> None:
    """An ordinary call is told as it is."""
    for background in (None, False):
        call = told("chat", background=background)
        assert told_once(exchange(), call) == (exchange(), call)


def test_an_answer_fetched_again_has_no_usage() -> None:
    """Its own call has told it; that it was fetched is a document all the same."""
    seen, call = told_once(exchange(), told("retrieve", background=False))
    assert (seen, call.response.usage, call.response.model) == (exchange(), None, "gpt-5")


def test_a_cost_that_was_reported_alone_is_told_once_too() -> None:
    """It goes where usage goes: away from who fetches what another waited for, and under one id."""
    for background in (False, True):
        call = told("retrieve", background=background, usage=None)
        call = replace(call, response=replace(call.response, reported_cost=Decimal("0.5")))
        seen, kept = told_once(exchange(), call)
        assert kept.response.reported_cost == (Decimal("0.5") if background else None)
        assert (seen.id != exchange().id) == background


@given(others=st.lists(st.sampled_from([("chat", True), ("retrieve", True), ("retrieve", None)]), min_size=2))
def test_documents_of_one_answer_share_an_id(others: list[tuple[str, bool | None]]) -> None:
    """Law: whoever tells of an answer that nobody waited for, whenever, does it under the same id."""
    ids = set()
    for number, (operation, background) in enumerate(others):
        call = replace(exchange(started=1_795_000_000.0 + number), id=f"{number}")
        seen, inferred = told_once(call, told(operation, background=background))
        assert inferred.response.usage == USED
        ids.add(seen.id)
    assert len(ids) == 1


def test_two_answers_are_two() -> None:
    """Ids differ by the answer and by the provider; without an id the path is it."""
    first, second = told("retrieve", background=True), told("retrieve", background=True, answer="resp_2")
    nameless = replace(first, response=replace(first.response, id=None))
    seen = [
        told_once(exchange(), first),
        told_once(exchange(), second),
        told_once(exchange(provider="azure.ai.openai"), first),
        told_once(exchange(path="/v1/batches/1?x=1"), nameless),
        told_once(exchange(path="/v1/batches/2?x=1"), nameless),
    ]
    assert len({call.id for call, _ in seen}) == len(seen)
    assert seen[3][0].id == told_once(exchange(path="/v1/batches/1?x=2"), nameless)[0].id


def test_an_answer_may_be_named_by_who_fetches_it() -> None:
    """Where its own id is not said and the path is always the same."""
    calls = [told("retrieve", background=True, answer="") for _ in range(2)]
    named = [
        replace(call, request=replace(call.request, previous_response_id=f"order-{number}"))
        for number, call in enumerate(calls)
    ]
    assert len({told_once(exchange(), call)[0].id for call in named}) == len(named)


def test_an_answer_that_is_not_ready_is_a_call_of_its_own() -> None:
    """A poll that learns no usage keeps its id."""
    waiting = told("retrieve", background=True, usage=None)
    assert told_once(exchange(), waiting) == (exchange(), waiting)


PLAIN = {"id": "resp_1", "object": "response", "model": "gpt-5-2025-08-07", "status": "completed", "output": []}
COUNTED = {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}
QUEUED = {**PLAIN, "background": True, "status": "queued"}


def call(method: str, path: str, body: dict[str, object], number: int) -> Exchange:
    """One call to OpenAI's Responses API."""
    settings = load(None, {})
    found = Providers(settings.providers, settings.capture).endpoint("api.openai.com", 443, method, path)
    assert isinstance(found, Endpoint)
    asked = Body.whole(b'{"model":"gpt-5","input":"Where?"}' if method == "POST" else b"")
    answer = Response(200, headers(content_type="application/json"), Body.whole(msgspec.json.encode(body), 1.0))
    request = Request(method, "https", "api.openai.com", 443, path, (), asked)
    return Exchange(f"{number}", 1_795_000_000.0 + number, 0.0, found, request, answer)


@pytest.mark.parametrize("background", [True, False])
def test_the_documents_of_an_answer_add_up(background: bool) -> None:  # noqa: FBT001 -- what a body says
    """Asked once and fetched three times: what is stored has the usage and the cost of one answer."""
    whole = {**PLAIN, "background": background, "usage": COUNTED}
    settings = load(None, {})
    stored: dict[str, dict[str, dict[str, object]]] = {}
    asked = QUEUED if background else whole
    calls = [call("POST", "/v1/responses", asked, 0)]
    calls += [call("GET", "/v1/responses/resp_1", whole, number) for number in (1, 2, 3)]
    for one in calls:
        found = read(one, settings, Prices(settings.prices))
        assert found is not None
        stored.setdefault(found[1].id, msgspec.json.decode(found[1].body))
    used = [document["gen_ai"]["usage"] for document in stored.values() if "usage" in document["gen_ai"]]
    costs = [document["llmtap"]["cost"] for document in stored.values()]
    assert used == [{"input_tokens": 20, "output_tokens": 10}]
    assert [cost["status"] for cost in costs if isinstance(cost, dict)].count("priced") == 1
    assert len(stored) == (2 if background else 4)


def test_an_empty_answer_is_left_alone() -> None:
    """Nothing was counted, so nothing is told."""
    silent = Inference("retrieve", None, response=InferenceResponse(background=False))
    assert told_once(exchange(), silent) == (exchange(), silent)
