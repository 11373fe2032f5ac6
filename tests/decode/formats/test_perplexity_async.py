"""Perplexity's asynchronous chat: a completion within a job."""

from llmtap.decode.formats import perplexity_async
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import whole


def test_a_job_under_way_says_nothing_yet() -> None:
    """Neither an answer nor an error is made of its status."""
    said = whole(perplexity_async, {"id": "j", "status": "IN_PROGRESS", "response": None})
    assert (said.id, said.usage, said.error, said.finish_reasons) == ("j", None, None, ())


def test_the_answer_stands_within() -> None:
    """Its id gives way to that of the job, by which a client fetches it."""
    within = {"id": "c", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}
    said = whole(perplexity_async, {"id": "j", "status": "COMPLETED", "response": within})
    assert (said.id, said.usage) == ("j", Usage(5, 2))
