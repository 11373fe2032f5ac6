"""Google's Decisions: questions about one input, each answered by a choice, a score or a probability (`noul`).

Questions and answers are told by the names that the application gave them. An input that was blocked has no answers,
and a reason, which is the finish reason; nothing else is said of how the call ended, nor which model answered. There is
no stream.

Source: https://ai.google.dev/api/decisions and the type definitions of https://github.com/googleapis/python-genai
(`CreateDecisionResponse`).
"""

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.body.lenient import read
from llmtap.decode.errors import read_error
from llmtap.decode.inference import InferenceRequest, Message, Part
from llmtap.decode.messages.steps import Steps, messages
from llmtap.decode.usage.interaction_usage import InteractionUsage, interaction_usage


class _Question(msgspec.Struct, gc=False):
    instructions: str | None = None


class _Request(msgspec.Struct):
    model: str | None = None
    input: Steps | None = None
    questions: dict[str, _Question] | None = None


class _Found(msgspec.Struct, gc=False):
    """An answer of any kind; a score and a probability are numbers."""

    choice: str | None = None
    score: float | None = None
    noul: float | None = None


class _Feedback(msgspec.Struct, gc=False):
    block_reason: str | None = None


class _Response(msgspec.Struct):
    answers: dict[str, _Found] | None = None
    prompt_feedback: _Feedback | None = None
    usage: InteractionUsage | None = None


def read_request(body: bytes) -> InferenceRequest:
    """Return what the body asks for; the questions follow the input, as parts of one message."""
    asked = read(_Request, body)
    named = (asked.questions or {}).items()
    questions = tuple(Part("text", question.instructions or name) for name, question in named)
    return InferenceRequest(
        model=asked.model.removeprefix("models/") if asked.model else None,
        messages=(*messages(asked.input), *((Message("user", questions),) if questions else ())),
    )


def read_response(answer: Answer, body: bytes) -> None:
    """Merge a whole answer; a body with neither answers nor a reason for none is asked for the error it states."""
    stated = read(_Response, body)
    if stated.usage is not None:
        answer.usage = interaction_usage(stated.usage) or answer.usage
    for name, found in (stated.answers or {}).items():
        value = next((one for one in (found.choice, found.score, found.noul) if one is not None), "")
        words = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        answer.part(name, "text").text[:] = [words]
    blocked = stated.prompt_feedback.block_reason if stated.prompt_feedback else None
    if blocked:
        answer.finish_reasons[0] = blocked
    elif stated.answers is None and stated.usage is None:
        answer.error = read_error(body) or answer.error


def merge(answer: Answer, event: Event) -> bool:
    """Merge an event as if it were a whole answer, since the API has no stream; it carries no content."""
    read_response(answer, event.data)
    return False
