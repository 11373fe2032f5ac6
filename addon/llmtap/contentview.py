"""mitmweb's door: shows an LLM body as the conversation it is, streamed or not, and what it came to.

It reads with `decode` and `enrich.cost` only, and knows flows only to turn them into Exchanges. Whatever it cannot show
raises ValueError, on which mitmproxy falls back to the raw body. What is shown here was never redacted: it lives in the
memory of a user interface and reaches neither the store nor Elasticsearch.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec
from mitmproxy import contentviews, http

from llmtap.capture.exchange import Endpoint, Failure
from llmtap.capture.provider import Providers
from llmtap.capture.recorder import exchange_of
from llmtap.decode.decoder import decode
from llmtap.decode.inference import Inference, InferenceRequest, Message, Part, ProviderError, Usage
from llmtap.decode.recognition import recognised
from llmtap.enrich.cost import Cost, Prices, price
from llmtap.enrich.latency import Latency

ENDPOINT = "llmtap.endpoint"
"""The key of `flow.metadata` under which the addon leaves a flow's Endpoint; a redirected flow no longer shows it.

It is left in plain values, since mitmproxy writes metadata into flow files."""
COLUMNS = ["tls", "icon", "path", "method", "status", "comment", "size", "time"]
"""What mitmweb's list shows: its own default (12.2.3) and the comment."""
SHORT = 60
"""Characters up to which a tool call's arguments stand in one line."""
WIDTH = 100
"""Characters after which a line of text is folded at the next blank before it."""
PRIORITY = 2.0
"""Above mitmproxy's own views, whose highest is 1 (12.2.3)."""


class LLMContentview(contentviews.Contentview):
    """The view called LLM: a request's or a response's body as a conversation."""

    def __init__(self, providers: Providers, prices: Prices) -> None:
        """Show the flows whose endpoint `providers` know, with costs by `prices`."""
        self._providers = providers
        self._prices = prices

    @property
    def name(self) -> str:
        """The name in mitmproxy's list of views."""
        return "LLM"

    @property
    def syntax_highlight(self) -> contentviews.SyntaxHighlight:
        """None of mitmproxy's highlighters: it is prose."""
        return "none"

    def prettify(self, data: bytes, metadata: contentviews.Metadata) -> str:
        """Return the conversation, and under a line what it came to; raise ValueError for what is no LLM body."""
        flow = metadata.flow
        endpoint = self._endpoint(flow)
        if not isinstance(flow, http.HTTPFlow) or endpoint is None or not data:
            raise ValueError("no LLM call")
        exchange = exchange_of(flow, endpoint)
        inference = decode(exchange)
        if isinstance(metadata.http_message, http.Request):
            shown = request_text(inference)
        else:
            shown = response_text(inference, price(exchange, inference, self._prices), exchange.failure)
        if not shown:
            raise ValueError("; ".join(inference.problems) or "nothing that could be read")
        return shown.encode("utf-8", "replace").decode()  # lone surrogates, which JSON may spell, cannot be sent on

    def render_priority(self, data: bytes, metadata: contentviews.Metadata) -> float:
        """Return a high priority for JSON, event streams and gRPC of LLM flows, a negative one for everything else."""
        start = data[:64].lstrip()
        readable = start.startswith((b"{", b"[", b"data:", b"event:", b":", b"id:", b"\xef\xbb\xbf"))
        readable = readable or (metadata.content_type or "").startswith("application/grpc")
        readable = readable and metadata.websocket_message is None  # one message of a session is no conversation
        return PRIORITY if readable and self._endpoint(metadata.flow) is not None else -1.0

    def _endpoint(self, flow: object) -> Endpoint | None:
        if not isinstance(flow, http.HTTPFlow):
            return None
        request = flow.request
        endpoint = left(flow) or self._providers.endpoint(
            request.pretty_host, request.port, request.method, request.path, request.headers.fields
        )
        unsure = endpoint is not None and not endpoint.certain
        return None if endpoint is None or (unsure and not recognised(exchange_of(flow, endpoint))) else endpoint


def leave(flow: http.HTTPFlow, endpoint: Endpoint) -> None:
    """Leave a flow's endpoint with the flow."""
    flow.metadata[ENDPOINT] = msgspec.to_builtins(endpoint)


def left(flow: http.HTTPFlow) -> Endpoint | None:
    """Return the endpoint that was left with a flow, or None."""
    try:
        return msgspec.convert(flow.metadata[ENDPOINT], Endpoint)
    except (LookupError, msgspec.ValidationError):
        return None


def register(providers: Providers, prices: Prices) -> None:
    """Add the view to mitmproxy; a later call replaces it, so that it follows a changed configuration."""
    contentviews.add(LLMContentview(providers, prices))


def comment(inference: Inference, cost: Cost, latency: Latency, failure: Failure | None = None) -> str:
    """Return what a call came to in one line, for the comment of its flow; what is unknown is left out.

    mitmweb's column is narrow: tokens, cost and time come first, the end last. The end of a call that failed is why.
    """
    response, usage = inference.response, inference.response.usage
    ends = list(dict.fromkeys(response.finish_reasons))
    if response.error or failure:
        ends = [*([_error(response.error)] if response.error else ()), *([failure.type] if failure else ())]
    elif response.completed is False:
        ends.append("cut off")
    both = usage is not None and usage.input_tokens is not None and usage.output_tokens is not None
    return " · ".join(
        fact
        for fact in (
            f"{usage.input_tokens:,}→{usage.output_tokens:,}" if usage and both else _tokens(usage),
            _money(cost),
            _time(latency),
            response.model or inference.request.model,
            ", ".join(ends),
        )
        if fact
    )


