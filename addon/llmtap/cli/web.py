"""`llmtap web`: mitmweb with llmtap in it, to look at calls while they happen."""

import sys
from pathlib import Path

import click
from mitmproxy.tools import cmdline, main

from llmtap.cli.masters import Values, quiet_connections, require_free, web_master
from llmtap.cli.options import Address, AddressType, config_option
from llmtap.cli.service import defaults_of, listen_option


@click.command("web")
@config_option
@listen_option
@click.option(
    "--ui", type=AddressType(), default="127.0.0.1:8081", show_default=True, help="Where the web interface listens."
)
@click.option("--browser/--no-browser", default=sys.stdout.isatty, help="Open a browser (at a terminal by default).")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- MITMWEB ARGS…]")
def command(*, config: Path | None, listen: Address, ui: Address, browser: bool, arguments: tuple[str, ...]) -> None:
    """Run the proxy with mitmweb, to look at calls in the browser.

    The address of the web interface, with its token, is printed at the start. What stands after `--` goes to mitmweb.
    """
    defaults = defaults_of(config, listen, arguments)
    if not any("web_port" in argument or "web-port" in argument for argument in arguments):
        require_free(ui, "choose another with --ui HOST:PORT")
    quiet_connections(arguments)
    shown: Values = {"web_host": ui.host, "web_port": ui.port, "web_open_browser": browser}
    main.run(web_master({**defaults, **shown}), cmdline.mitmweb, list(arguments))
