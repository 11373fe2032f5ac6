"""Finish reasons: the providers' words in six."""

import pytest

from llmtap.decode.finish import finish


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("STOP", "stop"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("tool_calls", "tool"),
        ("tool_use", "tool"),
        ("content_filter", "filter"),
        ("content-filter", "filter"),
        ("tool-calls", "tool"),
        ("blacklist", "filter"),
        ("SAFETY", "filter"),
        ("JAILBREAK", "filter"),
        ("refusal", "filter"),
        ("failed", "error"),
        ("canceled", "error"),
        ("aborted", "error"),
        ("succeeded", "stop"),
        ("end_of_text", "stop"),
        ("word", "stop"),
        ("limit", "length"),
        ("MAXIMUM_TOKENS", "length"),
        ("token_limit", "length"),
        ("time_limit", "length"),
        ("insufficient_system_resource", "error"),
        ("compaction", "stop"),
        ("max_prompt_tokens", "length"),
        ("CONTINUATION", "length"),
        ("PROHIBITED_INPUT_CONTENT", "filter"),
        ("end_of_turn", "stop"),
        ("end_of_message", "tool"),
        ("out_of_tokens", "length"),
        ("ERROR_LIMIT", "length"),
        ("USER_CANCEL", "error"),
        ("expired", "error"),
        ("no_tool_call", "stop"),
        ("max_steps", "length"),
        ("context", "length"),
        ("requires_approval", "tool"),
        ("insufficient_credits", "error"),
        ("brand_new_reason", "other"),
    ],
)
def test_words(reason: str, meaning: str) -> None:
    """A word means the same whoever says it, in whatever case; an unknown one means `other`."""
    assert finish(reason) == meaning