def request_text(inference: Inference) -> str:
    """Return what was asked: the messages, then model, tools and parameters; empty when nothing could be read."""
    request = inference.request
    facts: dict[str, str | None] = {
        "model": request.model,
        "tools": ", ".join(request.tools),
        "parameters": ", ".join(_parameters(request)),
        "unread": ", ".join(problem for problem in inference.problems if problem.startswith("request.")),
    }
    if not request.messages and request.model is None:
        return ""
    return _page(request.messages, facts)


def response_text(inference: Inference, cost: Cost, failure: Failure | None = None) -> str:
    """Return what came back: the messages, then model, end, tokens and cost; empty when nothing could be read.

    A `failure` of the connection is an error line of its own, beside whatever arrived before it.
    """
    response = inference.response
    end = ", ".join(response.finish_reasons)
    errors = [_error(response.error, prose=True)] if response.error else []
    errors += [f"{failure.type}: {failure.message}" if failure.message else failure.type] if failure else []
    facts: dict[str, str | None] = {
        "model": response.model,
        "error": "; ".join(errors),
        "finish": "cut off before its end" if response.completed is False and not response.error else end,
        "tokens": _tokens(response.usage),
        "cost": (money := _money(cost)) and (f"{money} ({cost.source})" if cost.source else money),
        "unread": ", ".join(problem for problem in inference.problems if problem.startswith("response.")),
    }
    if not response.messages and not any(facts[name] for name in ("model", "error", "tokens")):
        return ""
    return _page(response.messages, facts)


def _page(messages: Iterable[Message], facts: dict[str, str | None]) -> str:
    known = [f"{name:<10}  {value}" for name, value in facts.items() if value]
    # mitmweb gives an empty line no height (12.2.3), so the line between messages holds a blank.
    return "\n \n".join((*map(_message, messages), "\n".join(("─" * 40, *known))))


def _message(message: Message) -> str:
    return "\n".join((message.role, *(textwrap.indent(_folded(_part(part)), "  ") for part in message.parts)))


def _folded(text: str) -> str:
    """Return a text whose long lines are folded at blanks, each under its own beginning; words stay whole."""
    return "\n".join(folded for line in text.split("\n") for folded in _lines(line))


def _lines(line: str) -> list[str]:
    if len(line) <= WIDTH:
        return [line]
    margin = line[: len(line) - len(line.lstrip())][: WIDTH // 2]
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=margin,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _part(part: Part) -> str:
    origin = f"  [{part.id}]" if part.id else ""
    match part.kind:
        case "text":
            return part.text
        case "reasoning" | "refusal":
            return f"({part.kind})\n{textwrap.indent(part.text, '  ')}"
        case "tool_call":
            return f"→ {part.name or 'tool'}({_arguments(part.text)}){origin}"
        case "tool_result":
            return f"← {part.name or 'result'}{origin}\n{textwrap.indent(part.text, '  ')}"
        case "media":
            return f"[{part.text or 'media'}]"


def _arguments(text: str) -> str:
    """Return arguments as they are when they are short, cut off or no JSON, and over several lines otherwise."""
    if len(text) <= SHORT:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _parameters(request: InferenceRequest) -> Iterator[str]:
    for name in ("stream", "max_tokens", "temperature", "top_p", "top_k", "seed", "reasoning_level", "service_tier"):
        value = getattr(request, name)
        if value is not None:
            yield f"{name} {str(value).lower() if isinstance(value, bool) else value}"


def _tokens(usage: Usage | None) -> str | None:
    if usage is None:
        return None
    sides = (
        _side(
            usage.input_tokens,
            "in",
            (usage.cache_read_input_tokens, "cached"),
            (usage.cache_write_input_tokens, "written"),
        ),
        _side(usage.output_tokens, "out", (usage.reasoning_output_tokens, "reasoning")),
    )
    return " → ".join(side for side in sides if side) or None


def _side(total: int | None, name: str, *portions: tuple[int | None, str]) -> str | None:
    if total is None:
        return None
    inside = ", ".join(f"{count:,} {what}" for count, what in portions if count)
    return f"{total:,} {name} ({inside})" if inside else f"{total:,} {name}"


def _money(cost: Cost) -> str | None:
    """Return the cost with at least cents and three significant digits."""
    if cost.total is None:
        return None
    amount = Decimal(cost.total)
    written = f"{amount:,.{max(2, 2 - amount.adjusted())}f}"
    return f"${written}" if cost.currency == "USD" else f"{written} {cost.currency}"


def _time(latency: Latency) -> str | None:
    """Return how long it took: until the first token of a stream, until the end otherwise."""
    if latency.first_token is not None:
        return f"first {_seconds(latency.first_token)}"
    return None if latency.duration is None else _seconds(latency.duration)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _error(error: ProviderError, *, prose: bool = False) -> str:
    kind = error.code or error.type or "error"
    return f"{kind}: {error.message}" if prose and error.message else kind
