"""Brings a usage object of OpenAI's newer kind (`input_tokens`, `output_tokens`) to OTel's arithmetic.

Images, sound and batches state it so; cached tokens are inside the input and reasoning inside the output. A body that
uses the names of Chat Completions instead is read as one (relays do so). A part beyond its whole is clamped and the
usage marked `inconsistent`.

Source: https://platform.openai.com/docs/api-reference/images, .../audio and .../batch; providers.md 1.6.
"""

import msgspec

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_usage, heard
from llmtap.decode.usage.tally import count


class _Details(msgspec.Struct, gc=False):
    text_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


_NONE = _Details()


class TokenUsage(ChatUsage, gc=False):
    """A `usage` object as it stands in a body; images say `input_tokens_details`, sound `input_token_details`."""

    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    input_token_details: _Details | None = None
    output_token_details: _Details | None = None


def token_usage(stated: TokenUsage) -> Usage | None:
    """Return the counts of a usage object, or None when it states none (xAI's images have a cost only).

    A transcript is counted in tokens or in seconds (`type` is `duration`), whichever its model is billed by.
    """
    if stated.input_tokens is None and stated.output_tokens is None:
        return chat_usage(stated)
    into = stated.input_tokens_details or stated.input_token_details or _NONE
    out = stated.output_tokens_details or stated.output_token_details or _NONE
    whole, output = count(stated.input_tokens), count(stated.output_tokens)
    read, written, thought = count(into.cached_tokens), count(into.cache_write_tokens), count(out.reasoning_tokens)
    cached = _within(read, whole)
    kept = _within(written, None if whole is None else whole - (cached or 0))
    reasoning = _within(thought, output)
    usage = Usage(
        input_tokens=whole,
        output_tokens=output,
        cache_read_input_tokens=cached,
        cache_write_input_tokens=kept,
        reasoning_output_tokens=reasoning,
        text_input_tokens=count(into.text_tokens),
        text_output_tokens=count(out.text_tokens),
        audio_input_tokens=count(into.audio_tokens),
        audio_output_tokens=count(out.audio_tokens),
        image_input_tokens=count(into.image_tokens),
        image_output_tokens=count(out.image_tokens),
        text_messages=count(stated.input_text_messages),
        audio_seconds=heard(stated),
        inconsistent=(cached, kept, reasoning) != (read, written, thought),
    )
    return None if usage == UNUSED else usage


def _within(part: int | None, whole: int | None) -> int | None:
    return part if part is None or whole is None else min(part, whole)
