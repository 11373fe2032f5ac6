"""The JSON schemas that editors read, made from the settings' types: `python -m tests.schemas` writes them again."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from llmtap.capture.provider import ProviderTable
from llmtap.config import ConfigFile, shipped
from llmtap.enrich.cost import PriceSettings

KINDS: Mapping[str, type] = {"llmtap.json": ConfigFile, "prices.json": PriceSettings, "providers.json": ProviderTable}


def text(kind: type) -> str:
    """Return the schema of a settings type as JSON text."""
    schema = msgspec.json.schema(kind, schema_hook=_hook)
    for definition in schema["$defs"].values():
        definition["description"] = inspect.cleandoc(definition["description"])
        if definition["title"] in {"ConfigFile", "StoreSettings"}:
            definition["required"] = []  # what the operator leaves out, `load` fills in
        for property_ in definition["properties"].values():
            for choice in property_.get("anyOf", [property_]):
                if choice.get("format") == "decimal":
                    choice |= {"type": ["number", "string"]}
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


def _hook(kind: type) -> dict[str, object]:
    if kind is Path:
        return {"type": "string"}
    raise NotImplementedError  # how a schema hook tells msgspec that a type is not its own


if __name__ == "__main__":
    for name, kind in KINDS.items():
        (shipped("schema") / name).write_text(text(kind), encoding="utf-8")
