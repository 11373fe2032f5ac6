"""`llmtap env`: the variables that send a program through a running `llmtap proxy`, for the shell to take in.

Only they go to stdout; what a person should know goes to stderr, so `eval "$(llmtap env)"` is safe.
"""

import os
import socket
from pathlib import Path

import click

from llmtap.cli.environment import LOOPBACK, SHELLS, exports, variables
from llmtap.cli.options import Address, AddressType, config_option, settings_of
from llmtap.cli.trust import CONFDIR, bundle

EXAMPLES = """\b
Examples:
  eval "$(llmtap env)"                      bash, zsh, sh
  llmtap env --shell fish | source          fish
  llmtap env --shell powershell | Out-String | Invoke-Expression
  eval "docker run $(llmtap env --shell docker) IMAGE"
"""


@click.command("env", epilog=EXAMPLES)
@config_option
@click.option(
    "--proxy", type=AddressType(), default="127.0.0.1:8080", show_default=True, help="Where `llmtap proxy` listens."
)
@click.option("--shell", type=click.Choice(SHELLS), default="sh", show_default=True, help="Who is to read it.")
@click.option("--confdir", type=click.Path(path_type=Path), default=CONFDIR, help="mitmproxy's folder with the CA.")
def command(config: Path | None, proxy: Address, shell: str, confdir: Path) -> None:
    """Print the variables that send a program through the proxy."""
    folder = settings_of(config).store.path.parent
    values = variables(proxy.url(), str(bundle(folder, os.environ, confdir)), os.environ)
    print(exports(values, shell))
    if not _listening(proxy):
        click.echo(f"llmtap: nothing listens at {proxy.url()} yet; start it with: llmtap proxy", err=True)
    elif shell == "docker" and proxy.host in LOOPBACK:
        click.echo(
            "llmtap: containers do not reach a loopback address; start `llmtap proxy --listen 0.0.0.0:8080`", err=True
        )


def _listening(address: Address) -> bool:
    try:
        with socket.create_connection((address.host, address.port), timeout=0.5):
            return True
    except OSError:
        return False
