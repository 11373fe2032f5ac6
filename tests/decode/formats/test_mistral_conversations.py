"""Mistral's conversations: entries that grow, connectors whose tokens are input."""

from llmtap.decode.formats import mistral_conversations
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_what_connectors_fetched_is_input() -> None:
    """It stands beside the prompt; without a prompt there is no whole to add it to."""
    body = {"outputs": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "connector_tokens": 30}}
    assert whole(mistral_conversations, body).usage == Usage(35, 2)
    assert whole(mistral_conversations, {"outputs": [], "usage": {"connector_tokens": 30}}).usage is None


def test_each_entry_is_a_message() -> None:
    """They grow by their index, however they are mixed."""
    events = [
        {"type": "message.output.delta", "output_index": at, "content": text}
        for at, text in ((0, "a"), (2, "x"), (0, "b"))
    ]
    said = fold(mistral_conversations, events)
    assert [message.parts for message in said.messages] == [(Part("text", "ab"),), (Part("text", "x"),)]


def test_results_of_functions_are_asked_with() -> None:
    """An entry may answer a call of the entry before."""
    body = b'{"inputs":[{"type":"function.result","tool_call_id":"c","result":"3 m"}]}'
    asked = mistral_conversations.read_request(body)
    assert asked.messages == (Message("tool", (Part("tool_result", "3 m", "c"),)),)


def test_an_error_without_words_is_one() -> None:
    """The event says that there was one."""
    assert fold(mistral_conversations, [{"type": "conversation.response.error"}]).error == ProviderError()
