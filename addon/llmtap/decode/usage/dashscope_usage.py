"""Brings a usage of DashScope's own API to OTel's arithmetic: totals include their parts, other units stand beside.

Source: https://help.aliyun.com/zh/model-studio/qwen-api-via-dashscope, .../text-to-video-api-reference, and the models
of https://pypi.org/project/dashscope (`VideoSynthesisUsage`, `RecognitionUsage`, `ImageSynthesisUsage`).
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.chat_usage import measure
from llmtap.decode.usage.tally import count, tally


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None
    video_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Searched(msgspec.Struct, gc=False):
    count: int | None = None


class _Plugins(msgspec.Struct, gc=False):
    search: _Searched | None = None


class _Counts(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None


class DashscopeUsage(msgspec.Struct, gc=False):
    """Counts of a model, of vectors (`total_tokens` alone), or of each model that an application called.

    What is made or heard is counted in units of its own: `characters` that were spoken, `duration` or `seconds` of
    sound, `image_count`; where films are counted (`video_count`), `duration` is theirs.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    image_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    models: list[_Counts] | None = None
    video_tokens: int | None = None
    audio_tokens: int | None = None
    characters: int | None = None
    duration: Decimal | None = None
    seconds: Decimal | None = None
    image_count: int | None = None
    video_count: int | None = None
    video_duration: Decimal | None = None
    plugins: _Plugins | None = None


_NO_DETAILS = _Details()


def dashscope_usage(stated: DashscopeUsage) -> Usage | None:
    """Return the counts, or None when there are none; a total alone is that of an input."""
    filmed = bool(stated.video_count)
    details, made = stated.prompt_tokens_details or stated.input_tokens_details, stated.output_tokens_details
    read_in, into, out = details or _NO_DETAILS, stated.input_tokens_details or _NO_DETAILS, made or _NO_DETAILS
    inputs = [count(one.input_tokens) or 0 for one in stated.models or ()]
    outputs = [count(one.output_tokens) or 0 for one in stated.models or ()]
    total = stated.total_tokens if stated.output_tokens is None and not outputs else None
    tokens = tally(
        count(stated.input_tokens, sum(inputs) if inputs else None, total),
        count(stated.output_tokens, sum(outputs) if outputs else None),
        cached=read_in.cached_tokens,
        reasoning=out.reasoning_tokens,
        images=count(into.image_tokens, stated.image_tokens),
    )
    searched = stated.plugins.search.count if stated.plugins and stated.plugins.search else None
    usage = replace(
        tokens or UNUSED,
        text_input_tokens=count(into.text_tokens),
        text_output_tokens=count(out.text_tokens),
        audio_input_tokens=count(into.audio_tokens, stated.audio_tokens),
        audio_output_tokens=count(out.audio_tokens),
        video_input_tokens=count(into.video_tokens, stated.video_tokens),
        web_searches=count(searched),
        characters=count(stated.characters),
        images=count(stated.image_count),
        audio_seconds=measure(stated.seconds, None if filmed else stated.duration),
        video_seconds=measure(stated.video_duration, stated.duration if filmed else None),
    )
    return None if usage == UNUSED else usage
