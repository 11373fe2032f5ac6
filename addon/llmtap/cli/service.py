"""What `llmtap proxy` and `llmtap web` share: where they listen, and the mitmproxy options they begin with."""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from llmtap.cli.masters import Values, require_free
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address, AddressType, settings_of
from llmtap.cli.trust import require_ca, roots

LISTENING = (
    "-p",
    "--listen-port",
    "--listen-host",
    "-m",
    "--mode",
    "-n",
    "--no-server",
    "listen_port",
    "listen_host",
    "mode",
)
"""Arguments by which mitmproxy itself is told where to listen; then it says what is wrong with that."""


def listen_option[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Add `--listen HOST:PORT` to a command, as its parameter `listen`."""
    return click.option(
        "--listen",
        type=AddressType(),
        default="127.0.0.1:8080",
        show_default=True,
        help="Where the proxy listens; beyond loopback, whoever reaches it may use it.",
    )(command)


def defaults_of(config: Path | None, listen: Address, arguments: Sequence[str]) -> Values:
    """Return the mitmproxy options to begin with; raises Mistake for a wrong configuration, CA or address."""
    settings = settings_of(config)
    if not any(argument.partition("=")[0] in LISTENING for argument in arguments):
        require_free(listen, "choose another with --listen HOST:PORT, or stop what listens there")
    if not any(argument.startswith("confdir=") for argument in arguments):
        require_ca()
    options: dict[str, str | int] = {"listen_host": listen.host, "listen_port": listen.port}
    if config is not None:
        options["llmtap_config"] = str(config)
    return {**options, **trusted(settings.store.path.parent)}


def trusted(folder: Path) -> dict[str, str]:
    """Return the option that makes the proxy trust what this machine trusts: a company's own CA too.

    mitmproxy alone knows certifi's roots only; where the roots cannot be written, that is what it keeps to.
    """
    try:
        return {"ssl_verify_upstream_trusted_ca": str(roots(folder, os.environ))}
    except Mistake as mistake:
        mistake.show()
        return {}


def filters(parsed: argparse.Namespace) -> dict[str, str]:
    """Return the options that mitmdump's filter arguments stand for (as in mitmproxy.tools.main.mitmdump)."""
    names = ("save_stream_filter", "readfile_filter", "dumper_filter")
    return dict.fromkeys(names, " ".join(parsed.filter_args)) if parsed.filter_args else {}
