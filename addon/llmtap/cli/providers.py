"""`llmtap providers`: what is known, or how one host or URL is recognised; nothing is called and nothing changes."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from llmtap.capture.exchange import Headers
from llmtap.capture.provider import ProviderEntry, Providers, ProviderTable, normal_host, registrable_domain
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of
from llmtap.cli.tables import UNKNOWN, console
from llmtap.config import Settings
from llmtap.decode.formats import FORMATS

PORTS = {"http": 80, "ws": 80}
METHODS = ("POST", "GET")
"""What is tried, in this order: nearly every call is a POST, a WebSocket opens with a GET."""
ASKED: tuple[Headers | None, ...] = (None, ((b"content-type", b"application/json"), (b"upgrade", b"websocket")))
"""Headers that are tried: where the path alone does not tell, with these the body decides (`certain` is false)."""


EXAMPLES = """\b
Examples:
  llmtap providers                                          what is known
  llmtap providers relay.example.com                        whose host it is
  llmtap providers https://api.x.ai/v1/chat/completions     and what is called there
"""


@click.command("providers", epilog=EXAMPLES)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.argument("address", metavar="[HOST|URL]", required=False)
def command(config: Path | None, address: str | None, *, as_json: bool) -> None:
    """List the known providers and paths, or say how HOST or URL is recognised.

    A host that nobody knows can still be read, when what is called there has a known form; name it under
    `capture.hosts`, so that it is opened.
    """
    settings = settings_of(config)
    if address is None:
        _print_known(settings.providers, as_json=as_json)
        return
    facts = _recognised(settings, address)
    if as_json:
        _print_json(facts)
        return
    for name, value in facts.items():
        shown = ("no", "yes")[value] if isinstance(value, bool) else UNKNOWN if value is None else value
        print(f"{name.replace('_', ' '):<14}{shown}")
    if not facts["opened"]:
        print(
            f"\nIt is not opened. To read what is called there: `capture: {{hosts: [{facts['host']}]}}` in llmtap.yaml."
        )


def _recognised(settings: Settings, address: str) -> Mapping[str, object]:
    """Return how an address is recognised; of a host alone, only whose it is and whether it would be opened."""
    host, port, path = _taken_apart(address)
    providers = Providers(settings.providers, settings.capture)
    entry = providers.provider(host, port)
    facts: dict[str, object] = {
        "host": host,
        "port": port,
        "entry": entry and entry.id,
        "provider": (entry and entry.name) or registrable_domain(normal_host(host)),
        "known": entry is not None,
        "opened": providers.opened(host, port),
    }
    if not path.strip("/"):
        return facts
    tried = ((method, providers.endpoint(host, port, method, path, headers)) for headers in ASKED for method in METHODS)
    method, endpoint = next(
        ((method, endpoint) for method, endpoint in tried if endpoint and (endpoint.certain or endpoint.wire_format)),
        (None, None),
    )
    if endpoint is None:
        return {**facts, "path": path, "call": False}
    return {
        **facts,
        "provider": endpoint.provider,
        "gateway": endpoint.gateway,
        "path": path,
        "call": True,
        "certain": endpoint.certain,
        "method": method,
        "operation": endpoint.operation,
        "wire_format": endpoint.wire_format or "told by the body",
        "read": endpoint.wire_format is None or endpoint.wire_format in FORMATS,
        "model": endpoint.model,
    }


def _taken_apart(address: str) -> tuple[str, int, str]:
    """Return host, port and path of a URL, or of a host that may have a port; the query is left out."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host:
        raise Mistake(
            f"{address!r} is neither a host nor a URL, such as https://api.openai.com/v1/responses.", exit_code=2
        )
    return host, port or PORTS.get(parts.scheme, 443), parts.path


def _print_known(table: ProviderTable, *, as_json: bool) -> None:
    endpoints = [
        {
            "id": row.id,
            "path": row.path,
            "methods": row.methods,
            "operation": row.operation,
            "wire_format": row.wire_format,
            "read": row.wire_format is None or row.wire_format in FORMATS,
        }
        for row in table.endpoints
    ]
    if as_json:
        _print_json({"providers": table.providers, "endpoints": endpoints, "wire_formats": sorted(FORMATS)})
        return
    screen = console(sys.stdout)
    screen.print(_table_of_providers(table))
    formats = _table("Paths, in the order in which they are tried", "operation", "wire format", "read", "path")
    for row in endpoints:
        shown = (row["operation"], row["wire_format"], "yes" if row["read"] else "not yet", row["path"])
        formats.add_row(*(Text(str(value or UNKNOWN)) for value in shown))
    screen.print(formats)
    print(f"{len(table.providers)} providers, {len(endpoints)} paths, {len(FORMATS)} wire formats are read.")


def _table_of_providers(table: ProviderTable) -> Table:
    known = _table("Providers", "id", "provider", "hosts")
    for entry in table.providers:
        known.add_row(Text(entry.id), Text(entry.name or "(its domain)"), Text("\n".join(_hosts(entry))))
    return known


def _hosts(entry: ProviderEntry) -> Iterator[str]:
    """Yield the patterns of a row as people write hosts, with the ports where only these belong to it."""
    ports = f":{'|'.join(map(str, entry.ports))}" if entry.ports else ""
    for pattern in entry.hosts:
        yield pattern.replace("\\", "").replace("(?:", "(") + ports


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _print_json(value: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(value)).decode())
