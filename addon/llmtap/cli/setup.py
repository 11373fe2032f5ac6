"""`llmtap setup elasticsearch`: the index template, told what was left out, and the key that delivery needs."""

import sys
from pathlib import Path

import click
import msgspec

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of
from llmtap.config import shipped
from llmtap.export.cluster import Cluster, ClusterError
from llmtap.export.template import Installed, Kind, build, destination, install


@click.group("setup")
def command() -> None:
    """Prepare Elasticsearch for the documents."""


@command.command("elasticsearch", short_help="Install the index template and print a key.")
@config_option
@click.option("--dry-run", is_flag=True, help="Print the index template; send nothing.")
def elasticsearch(*, config: Path | None, dry_run: bool) -> None:
    """Install the index template, and print the key that llmtap itself needs.

    Run it once with a key that may manage index templates; for delivery a much smaller key is enough.
    """
    settings = settings_of(config).elasticsearch
    template = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes(), type=dict[str, object])
    if dry_run:
        kind: Kind = "index" if settings.target == "index" else "data_stream"
        print(msgspec.json.format(msgspec.json.encode(build(template, settings, kind))).decode())
        return
    if settings.url is None:
        raise Mistake(
            "No Elasticsearch is configured; set `elasticsearch.url` in llmtap.yaml, or try --dry-run.", exit_code=2
        )
    cluster = Cluster(settings)
    try:
        version = cluster.version()
        done = install(cluster, settings, template)
    except ClusterError as error:
        raise Mistake(f"{error}{_remedy(error)}") from error
    finally:
        cluster.close()
    name = destination(done.kind, settings.namespace)
    print(f"{cluster.address}, Elasticsearch {version or 'of a version it does not tell'}")
    print(f"Index template {done.name} (version {done.version}) is installed.")
    print(f"Left out, since this engine has no such thing: {', '.join(done.left_out) or 'nothing'}.")
    where = f"daily indices {name}YYYY.MM.DD" if done.kind == "index" else f"the data stream {name}"
    print(f"Documents go to {where}, which the first document creates.")
    if sys.stdout.isatty():
        print()
    print(_key(done, name))


def _remedy(error: ClusterError) -> str:
    match error.kind:
        case "forbidden":
            return " Use a key with the cluster privilege `manage_index_templates`."
        case "unauthorized":
            return " Look at `elasticsearch.api_key`, or `username` and `password`."
        case "unreachable":
            return " Look at `elasticsearch.url` and `ca_certs`."
        case _:
            return ""


def _key(done: Installed, name: str) -> str:
    """Return the request for an API key with what delivery needs and no more (elastic.md 4.6)."""
    pattern = f"{name}*" if done.kind == "index" else name
    rights = {"names": [pattern], "privileges": ["create_doc", "auto_configure"]}
    role = {"cluster": ["monitor"], "indices": [rights]}
    body = msgspec.json.format(msgspec.json.encode({"name": "llmtap", "role_descriptors": {"llmtap": role}})).decode()
    return (
        "The smallest API key for llmtap: send this (Kibana's Dev Tools take it as it stands), and put `encoded` of\n"
        "the answer into `elasticsearch.api_key`.\n"
        f"POST /_security/api_key\n{body}\n"
        "With `read` and `maintenance` as well, a delivery that was not answered is looked up before it is repeated."
    )
