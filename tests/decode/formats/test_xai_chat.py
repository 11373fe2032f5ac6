"""xAI's Chat over gRPC: deferred answers, tool calls that grow, outputs of several turns."""

from collections.abc import Mapping

import pytest

from llmtap.decode.answer import Answer
from llmtap.decode.formats import xai_chat
from llmtap.decode.inference import InferenceResponse, Message, Part, Usage
from tests.decode.formats.laws import fold
from tests.exchanges.rpc import message

COMPLETION = {
    "1 id": "r-1",
    "2 outputs": [{"1 finish_reason": 3, "3 message": {"1 content": "Mild."}}],
    "6 model": "grok-4-0709",
    "9 usage": {"1 completion_tokens": 2, "2 prompt_tokens": 7, "3 total_tokens": 9},
}


def whole(told: Mapping[str, object]) -> InferenceResponse:
    """The answer that a message is."""
    answer = Answer()
    xai_chat.read_response(answer, message(told))
    return answer.response(streamed=False)


def calls(*told: dict[str, object], index: int = 0) -> bytes:
    """A chunk with tool calls."""
    return message({"2 outputs": [{"1 delta": {"3 tool_calls": list(told)}, "4 index": index}]})


def call(name: str, arguments: str, status: int, call_id: str = "call_1", **more: int) -> dict[str, object]:
    """A tool call, or a growth of one."""
    function = {"1 name": name, "2 arguments": arguments}
    return {"1 id": call_id, "3 status": status, **{f"5 {key}": more[key] for key in more}, "10 function": function}


def test_a_deferred_answer_is_the_one_that_it_wraps() -> None:
    """Done, it has all that a whole answer has."""
    assert whole({"1 response": COMPLETION, "2 status": 1}) == whole(COMPLETION)
    assert whole(COMPLETION).usage == Usage(7, 2)


@pytest.mark.parametrize("told", [{"2 status": 3}, {"2 status": 2}, {"2 status": 4}])
def test_a_deferred_answer_that_is_none_yet(told: dict[str, object]) -> None:
    """Pending, expired or failed, it says nothing."""
    assert whole(told) == InferenceResponse()


def test_a_call_that_is_begun_has_an_id() -> None:
    """StartDeferredCompletion answers with it alone."""
    assert whole({"1 request_id": "d-1"}) == InferenceResponse(id="d-1")


def test_a_tool_call_that_grows() -> None:
    """The growths make it up, and their sum adds nothing; two calls keep apart."""
    said = fold(
        xai_chat,
        [
            calls(call("get_", "", 4, index=0)),
            calls(call("", '{"city":', 4, index=0), call("find", "{", 4, "call_2", index=1)),
            calls(call("", '"Paris"}', 4, index=0), call("", "}", 4, "call_2", index=1)),
            calls(call("get_weather", '{"city":"Paris"}', 1), call("find", "{}", 1, "call_2")),
        ],
    )
    assert [(part.id, part.text) for part in said.messages[0].parts] == [
        ("call_1", '{"city":"Paris"}'),
        ("call_2", "{}"),
    ]


def test_tool_calls_that_come_whole() -> None:
    """One after the other in one output, each in a chunk of its own; a tool of xAI's is told again when it is done."""
    said = fold(
        xai_chat,
        [
            calls(call("web_search", '{"q":1}', 0)),
            calls(call("web_search", '{"q":1}', 1)),
            calls(call("get_weather", "{}", 1, "call_2")),
        ],
    )
    parts = said.messages[0].parts
    assert {(part.id, part.name, part.text) for part in parts} == {
        ("call_1", "web_search", '{"q":1}'),
        ("call_2", "get_weather", "{}"),
    }
    assert len(parts) == 2


def test_the_outputs_of_several_turns() -> None:
    """Each output is a message of its own."""
    chunks = [calls(call("web_search", "{}", 1)), message({"2": [{"1": {"1": "Mild."}, "3": 3, "4": 1}]})]
    said = fold(xai_chat, chunks)
    assert said.messages[1] == Message("assistant", (Part("text", "Mild."),))
    assert said.completed is False  # the first never said why it ended


def test_a_safety_identifier_is_a_user() -> None:
    """Where the request names no other."""
    assert xai_chat.read_request(message({"34 safety_identifier": "u-2"})).user == "u-2"
    assert xai_chat.read_request(message({"16 user": "u-1", "34 safety_identifier": "u-2"})).user == "u-1"


def test_every_tool_has_a_name() -> None:
    """A function its own, a tool of xAI's that of its field; one that is unknown has none."""
    tools = [
        {"1": {"1": "f"}},
        {"3": {}},
        {"4": {}},
        {"5": {}},
        {"6": {}},
        {"7": {}},
        {"8": {}},
        {"10": {}},
        {"11": {}},
    ]
    assert xai_chat.read_request(message({"17 tools": tools})).tools == (
        *("f", "web_search", "x_search", "code_execution", "collections_search", "mcp", "attachment_search"),
        "image_generation",
    )
