"""The items of OpenAI's Responses API as parts of a message."""

import msgspec
import pytest

from llmtap.decode.inference import Message, Part
from llmtap.decode.messages.items import Item, Key, messages, parts, role, tool


def item(text: str) -> Item:
    """An item as it stands in JSON."""
    return msgspec.json.decode(text, type=Item)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"type":"message","content":[{"type":"output_text","text":"Hi"},{"type":"refusal","refusal":"No"}]}',
            [(("content", 0), Part("text", "Hi")), (("content", 1), Part("refusal", "No"))],
        ),
        ('{"role":"user","content":"Hi"}', [(("content", 0), Part("text", "Hi"))]),
        (
            '{"type":"reasoning","summary":[{"type":"summary_text","text":"a"}],"content":[{"type":"text","text":"b"}]}',
            [(("summary", 0), Part("reasoning", "a")), (("content", 0), Part("reasoning", "b"))],
        ),
        (
            '{"type":"function_call","id":"i","call_id":"c","name":"f","arguments":"{\\"a\\": 1}"}',
            [(("call", 0), Part("tool_call", '{"a": 1}', "c", "f"))],
        ),
        (
            '{"type":"custom_tool_call","call_id":"c","name":"f","input":"draw"}',
            [(("call", 0), Part("tool_call", "draw", "c", "f"))],
        ),
        (
            '{"type":"tool_search_call","id":"i","arguments":{"paths":["a"]}}',
            [(("call", 0), Part("tool_call", '{"paths":["a"]}', "i", "tool_search"))],
        ),
        (
            '{"type":"code_interpreter_call","id":"i","code":"1+1"}',
            [(("call", 0), Part("tool_call", "1+1", "i", "code_interpreter"))],
        ),
        (
            '{"type":"mcp_call","id":"i","name":"f","arguments":"{}","output":"42"}',
            [(("call", 0), Part("tool_call", "{}", "i", "f")), (("result", 0), Part("tool_result", "42", "i"))],
        ),
        (
            '{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"a"},{"type":"x"}]}',
            [(("result", 0), Part("tool_result", "a", "c"))],
        ),
        (
            '{"type":"shell_call_output","call_id":"c","output":[{"stdout":"a","stderr":""}]}',
            [(("result", 0), Part("tool_result", "a", "c"))],
        ),
        ('{"type":"image_generation_call","result":"c2VjcmV0"}', [(("call", 0), Part("media", "image"))]),
        ('{"type":"compaction","encrypted_content":"gAAA"}', []),
        ('{"type":"item_reference","id":"i"}', []),
    ],
)
def test_an_item_makes_parts(text: str, expected: list[tuple[Key, Part]]) -> None:
    """Each kind makes its parts under keys of its own; an unknown kind makes none."""
    assert list(parts(item(text))) == expected


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ('{"type":"input_image","image_url":"data:image/png;base64,c2VjcmV0"}', "image/png"),
        ('{"type":"input_image","image_url":"https://example.com/?key=secret"}', "https"),
        ('{"type":"image_url","image_url":{"url":"https://example.com/?key=secret"}}', "https"),
        ('{"type":"input_image","file_id":"file_secret"}', "image"),
        (
            '{"type":"input_file","filename":"secret.pdf","file_data":"data:application/pdf;base64,c2"}',
            "application/pdf",
        ),
        ('{"type":"input_file","file_data":"c2VjcmV0"}', "file"),
        ('{"type":"input_audio","input_audio":{"data":"c2VjcmV0","format":"wav"}}', "audio/wav"),
    ],
)
def test_the_data_of_a_medium_is_never_read(piece: str, expected: str) -> None:
    """A medium shows its MIME type, the scheme of its URL, or its kind."""
    assert [part for _, part in parts(item('{"content":[' + piece + "]}"))] == [Part("media", expected)]


def test_who_speaks() -> None:
    """A message says whose it is; results are the tool's, all else is the assistant's."""
    said = ('{"role":"developer"}', '{"type":"function_call_output"}', '{"type":"reasoning"}', "{}")
    assert [role(item(text)) for text in said] == ["developer", "tool", "assistant", "assistant"]


def test_which_tool_is_called() -> None:
    """A hosted tool is named by its type; what calls none has no name."""
    said = ('{"type":"web_search_call"}', '{"type":"mcp_approval_request","name":"f"}', '{"type":"message"}')
    assert [tool(item(text)) for text in said] == ["web_search", "f", None]


def test_input_is_a_text_or_items() -> None:
    """A bare text is what the user says; an item that shows nothing is no message."""
    assert messages("Hi") == (Message("user", (Part("text", "Hi"),)),)
    assert messages([item('{"type":"reasoning","summary":[]}'), item('{"role":"user","content":"Hi"}')]) == messages(
        "Hi"
    )
    assert messages(None) == ()
