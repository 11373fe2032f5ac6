"""Llama's own API: one message, and metrics."""

from llmtap.decode.formats import llama_chat
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import fold, whole


def test_a_call_grows_in_pieces() -> None:
    """What has an id or a name begins a call, what has neither goes on with it."""
    pieces = [
        {"id": "c1", "function": {"name": "tide", "arguments": '{"at":'}},
        {"function": {"arguments": '"Brest"}'}},
        {"id": "c2", "function": {"name": "wind", "arguments": "{}"}},
    ]
    said = fold(llama_chat, [{"event": {"event_type": "progress", "delta": piece}} for piece in pieces])
    calls = (Part("tool_call", '{"at":"Brest"}', "c1", "tide"), Part("tool_call", "{}", "c2", "wind"))
    assert (said.messages[0].parts, said.completed) == (calls, False)


def test_a_call_that_is_said_again_whole_counts_once() -> None:
    """Llama Stack says the text of a call as it comes, and the call at last."""
    call = {"call_id": "c1", "tool_name": "tide", "arguments": {"at": "Brest"}}
    events = [{"event": {"delta": {"type": "tool_call", "tool_call": stated}}} for stated in ('{"at":', call)]
    assert fold(llama_chat, events).messages[0].parts == (Part("tool_call", '{"at":"Brest"}', "c1", "tide"),)


def test_a_text_stands_without_a_message() -> None:
    """Llama Stack's completions, whole and streamed."""
    answered = {
        "content": "Calm.",
        "stop_reason": "out_of_tokens",
        "metrics": [{"metric": "prompt_tokens", "value": 3}],
    }
    said = whole(llama_chat, answered)
    assert (said.messages[0].parts[0].text, said.finish_reasons, said.usage) == ("Calm.", ("out_of_tokens",), Usage(3))
    streamed = fold(llama_chat, [{"delta": "Ca"}, {"delta": "lm.", "stop_reason": "end_of_turn"}])
    assert (streamed.messages, streamed.completed) == (said.messages, True)
    assert llama_chat.read_request(b'{"content":"The sea"}').messages[0].parts == (Part("text", "The sea"),)


def test_choices_are_a_chat_s() -> None:
    """A server may answer in the other shape at the same address."""
    choice = {"index": 0, "message": {"content": "Calm."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    said = whole(llama_chat, {"model": "m", "choices": [choice], "usage": usage})
    assert (said.model, said.usage, said.messages[0].parts[0].text) == ("m", Usage(3, 2), "Calm.")
    assert fold(llama_chat, [{"choices": [choice | {"delta": choice["message"]}]}, b"[DONE]"]).completed


def test_a_metric_that_is_no_count_counts_nothing() -> None:
    """Half a token, or none said."""
    odd = [{"metric": "num_prompt_tokens", "value": 1.5}, {"metric": "num_completion_tokens"}, {"value": 3}]
    assert whole(llama_chat, {"completion_message": {}, "metrics": odd}).usage is None
