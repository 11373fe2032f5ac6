"""What the answers of xAI's gRPC API have in common: the usage of a sampling, and why it ended.

A count that is 0 is not sent. Where the total is stated, what makes it up is stated as well, so a part that is missing
is 0; without a total it is unknown. Reasoning stands beside the completion or within it, which the total tells
(providers.md 1.6). Each call of a tool that ran at xAI is told by the number of the tool. Costs are counted in ticks of
1e-10 USD.

Source: https://github.com/xai-org/xai-proto, usage.proto and sample.proto.
"""

from decimal import Decimal

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.inference import Usage
from llmtap.decode.usage.chat_usage import ChatUsage, chat_cost, chat_usage

REASONS = {
    1: "REASON_MAX_LEN",
    2: "REASON_MAX_CONTEXT",
    3: "REASON_STOP",
    4: "REASON_TOOL_CALLS",
    5: "REASON_TIME_LIMIT",
}
TIERS = {1: "default", 2: "priority"}
_WEB_SEARCH, _X_SEARCH, _CODE_EXECUTION, _COLLECTIONS_SEARCH = 1, 2, 3, 6


class SamplingUsage(msgspec.Struct, gc=False):
    """The message of that name."""

    completion_tokens: int | None = msgspec.field(name="1", default=None)
    prompt_tokens: int | None = msgspec.field(name="2", default=None)
    total_tokens: int | None = msgspec.field(name="3", default=None)
    prompt_text_tokens: int | None = msgspec.field(name="4", default=None)
    prompt_image_tokens: int | None = msgspec.field(name="5", default=None)
    reasoning_tokens: int | None = msgspec.field(name="6", default=None)
    cached_prompt_text_tokens: int | None = msgspec.field(name="7", default=None)
    server_side_tools_used: list[int] | None = msgspec.field(name="9", default=None)
    cost_in_usd_ticks: int | None = msgspec.field(name="11", default=None)


def sampling_usage(stated: SamplingUsage) -> Usage | None:
    """Return the counts, or None when there are none (pictures have a cost alone)."""
    zero = None if stated.total_tokens is None else 0
    counts = {
        "prompt_tokens": stated.prompt_tokens or zero,
        "completion_tokens": stated.completion_tokens or zero,
        "total_tokens": stated.total_tokens,
        "reasoning_tokens": stated.reasoning_tokens,
        "prompt_tokens_details": {
            "cached_tokens": stated.cached_prompt_text_tokens,
            "text_tokens": stated.prompt_text_tokens,
            "image_tokens": stated.prompt_image_tokens,
        },
    }
    usage, ran = chat_usage(msgspec.convert(counts, ChatUsage)), stated.server_side_tools_used
    if usage is None or not ran:
        return usage
    return msgspec.structs.replace(
        usage,
        web_searches=ran.count(_WEB_SEARCH) or None,
        social_searches=ran.count(_X_SEARCH) or None,
        code_executions=ran.count(_CODE_EXECUTION) or None,
        file_searches=ran.count(_COLLECTIONS_SEARCH) or None,
        server_tool_calls=len(ran),
    )


def sampling_cost(stated: SamplingUsage) -> Decimal | None:
    """Return what xAI itself says that the call costs, in USD."""
    return chat_cost(ChatUsage(cost_in_usd_ticks=stated.cost_in_usd_ticks))


def merge_usage(answer: Answer, stated: SamplingUsage | None) -> None:
    """Replace usage and cost: in a stream each chunk states what was used until then."""
    if stated is None:
        return
    answer.usage = sampling_usage(stated) or answer.usage
    cost = sampling_cost(stated)
    if cost is not None:
        answer.reported_cost = cost


def merge_reason(answer: Answer, choice: int, reason: int | None) -> None:
    """Take note of why a choice ended; the answer is complete when each choice has."""
    if choice not in answer.roles:
        answer.roles[choice] = "assistant"
        answer.completed = False
    if reason:
        answer.finish_reasons[choice] = REASONS.get(reason, f"REASON_{reason}")
        answer.completed = answer.roles.keys() <= answer.finish_reasons.keys()
