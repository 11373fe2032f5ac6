"""Mistral's conversations: entries that grow, connectors whose tokens are input."""

from hypothesis import given, settings

from llmtap.decode.formats import mistral_conversations
from llmtap.decode.inference import Message, Part, ProviderError, Usage
from tests.decode.formats.laws import calm, deep, fold, odd_bodies, whole

WORDS = """type conversation_id outputs output_index role content text name arguments tool_call_id model usage
    prompt_tokens completion_tokens connector_tokens connectors web_search inputs completion_args message.output.delta
    function.call.delta conversation.response.done conversation.response.error"""


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


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(mistral_conversations, data)


def test_depth_harms_nothing() -> None:
    """Nested content and arguments are read or refused."""
    deep(mistral_conversations, b'{"outputs":', b'{"type":"function.call.delta","arguments":', b'{"content":')
