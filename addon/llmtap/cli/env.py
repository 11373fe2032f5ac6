"""`llmtap env`: the variables that send a program through a running `llmtap proxy`, for the shell to take in.

Only they go to stdout; what a person should know goes to stderr, so `eval "$(llmtap env)"` is safe.
"""

import os
import socket
from pathlib import Path

import click

from llmtap.cli.environment import LOOPBACK, SHELLS, exports, variables
from llmtap.cli.options import Address, Caller, Way, WayType, caller_options, config_option, settings_of
from llmtap.cli.trust import CONFDIR, bundle

EXAMPLES = """\b
Examples:
  eval "$(llmtap env)"                      bash, zsh, sh
  eval "$(llmtap env --team payments --environment production)"
  llmtap env --shell fish | source          fish
  llmtap env --shell powershell | Out-String | Invoke-Expression
  eval "docker run $(llmtap env --shell docker) IMAGE"
"""


@click.command("env", epilog=EXAMPLES)
@config_option
@click.option(
    "--proxy", type=WayType(), default="127.0.0.1:8080", show_default=True, help="Where `llmtap proxy` listens."
)
@caller_options
@click.option("--shell", type=click.Choice(SHELLS), default="sh", show_default=True, help="Who is to read it.")
@click.option("--confdir", type=click.Path(path_type=Path), default=CONFDIR, help="mitmproxy's folder with the CA.")
def command(*, config: Path | None, proxy: Way, shell: str, confdir: Path, **named: str | None) -> None:
    """Print the variables that send a program through the proxy."""
    caller = Caller(named["team"] or proxy.user, named["environment"] or proxy.password)
    caller.require_team()
    settings = settings_of(config)
    caller.warn(settings)
    folder = settings.store.path.parent
    address = proxy.address
    values = variables(address.url(*caller), str(bundle(folder, os.environ, confdir)), os.environ)
    print(exports(values, shell))
    if not _listening(address):
        click.echo(f"llmtap: nothing listens at {address.url()} yet; start it with: llmtap proxy", err=True)
    if shell == "docker" and address.host in LOOPBACK:
        click.echo(
            f"llmtap: containers do not reach a loopback address; start `llmtap proxy --listen 0.0.0.0:{address.port}`",
            err=True,
        )


def _listening(address: Address) -> bool:
    try:
        with socket.create_connection((address.host, address.port), timeout=0.5):
            return True
    except OSError:
        return False
