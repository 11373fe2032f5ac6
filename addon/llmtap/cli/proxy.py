"""`llmtap proxy`: mitmdump with llmtap in it, as a service for any number of programs."""

import sys
from pathlib import Path

import click
from mitmproxy.tools import cmdline, main

from llmtap.cli.masters import dump_master, quiet_connections
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address, config_option
from llmtap.cli.service import defaults_of, filters, listen_option

EXAMPLES = """\b
Examples:
  llmtap proxy &
  eval "$(llmtap env)"        in each shell whose programs are to be seen
"""


@click.command("proxy", epilog=EXAMPLES)
@config_option
@listen_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- MITMDUMP ARGS…]")
def command(config: Path | None, listen: Address, arguments: tuple[str, ...]) -> None:
    """Run the proxy as a service, for any number of programs, until it is stopped.

    What stands after `--` goes to mitmdump: `llmtap proxy -- -v --set flow_detail=1`, or, behind a company's proxy,
    `llmtap proxy -- --mode upstream:http://proxy:3128`.
    """
    if arguments and not arguments[0].startswith(("-", "~", "!", "(")) and "--" not in sys.argv:
        raise Mistake(
            f"{arguments[0]!r} is not understood; to run a program: `llmtap run -- {arguments[0]}`.", exit_code=2
        )
    defaults = defaults_of(config, listen, arguments)
    quiet_connections(arguments)
    main.run(dump_master(defaults), cmdline.mitmdump, list(arguments), filters)
