"""GigaChat's second API: messages of pieces."""

from llmtap.decode.formats import gigachat_messages
from llmtap.decode.inference import Part, ProviderError
from tests.decode.formats.laws import fold, whole


def test_a_call_may_stand_beside_the_pieces() -> None:
    """Of a message, where it is one in any case."""
    call = {"name": "tide", "arguments": {"at": "Brest"}}
    for message in ({"content": [{"function_call": call}]}, {"content": [], "function_call": call}):
        said = whole(gigachat_messages, {"messages": [message]})
        assert said.messages[0].parts == (Part("tool_call", '{"at":"Brest"}', None, "tide"),)


def test_a_file_is_a_medium() -> None:
    """Which the answer holds beside its words; words may be no list."""
    said = whole(
        gigachat_messages, {"messages": [{"content": "A cat."}, {"content": [{"files": [{"mime": "image/png"}]}]}]}
    )
    assert said.messages[0].parts == (Part("text", "A cat."), Part("media", "image/png"))


def test_an_event_may_be_an_error() -> None:
    """Told by its name."""
    said = fold(gigachat_messages, [b'{"message":"no"}'], name="error")
    assert said.error == ProviderError(None, None, "no")
    assert fold(gigachat_messages, [b"[DONE]"]).completed


def test_a_result_may_be_words() -> None:
    """Of a function, in a turn of its own."""
    asked = gigachat_messages.read_request(
        b'{"messages":[{"role":"function","content":[{"function_result":{"name":"tide","result":"high"}}]}]}'
    )
    assert (asked.messages[0].role, asked.messages[0].parts) == ("tool", (Part("tool_result", "high", None, "tide"),))
