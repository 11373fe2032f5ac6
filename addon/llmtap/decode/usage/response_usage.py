"""Brings the usage of OpenAI's Responses API to OTel's arithmetic: totals include their parts.

Cached tokens are inside the input, reasoning inside the output. Beside the tokens stand the tools that the server ran:
all its calls are items of the output, and where it does not count its searches, those items are counted that searched.
OpenAI bills them, and none that opens a page or finds something in it
(https://platform.openai.com/docs/guides/tools-web-search). An image that a chat had made is billed by the tokens of the
model that made it, a drawing by those of the model that wrote it, which no total includes.

Source: https://platform.openai.com/docs/api-reference/responses/object, https://docs.x.ai/docs/guides/tools/overview,
https://docs.perplexity.ai/api-reference/responses-post, https://openrouter.ai/docs/guides/features/server-tools, and
the type definitions of
https://github.com/openai/openai-python (`cache_write_tokens_details`, `svg_usage`); providers.md 1.6.
"""

from collections.abc import Iterable

import msgspec

from llmtap.decode.inference import Usage
from llmtap.decode.messages.items import Item
from llmtap.decode.usage.chat_usage import ChatUsage, ServerTools, chat_usage, heard
from llmtap.decode.usage.tally import Count, count

_SERVER_TOOLS = frozenset(
    {"web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call"}
)
"""The items that the provider's own tools leave; the others are calls that the application has to answer."""


class _Kept(msgspec.Struct, frozen=True):
    """What was written to the cache for half an hour and for twelve."""

    ttl_30m_tokens: Count | None = None
    ttl_12h_tokens: Count | None = None


class _Details(msgspec.Struct, frozen=True):
    """Parts of one side; the longer names of the cache are Perplexity's."""

    cached_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_write_tokens_details: _Kept = _Kept()
    reasoning_tokens: Count | None = None


class _Asked(msgspec.Struct, frozen=True):
    """How often each of xAI's tools was asked."""

    web_search_calls: Count | None = None
    x_search_calls: Count | None = None
    file_search_calls: Count | None = None
    code_interpreter_calls: Count | None = None


class _Invoked(msgspec.Struct, frozen=True):
    invocation: Count | None = None


class _Searches(msgspec.Struct, frozen=True):
    """How often each of Perplexity's tools was asked."""

    search_web: _Invoked = _Invoked()
    fetch_url: _Invoked = _Invoked()


class ResponseUsage(ChatUsage, gc=False):
    """A `usage` object as it stands in a response; xAI's and Perplexity's say what their tools were asked.

    OpenRouter's stands in `server_tool_use_details`, as in a chat.
    """

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    server_side_tool_usage_details: _Asked | None = None
    tool_calls_details: _Searches | None = None


class _WebSearch(msgspec.Struct, frozen=True):
    num_requests: Count | None = None


class _DrawingDetails(msgspec.Struct, frozen=True):
    image_tokens: Count | None = None


class _Drawing(msgspec.Struct, frozen=True):
    input_tokens: Count | None = None
    input_tokens_details: _DrawingDetails | None = None
    output_tokens: Count | None = None


class ToolUsage(msgspec.Struct, frozen=True):
    """What stands beside the usage of a response for the tools that have a price of their own."""

    web_search: _WebSearch | None = None
    image_gen: _Drawing | None = None


_NONE = _Details()
_NO_DRAWING = _Drawing()
_NO_TOOLS = ServerTools()


def response_usage(stated: ResponseUsage, tools: ToolUsage | None = None, output: Iterable[Item] = ()) -> Usage | None:
    """Return the counts of a response, of which `output` are the items.

    Where the total shows that reasoning was left out of the output, it is added (providers.md 1.6, generic rule). A
    relay that answers with the names of Chat Completions is read as one. A part beyond its whole is clamped.
    """
    if stated.input_tokens is None and stated.output_tokens is None:
        return chat_usage(stated)
    into, out = stated.input_tokens_details or _NONE, stated.output_tokens_details or _NONE
    asked, searches = stated.server_side_tool_usage_details or _Asked(), stated.tool_calls_details or _Searches()
    ran_there = stated.server_tool_use_details or _NO_TOOLS
    searched = tools.web_search.num_requests if tools and tools.web_search else None
    drawn = (tools.image_gen if tools else None) or _NO_DRAWING
    seen = drawn.input_tokens_details.image_tokens if drawn.input_tokens_details else None
    output_tokens = stated.output_tokens
    if output_tokens is not None and stated.input_tokens is not None and out.reasoning_tokens:
        apart = stated.input_tokens + output_tokens + out.reasoning_tokens == stated.total_tokens
        output_tokens += out.reasoning_tokens if apart else 0
    kept = into.cache_write_tokens_details
    read, read_exceeds = _within(count(into.cached_tokens, into.cache_read_input_tokens), stated.input_tokens)
    fresh = None if stated.input_tokens is None else stated.input_tokens - (read or 0)
    written, written_exceeds = _within(count(into.cache_write_tokens, into.cache_creation_input_tokens), fresh)
    reasoning, reasoning_exceeds = _within(out.reasoning_tokens, output_tokens)
    ran = [item for item in output if item.type in _SERVER_TOOLS]
    calls = [item.type for item in ran]
    drawings = [item.svg_usage for item in ran if item.svg_usage is not None]
    return Usage(
        input_tokens=stated.input_tokens,
        output_tokens=output_tokens,
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_30m_input_tokens=kept.ttl_30m_tokens,
        cache_write_12h_input_tokens=kept.ttl_12h_tokens,
        reasoning_output_tokens=reasoning,
        image_tool_input_tokens=drawn.input_tokens or None,
        image_tool_image_input_tokens=_within(seen, drawn.input_tokens)[0] or None,
        image_tool_output_tokens=drawn.output_tokens or None,
        svg_input_tokens=_total(drawing.input_tokens for drawing in drawings),
        svg_output_tokens=_total(drawing.output_tokens for drawing in drawings),
        web_searches=count(
            asked.web_search_calls,
            searches.search_web.invocation,
            searched,
            ran_there.web_search_requests,
            sum(map(_searches, ran)) or None,
        ),
        web_fetches=searches.fetch_url.invocation,
        social_searches=asked.x_search_calls,
        file_searches=count(asked.file_search_calls, calls.count("file_search_call") or None),
        code_executions=count(asked.code_interpreter_calls, calls.count("code_interpreter_call") or None),
        server_tool_calls=count(stated.num_server_side_tools_used, ran_there.tool_calls_executed, len(calls) or None),
        images=calls.count("image_generation_call") or None,
        audio_seconds=heard(stated),
        inconsistent=read_exceeds or written_exceeds or reasoning_exceeds,
    )


def _total(stated: Iterable[int | None]) -> int | None:
    """Return the sum of the counts, or None for none and for zero."""
    return sum(number for one in stated if (number := count(one)) is not None) or None


def _searches(item: Item) -> bool:
    """Whether an item is a call of the search tool, and says that it searched."""
    return item.type == "web_search_call" and isinstance(item.action, dict) and item.action.get("type") == "search"


def _within(part: int | None, whole: int | None) -> tuple[int | None, bool]:
    """Return a part clamped to its whole, and whether that was needed."""
    exceeds = part is not None and whole is not None and part > whole
    return (whole if exceeds else part), exceeds
