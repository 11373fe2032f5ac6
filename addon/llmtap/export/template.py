"""The index template an engine takes: ours, without the parts it refuses, found by asking it and never by its version.

A refusal (400) leaves nothing behind, so each one costs one request; what was left out is told. Where documents go is
settled here too: the data stream `logs-llmtap.calls-<namespace>`, or daily indices where data streams are missing.
"""

import copy
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from llmtap.export.cluster import Cluster, ClusterError, ElasticsearchSettings
from llmtap.export.shipment import reason_of

logger = logging.getLogger(__name__)

type Kind = Literal["data_stream", "index"]
# A template as decoded from JSON, to be rewritten on its way.
type Tree = dict[str, Any]

NAMES: Mapping[Kind, str] = {"data_stream": "llmtap-calls", "index": "llmtap-calls-daily"}
# Types an engine may lack, and the plainer one that takes the same values.
PLAINER = {
    "constant_keyword": "keyword",
    "match_only_text": "text",
    "wildcard": "keyword",
    "scaled_float": "double",
    "flattened": "object",
}
ATTEMPTS = 24
SETUP = "run `llmtap setup elasticsearch` once with a key that may manage index templates"


@dataclass(frozen=True, slots=True)
class Installed:
    """The template that is in force: what it makes, its name and version, and what of ours the engine does without."""

    kind: Kind
    name: str
    version: int
    left_out: tuple[str, ...] = ()


def destination(kind: Kind, namespace: str) -> str:
    """Return the name of the data stream, or what a daily index's name begins with."""
    return f"logs-llmtap.calls-{namespace}" if kind == "data_stream" else f"llmtap-calls-{namespace}-"


def agree(cluster: Cluster, settings: ElasticsearchSettings, template: Mapping[str, object]) -> Installed:
    """See to it that a template of ours is in force; raises ClusterError to hold everything until it is.

    A key that may not look at templates, or not replace an older one, delivers all the same, and is told of it.
    """
    ours = int(str(template.get("version", 0)))
    try:
        found = find(cluster, settings)
    except ClusterError as error:
        if error.kind != "forbidden":
            raise
        logger.warning("%s; documents are sent all the same. Unless the index template is there, %s.", error, SETUP)
        return Installed("index" if settings.target == "index" else "data_stream", "", 0)
    if found is not None and (not settings.setup or found.version >= ours):
        return found
    if not settings.setup:
        raise ClusterError("refused", f"The index template is missing on {cluster.address}; {SETUP}.")
    try:
        installed = install(cluster, settings, template)
    except ClusterError as error:
        if error.kind != "forbidden":
            raise
        if found is None:
            raise ClusterError("forbidden", f"The index template is missing; {SETUP} ({error})") from error
        logger.warning("%s; the index template %s is an older one, %s.", error, found.name, SETUP)
        return found
    without = ", ".join(installed.left_out) or "nothing"
    logger.info("Index template %s is on %s, left out: %s.", installed.name, cluster.address, without)
    return installed


def find(cluster: Cluster, settings: ElasticsearchSettings) -> Installed | None:
    """Return the template that is already there for this target, None if there is none; raises ClusterError."""
    for kind, name in NAMES.items():
        if settings.target in ("auto", kind):
            found = cluster.template(name)
            if found is not None:
                version = found.get("version")
                return Installed(kind, name, version if isinstance(version, int) else 0)
    return None


def install(cluster: Cluster, settings: ElasticsearchSettings, template: Mapping[str, object]) -> Installed:
    """Put the template, in as many tries as the engine lacks parts; raises ClusterError with what it would not take."""
    wanted: Kind = "index" if settings.target == "index" else "data_stream"
    try:
        return _put(cluster, build(template, settings, wanted), wanted)
    except ClusterError as error:
        if settings.target != "auto" or "unknown field [data_stream]" not in reason_of(error.body):
            raise
    logger.info("%s has no data streams; documents go to daily indices.", cluster.address)
    return _put(cluster, build(template, settings, "index"), "index")


def build(template: Mapping[str, object], settings: ElasticsearchSettings, kind: Kind) -> Tree:
    """Return our template for this kind of target, before any engine was asked."""
    tree: Tree = copy.deepcopy(dict(template))
    inner = tree["template"]
    if kind == "index":
        tree["index_patterns"] = ["llmtap-calls-*"]
        tree.pop("data_stream", None)
        inner.pop("lifecycle", None)  # of data streams only; a plain index needs a lifecycle policy (ILM)
        inner.pop("data_stream_options", None)
        inner.get("settings", {}).get("index", {}).pop("mode", None)
    elif settings.retention_days is None:
        inner["lifecycle"] = {}
    else:
        inner["lifecycle"] = {"data_retention": f"{settings.retention_days}d"}
    return tree


def _put(cluster: Cluster, tree: Tree, kind: Kind) -> Installed:
    left_out: list[str] = []
    for _ in range(ATTEMPTS):
        try:
            cluster.put_template(NAMES[kind], tree)
        except ClusterError as error:
            if error.status != 400:  # noqa: PLR2004 # Bad Request: the only answer that speaks of the template's content
                raise
            without = _concession(tree, reason_of(error.body))
            if without is None or without in left_out:
                raise
            left_out.append(without)
        else:
            return Installed(kind, NAMES[kind], int(tree.get("version", 0)), tuple(left_out))
    raise ClusterError("refused", f"{cluster.address} refuses more of the index template than it takes.")


def _concession(tree: Tree, refusal: str) -> str | None:
    """Take out of the template what this refusal names; return its name, None if it names nothing we can do without."""
    for pattern, remedy in REMEDIES:
        found = re.search(pattern, refusal)
        if found is not None:
            return remedy(tree, found.group(1))
    return None


def _without_type(tree: Tree, name: str) -> str | None:
    plainer = PLAINER.get(name)
    if plainer is None:
        return None

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == name:
                node["type"] = plainer
                node.pop("value", None)  # of constant_keyword
            for child in node.values():
                walk(child)

    walk(tree["template"]["mappings"])
    return f"type {name}"


def _without_setting(tree: Tree, name: str) -> str | None:
    node = tree["template"]["settings"]
    *parents, last = name.split(".")
    for parent in parents:
        node = node.get(parent, {})
    return f"setting {name}" if node.pop(last, None) is not None else None


def _without_part(tree: Tree, name: str) -> str | None:
    taken = [node.pop(name) for node in (tree["template"], tree) if name in node and name != "data_stream"]
    return name if taken else None


REMEDIES: tuple[tuple[str, Callable[[Tree, str], str | None]], ...] = (
    (r"(?:mapper type|handler for type) \[(\w+)\]", _without_type),
    (
        r"[Nn]o enum constant org\.elasticsearch\.index\.(IndexMode)\.",
        lambda tree, _: _without_setting(tree, "index.mode"),
    ),
    (r"unknown setting \[([\w.]+)\]", _without_setting),
    (r"unknown value \[\w+\] for \[(index\.\w+)\]", _without_setting),
    (r"unknown field \[(\w+)\]", _without_part),
)
