"""The second source of prices, asked where the first knows none: a pinned file, handed in as bytes when first needed.

The file (`config/fallback-prices.json`, made by `make prices`) states for each seller what a model costs, as a price
sheet whose keys are `part`, `part@tier`, `part>start` or `part@tier>start`: the price of a part in a service tier for
calls with more than `start` input tokens; a tier may be how much Perplexity searched (`request@low`). A price of it
counts for the seller that answered; by a model's name alone only its maker's does. The bytes stay as they are, and of
them only the sheets that are asked for are read.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from llmtap.capture.exchange import Exchange
from llmtap.enrich.published import SELF_HOSTED
from llmtap.enrich.tariff import Levels, Offer, Tariff, stated_rates

type Key = tuple[str, str, int]
"""A part, a service tier ("" for standard), and the count of input tokens above which it holds."""

SELLERS: Mapping[str, tuple[str, ...]] = {
    "ai21": ("ai21",),
    "anthropic": ("anthropic",),
    "assemblyai": ("assemblyai",),
    "aws.bedrock": ("bedrock", "bedrock_mantle"),
    "aws.nova": ("amazon_nova",),
    "azure.ai.inference": ("azure_ai", "azure"),
    "azure.ai.openai": ("azure", "azure_ai"),
    "baseten": ("baseten",),
    "black_forest_labs": ("black_forest_labs",),
    "cerebras": ("cerebras",),
    "cloudflare": ("cloudflare",),
    "cohere": ("cohere",),
    "crusoecloud.com": ("crusoe",),
    "databricks": ("databricks",),
    "deepgram": ("deepgram",),
    "deepinfra": ("deepinfra",),
    "deepseek": ("deepseek",),
    "digitalocean": ("gradient_ai",),
    "elevenlabs": ("elevenlabs",),
    "fal": ("fal_ai",),
    "featherless.ai": ("featherless_ai",),
    "fireworks": ("fireworks_ai",),
    "friendli": ("friendliai",),
    "gcp.gemini": ("gemini",),
    "gcp.vertex_ai": ("vertex_ai",),
    "groq": ("groq",),
    "heroku": ("heroku",),
    "hyperbolic": ("hyperbolic",),
    "ibm.watsonx.ai": ("watsonx",),
    "inception": ("inception",),
    "jina": ("jina_ai",),
    "lambda_ai": ("lambda_ai",),
    "meta_llama": ("meta_llama",),
    "mistral_ai": ("mistral",),
    "morphllm.com": ("morph",),
    "nebius": ("nebius",),
    "novita": ("novita",),
    "nscale.com": ("nscale",),
    "nvidia": ("nvidia_nim",),
    "openai": ("openai",),
    "oracle_oci": ("oci",),
    "ovh": ("ovhcloud",),
    "perplexity": ("perplexity",),
    "replicate": ("replicate",),
    "sambanova": ("sambanova",),
    "sarvam.ai": ("sarvam",),
    "scaleway": ("scaleway",),
    "snowflake": ("snowflake",),
    "stability": ("stability",),
    "together": ("together_ai",),
    "vercel": ("vercel_ai_gateway",),
    "voyage": ("voyage",),
    "wandb": ("wandb",),
    "x_ai": ("xai",),
    "xiaomi": ("xiaomi_mimo",),
}
"""`gen_ai.provider.name` to what the source calls it; what is sold there by another currency or plan is not here."""

HOSTS: Mapping[str, str] = {
    "api.minimax.io": "minimax",
    "api.moonshot.ai": "moonshot",
    "api.z.ai": "zai",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "dashscope-us.aliyuncs.com": "dashscope",
}
"""Hosts that sell in USD what the same provider sells in CNY at another host."""

MAKERS: Mapping[str, tuple[str, ...]] = {
    "openai": ("openai",),
    "anthropic": ("anthropic",),
    "gemini": ("google", "gemini"),
    "mistral": ("mistralai", "mistral"),
    "deepseek": ("deepseek", "deepseek-ai"),
    "xai": ("x-ai", "xai"),
    "cohere": ("cohere",),
    "moonshot": ("moonshotai", "moonshot"),
    "zai": ("z-ai", "zai", "zai-org"),
    "minimax": ("minimax", "minimaxai"),
    "perplexity": ("perplexity",),
    "voyage": ("voyageai", "voyage"),
    "jina_ai": ("jinaai", "jina"),
}
"""Who sells models of his own, and what stands before the slash where others name them."""

logger = logging.getLogger(__name__)


class _File(msgspec.Struct, frozen=True):
    version: str
    prices: dict[str, msgspec.Raw]


_FILE = msgspec.json.Decoder(_File)
_SELLER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SHEET = msgspec.json.Decoder(dict[str, Decimal])


class Fallback:
    """The second source; `load` gives its bytes, once, when it is first asked. What cannot be read knows no price."""

    def __init__(self, load: Callable[[], bytes]) -> None:
        """Read nothing yet."""
        self._load = load
        self._read: _File | None = None

    def sold(self, exchange: Exchange, models: tuple[str, ...], tier: str, _: dt.datetime) -> Iterator[Offer]:
        """Yield what whoever answered sells under the names of a call; of Bedrock, in the region first."""
        host = exchange.request.host.lower()
        sellers = [("provider", seller) for seller in SELLERS.get(exchange.endpoint.provider, ())]
        sellers += [("host", HOSTS[host])] if host in HOSTS else []
        region = next((part for part in host.split(".")[1:3] if "-" in part), None)
        for how, seller in sellers:
            for model in models:
                names = (f"{region}/{model}", model) if seller.startswith("bedrock") else (model,)
                yield from self._offers(how, seller, names, tier)

    def made(self, exchange: Exchange, models: tuple[str, ...], tier: str, _: dt.datetime) -> Iterator[Offer]:
        """Yield what the makers of the models named sell; nothing where models run on the operator's machines."""
        if exchange.endpoint.provider in SELF_HOSTED:
            return
        for model in models:
            maker, slash, short = model.partition("/")
            for seller, called in MAKERS.items():
                yield from self._offers("model", seller, (short if slash and maker in called else model,), tier)

    def _offers(self, how: str, seller: str, names: Iterable[str], tier: str) -> Iterator[Offer]:
        """Yield the prices of a seller; his sheets are told apart anew each time, since what is found is kept."""
        file = self._file()
        raw = file.prices.get(seller)
        sheets = {} if raw is None else _SELLER.decode(raw)
        for name in names:
            if name in sheets:
                sheet = {_key(key): price for key, price in _SHEET.decode(sheets[name]).items()}
                tariff = Tariff(f"fallback:{how}:{seller}/{name}", file.version, _levels(sheet, tier))
                yield Offer(tariff, any(named == tier for _, named, _ in sheet))

    def _file(self) -> _File:
        if self._read is None:
            try:
                self._read = _FILE.decode(self._load())
            except (OSError, msgspec.MsgspecError):
                logger.warning("the second source of prices cannot be read: what the first does not know is unpriced")
                self._read = _File("", {})
        return self._read


def _levels(sheet: Mapping[Key, Decimal], tier: str) -> Levels:
    """Return the rates of a sheet in a service tier; what it does not state for the tier costs the standard price."""
    starts = sorted({start for _, named, start in sheet if named in {"", tier}} | {0})
    steps = []
    for start in starts:
        reached = [step for step in reversed(starts) if step <= start]
        stated = {}
        for part in {part for part, _, _ in sheet}:
            keys = ((part, named, step) for named in dict.fromkeys((tier, "")) for step in reached)
            price = next((sheet[key] for key in keys if key in sheet), None)
            if price is not None:
                stated[part] = price
        steps.append((start, stated_rates(stated)))
    return tuple(steps)


def _key(text: str) -> Key:
    named, _, start = text.partition(">")
    part, _, tier = named.partition("@")
    return part, tier, int(start or 0)
