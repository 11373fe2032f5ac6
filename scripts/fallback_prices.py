"""Makes config/fallback-prices.json: the prices of litellm's wheel, pinned, reduced to what llmtap prices by.

Nothing of that package is installed or executed: pip downloads the wheel, whose digest must be the pinned one, and two
files are read out of it, the price table and the licence. The same wheel gives the same bytes. To take a newer one,
change VERSION, DIGEST and CHECKED. 1.82.7 and 1.82.8 carried malware (OSV MAL-2026-2144): data cannot run, and a pinned
digest lets no other wheel in.

An entry is left out when it cannot be told from a call (sizes of images and films, data zones, capacity by the month),
when nobody in `llmtap.enrich.fallback.SELLERS` sells it, when all its prices are 0, which there means unknown more
often than free, or when an embedding costs more than `DEAREST`, which is a slip of three decimal places. The tokens of
an image count only where image tokens have a price: elsewhere such an entry means steps. What Perplexity takes for a
request goes by how much it searches, which stands here like a service tier.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from llmtap.enrich.fallback import HOSTS, MAKERS, SELLERS

type Json = dict[str, object]

VERSION = "1.110.2"
PLATFORM = "manylinux_2_28_x86_64"
DIGEST = "9d94d1c7d524b6fd10c14f9c8c6c4f0ac31705f9964ac59dcfd8337c046d8917"
CHECKED = "2026-11-25"
TABLE = "litellm/model_prices_and_context_window_backup.json"
LICENCE = f"litellm-{VERSION}.dist-info/licenses/LICENSE"
CONFIG = Path(__file__).parents[1] / "config"

TOKENS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "audio_input",
    "cache_read_input_audio_token_cost": "audio_cache_read",
    "output_cost_per_audio_token": "audio_output",
    "input_cost_per_image_token": "image_input",
    "cache_read_input_image_token_cost": "image_cache_read",
    "output_cost_per_image_token": "image_output",
    "input_cost_per_video_token": "video_input",
    "output_cost_per_video_token": "video_output",
    "output_cost_per_reasoning_token": "reasoning",
}
"""Prices of a token there to parts of our sheets, which are per million."""
OTHERS = {
    "input_cost_per_query": {"rerank": "search"},
    "input_cost_per_second": {"audio_transcription": "audio_second"},
    "output_cost_per_second": {"audio_transcription": "audio_second", "video_generation": "video_second"},
    "output_cost_per_video_per_second": {"video_generation": "video_second"},
    "output_cost_per_image": {"image_generation": "image", "image_edit": "image"},
    "input_cost_per_image": {"embedding": "input_image"},
    "ocr_cost_per_page": {"ocr": "page"},
    "ocr_cost_per_page_batches": {"ocr": "page@batch"},
    "annotation_cost_per_page": {"ocr": "annotated_page"},
    "annotation_cost_per_page_batches": {"ocr": "annotated_page@batch"},
}
"""Prices of something else to parts, by the modes in which it is plain what is counted; a second is billed once."""
TIERS = {"batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast"}
MODES = frozenset({
    None, "chat", "completion", "responses", "embedding", "rerank", "audio_transcription", "audio_speech",
    "image_generation", "image_edit", "video_generation", "ocr", "realtime",
})  # fmt: skip
FAMILIES = {
    "azure_text": "azure",
    "bedrock_converse": "bedrock",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "fireworks_ai-embedding-models": "fireworks_ai",
    "text-completion-codestral": "mistral",
    "text-completion-inception": "inception",
    "text-completion-openai": "openai",
}
"""Sellers that the table has under several names."""
WHOLES = dict.fromkeys(("reasoning", "audio_output", "image_output", "video_output"), "output") | dict.fromkeys(
    ("audio_input", "image_input", "video_input", "cache_write"), "input"
)
SOLD = {seller for sellers in SELLERS.values() for seller in sellers} | set(HOSTS.values()) | set(MAKERS)
DEAREST = 10
UNTOLD = re.compile(
    r"(?:us|eu|global|global-standard|us-gov|low|medium|high|hd|standard|auto)/|\d+-x-\d+|.*\*|.*commitment|sora-2-pro"
)
KEY = re.compile(rf"({'|'.join(TOKENS)})(?:_above_(\d+)k_tokens)?(?:_({'|'.join(TIERS)}))?")


def main() -> None:
    """Download the wheel and write the price file and its licence."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        only = ["--only-binary=:all:", "--python-version=3.12", f"--platform={PLATFORM}", f"--dest={folder}"]
        subprocess.run([*pip, *only, f"litellm=={VERSION}"], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != DIGEST:
            sys.exit(f"{wheel.name} is not the wheel that was pinned")
        with zipfile.ZipFile(wheel) as opened:
            table, licence = opened.read(TABLE), opened.read(LICENCE)
    (CONFIG / "fallback-prices.json").write_text(written(converted(json.loads(table))), encoding="utf-8")
    (CONFIG / "fallback-prices.LICENSE").write_bytes(licence)


def written(prices: Mapping[str, Mapping[str, Mapping[str, Decimal]]]) -> str:
    """Return the file: a line for each model, sorted, so that a newer one is a readable difference."""
    head = {
        "version": f"litellm {VERSION}",
        "source": f"{TABLE} of the wheel of litellm {VERSION}, sha256 {DIGEST}",
        "licence": "MIT, see fallback-prices.LICENSE",
        "checked": CHECKED,
        "unit": "USD per million tokens or characters, else each",
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    sellers = []
    for seller, models in sorted(prices.items()):
        sheets = (f"  {json.dumps(model)}: {_sheet(sheet)}" for model, sheet in sorted(models.items()))
        sellers.append(f" {json.dumps(seller)}: {{\n" + ",\n".join(sheets) + "\n }")
    return "{\n" + ",\n".join([*lines, ' "prices": {\n' + ",\n".join(sellers) + "\n }"]) + "\n}\n"


def _sheet(sheet: Mapping[str, Decimal]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{price:f}" for key, price in sorted(sheet.items())) + "}"


def converted(table: Mapping[str, Json]) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Return the sheets by seller and model; of two entries for the same the first holds."""
    prices: dict[str, dict[str, dict[str, Decimal]]] = {}
    for name, entry in table.items():
        said = str(entry.get("litellm_provider"))
        seller = "vertex_ai" if said.startswith("vertex_ai-") else FAMILIES.get(said, said)
        model = name
        for prefix in (said, seller):
            model = model.removeprefix(f"{prefix}/")
        if seller not in SOLD or entry.get("mode") not in MODES or UNTOLD.match(model):
            continue
        stated = {key: price for key, price in _prices(entry) if price or key == "input"}
        if entry.get("mode") == "embedding" and stated.get("input", 0) > DEAREST:
            continue
        if any(stated.values()):
            prices.setdefault(seller, {}).setdefault(model.lower(), _plain(stated))
    return prices


def _prices(entry: Json) -> Iterator[tuple[str, Decimal]]:
    mode = entry.get("mode")
    steps = mode == "image_generation" and "output_cost_per_image_token" not in entry
    sizes = any(key.startswith("output_cost_per_second_") for key in entry)
    for key, price in _amounts(entry.items()):
        if not steps and (match := KEY.fullmatch(key)):
            tier = f"@{TIERS[match[3]]}" if match[3] else ""
            yield f"{TOKENS[match[1]]}{tier}" + (f">{match[2]}000" if match[2] else ""), price * 1_000_000
        elif key == "input_cost_per_request":
            yield "request", price
        elif (part := OTHERS.get(key, {}).get(str(mode))) and not (part == "video_second" and sizes):
            yield part, price
        elif key == "input_cost_per_character" and mode == "audio_speech":
            yield "character", price * 1_000_000
    tiered = entry.get("tiered_pricing")
    for step in tiered if isinstance(tiered, list) else ():
        start = int(step["range"][0]) if "range" in step else 0
        for key, price in _amounts(step.items()):
            if key in TOKENS:
                yield TOKENS[key] + (f">{start}" if start else ""), price * 1_000_000
    yield from _searches(entry)


def _searches(entry: Json) -> Iterator[tuple[str, Decimal]]:
    """Yield what a search costs, or what Perplexity takes for a request by how much it searches."""
    searches = entry.get("search_context_cost_per_query")
    if isinstance(searches, dict) and len(set(searches.values())) == 1:
        yield "web_search", Decimal(str(next(iter(searches.values()))))
    elif isinstance(searches, dict) and entry.get("litellm_provider") == "perplexity":
        for size, price in _amounts(searches.items()):
            yield f"request@{size.removeprefix('search_context_size_')}", price


def _amounts(items: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Decimal]]:
    return ((key, Decimal(str(value))) for key, value in items if type(value) in (int, float))


def _plain(stated: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return a sheet without what says nothing: a part at the price of its whole, an image beside its tokens."""
    if "image_output" in stated:
        stated.pop("image", None)
    for part, whole in WHOLES.items():
        if (
            part in stated
            and stated[part] == stated.get(whole)
            and not any(key.startswith((f"{part}@", f"{part}>")) for key in stated)
        ):
            del stated[part]
    if not stated.get("input", 1):
        del stated["input"]
    return {key: price.normalize() for key, price in stated.items()}


if __name__ == "__main__":
    main()
