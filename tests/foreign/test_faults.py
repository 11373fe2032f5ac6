"""What breaks on the way to an SDK that tries again: each attempt is one document, which says how it ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fakes.front import Place
from tests.foreign.installation import Installation
from tests.foreign.mocks import Mock
from tests.foreign.stage import Stage, stage

OPENAI = "Simulated answer from gpt-4o-mini for 'Where is Paris?'."
ANTHROPIC = "Simulated answer from claude-haiku-4-5 for 'Where is Paris?'."
BEGUN = "Simulated answer "
CUT = {"type": "stream_fault", "after_chunks": 3}
GOOD = (None, 200)
UNREAD = ("refused", 429)
READ_OR_NOT = (("rate_limit_exceeded", 429), ("http_429", 429))
"""A refusal that the SDK for JavaScript hangs up on without reading it: its words may have arrived before, or not."""


@dataclass(frozen=True, slots=True)
class Story:
    """A program, what its first requests meet, what it hears in the end, and the documents.

    A document is told by its `error.type` and status, the attempts in their order.
    """

    program: tuple[str, ...]
    meets: dict[str, object]
    hears: str
    error: str | None
    attempts: tuple[tuple[str | None, int], ...]
    retry_after: float | None = None


STORIES = {
    "limited": Story(
        ("patient_openai.py", "whole", "30"),
        {"type": "fail", "status": 429, "retry_after": 0.2},
        OPENAI,
        None,
        (("rate_limit_exceeded", 429), GOOD),
        retry_after=0.2,
    ),
    "limited-node": Story(
        ("patient_openai.mjs", "whole"),
        {"type": "fail", "status": 429, "retry_after": 0.2, "times": 2},
        OPENAI,
        None,
        (UNREAD, UNREAD, GOOD),
        retry_after=0.2,
    ),
    "overloaded": Story(
        ("patient_anthropic.py", "whole"),
        {"type": "fail", "status": 529, "retry_after": 0.2},
        ANTHROPIC,
        None,
        (("overloaded_error", 529), GOOD),
        retry_after=0.2,
    ),
    "down": Story(
        ("patient_openai.py", "whole", "30"),
        {"type": "fail", "status": 503, "times": 3, "retry_after": 0.2},
        "",
        "InternalServerError",
        (("service_unavailable", 503),) * 3,
        retry_after=0.2,
    ),
    "disconnected": Story(
        ("patient_openai.py", "stream", "30"),
        {**CUT, "kind": "disconnect"},
        BEGUN,
        "APIConnectionError",
        (("stream_interrupted", 200),),
    ),
    "disconnected-node": Story(
        ("patient_openai.mjs", "stream"),
        {**CUT, "kind": "disconnect"},
        BEGUN,
        "TypeError",
        (("stream_interrupted", 200),),
    ),
    "truncated": Story(
        ("patient_openai.py", "stream", "30"), {**CUT, "kind": "truncate"}, BEGUN, None, (("stream_interrupted", 200),)
    ),
    "stalled": Story(
        ("patient_openai.py", "stream", "2"),
        {**CUT, "kind": "stall", "stall_seconds": 30},
        BEGUN,
        "APITimeoutError",
        (("client_disconnected", 200),),
    ),
}


@pytest.fixture(scope="module")
def providers(
    foreign_programs: Installation, llmock: Mock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """OpenAI and Anthropic, mocked by the server that breaks on demand."""
    places = {"api.openai.com": Place(llmock.port), "api.anthropic.com": Place(llmock.port, "/anthropic")}
    with stage(foreign_programs, tmp_path_factory.mktemp("faults"), places) as providers:
        yield providers


@pytest.mark.parametrize("name", STORIES)
def test_each_attempt_is_one_document(providers: Stage, llmock: Mock, name: str) -> None:
    """A program that tries again leaves a document for each attempt, with its number, its end and what it was told."""
    story = STORIES[name]
    llmock.script(**story.meets)

    (said,) = providers.through(*story.program, user=name)

    documents = providers.documents(name, len(story.attempts))
    assert {"text": story.hears, "error": story.error} == said
    assert story.attempts == tuple(_ending(document, story.program[0]) for document in documents)
    assert list(range(len(documents))) == [document["llmtap"]["retry"]["count"] for document in documents]
    for document in documents:
        refused = document["http"]["response"]["status_code"] >= 400
        assert document["event"]["outcome"] == ("failure" if "error" in document else "success")
        assert document["llmtap"].get("limits", {}).get("retry_after") == (story.retry_after if refused else None)
        assert (document["llmtap"]["usage"]["source"] == "absent") is refused


@pytest.mark.parametrize("program", ["patient_anthropic.py", "patient_openai.mjs", "patient_openai.py"])
def test_a_refused_stream_is_refused(providers: Stage, llmock: Mock, program: str) -> None:
    """An SDK hangs up on the refusal of a stream before it has read it; the document says what the provider did."""
    llmock.script(type="fail", status=529, retry_after=0.2)
    (said,) = providers.through(program, "stream", "30", user=f"refused-{program}")

    refused, answered = providers.documents(f"refused-{program}", 2)
    assert said["error"] is None
    assert "http_529" == refused["error"]["type"] or refused["error"]["type"].startswith("overloaded")
    assert 529 == refused["http"]["response"]["status_code"]
    assert "success" == answered["event"]["outcome"]


def test_what_broke_off_is_estimated(providers: Stage, llmock: Mock) -> None:
    """Words that came before a stream broke off are counted by estimate, and stand apart from what is reported."""
    llmock.script(**CUT, kind="disconnect")
    providers.through("patient_openai.py", "stream", "30", user="estimated")

    (document,) = providers.documents("estimated", 1)
    assert document["llmtap"]["stream"] == {"chunks": 3, "completed": False}
    assert document["llmtap"]["usage"]["source"] == document["llmtap"]["cost"]["status"] == "estimated"
    assert document["llmtap"]["usage"]["estimated"]["output_tokens"] > 0
    assert "usage" not in document["gen_ai"]


def test_a_broken_event_is_a_problem(providers: Stage, llmock: Mock) -> None:
    """An event that no JSON can be read from is a problem of the document, whatever the program makes of it."""
    llmock.script(**CUT, kind="malformed")
    (said,) = providers.through("patient_openai.py", "stream", "30", user="malformed")

    (document,) = providers.documents("malformed", 1)
    assert {"text": BEGUN, "error": "JSONDecodeError"} == said
    assert "response.unreadable_event" in document["llmtap"]["capture"]["problems"]


def test_a_slow_first_token_is_measured(providers: Stage, llmock: Mock) -> None:
    """The time until the first token holds the provider's delay."""
    llmock.script(type="slow_first_token", seconds=0.5)
    (said,) = providers.through("patient_openai.py", "stream", "30", user="slow")

    (document,) = providers.documents("slow", 1)
    assert {"text": OPENAI, "error": None} == said
    assert document["gen_ai"]["response"]["time_to_first_chunk"] >= 0.5


def _ending(document: dict[str, Any], program: str) -> tuple[str | None, int]:
    ending = document.get("error", {}).get("type"), document["http"]["response"]["status_code"]
    return UNREAD if program.endswith(".mjs") and ending in READ_OR_NOT else ending
