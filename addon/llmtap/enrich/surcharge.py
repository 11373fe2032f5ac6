"""What vendors ask beside their lists, and neither source of prices knows: each with the page that says so.

Three kinds, and no price of a model: a factor on tokens (for a place, for speed), a fee for a tool of the provider's
own, and a count that is billed once a call however large it is. The version of a price says which factors and fees
are in it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from llmtap.capture.exchange import Exchange
from llmtap.decode.inference import Inference
from llmtap.enrich.tariff import Tariff

_TENTH = Decimal("1.1")
_LOCATION = re.compile(r"/locations/([a-z0-9-]{1,40})/")
_RESIDENT = re.compile(r"[a-z]{2}\.api\.openai\.com")
_UPLIFTED = {
    "openai": re.compile(r"gpt-(?:5\.[4-9]|[6-9]|realtime-2\.[1-9])"),
    "gcp.vertex_ai": re.compile(r"claude-[a-z]+-(?:4-[5-9]|[5-9])|gemini-[3-9]"),
}
"""The models that cost more in one place: OpenAI's since 5 March 2026
(https://developers.openai.com/api/docs/guides/data-residency, November 2026), Claude since 4.5
(https://platform.claude.com/docs/en/about-claude/pricing, copy of 10 April 2026) and Gemini since 3
(https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing, as quoted in September 2026)."""

_FAST = {"claude-opus-4-6": Decimal(6), "claude-opus-4-7": Decimal(6)}
_FAST_SINCE = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
"""Anthropic's fast mode of models that no longer have it, and since when the page that says so is known
(https://platform.claude.com/docs/en/about-claude/pricing, copy of 10 April 2026: six times, in the whole context). In
the weeks before it was sold at half of that, and long questions cost twelve times.
"""

_FEES: Mapping[str, Mapping[str, Decimal]] = {
    "x_ai": {
        "web_searches": Decimal("0.005"),
        "social_searches": Decimal("0.005"),
        "code_executions": Decimal("0.005"),
        "file_searches": Decimal("0.0025"),
    },
}
"""What each call of a provider's own tool costs, whatever the model (https://docs.x.ai/developers/pricing, 2026)."""

_BY_PROMPT = re.compile(r"/gemini-[12][.-]")
"""Models of which a grounded prompt is billed, however often it searched; from Gemini 3 on each query is
(https://ai.google.dev/gemini-api/docs/pricing, copy of 4 August 2026)."""


def place(exchange: Exchange, inference: Inference, model: str) -> Decimal | None:
    """Return what tokens cost more where a model was asked to run in one place only; None where they do not.

    Bedrock's regional profiles have names, and so prices, of their own.
    """
    provider, host = exchange.endpoint.provider, exchange.request.host.lower()
    if provider == "anthropic":
        return _TENTH if inference.response.inference_geo == "us" else None
    bound = provider in _UPLIFTED and (
        bool(_RESIDENT.fullmatch(host)) if provider == "openai" else _region(exchange, host) != "global"
    )
    return _TENTH if bound and _UPLIFTED[provider].match(model.lower().rpartition("/")[2]) else None


def _region(exchange: Exchange, host: str) -> str:
    """Return the location of a call to Vertex AI: that of the path, else that of the host's name."""
    named = _LOCATION.search(exchange.request.path)
    return named[1] if named else host.partition("-aiplatform.")[0] if "-aiplatform." in host else "global"


def fast(listed: Tariff, at: dt.datetime) -> Tariff | None:
    """Return the price of the fast mode of a model whose standard price is `listed`, or None if it is not known."""
    factor = _FAST.get(listed.pricing.rpartition("/")[2]) if at >= _FAST_SINCE else None
    return None if factor is None or ":anthropic/" not in listed.pricing else listed.of_tokens_times(factor)


def with_fees(listed: Tariff, provider: str) -> Tariff:
    """Return a list price together with the fees of a provider's tools, and with what is billed once a call."""
    if _BY_PROMPT.search(listed.pricing):
        listed = replace(listed, once=frozenset({"web_searches"}))
    return listed.with_fees(_FEES[provider]) if provider in _FEES else listed
