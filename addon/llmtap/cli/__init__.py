"""The operator's door: `llmtap COMMAND`, one file per command, loaded only when it is asked for.

The table below is all that `llmtap --help` reads, so help and mistakes answer at once; what is heavy (mitmproxy,
elasticsearch, genai-prices, rich) is imported by the command that needs it.
"""

import difflib
import errno
import importlib
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import click

from llmtap import __version__

COMMANDS: Mapping[str, str] = {
    "run": "Run one program and see its LLM calls.",
    "proxy": "Run the proxy as a service, for any number of programs.",
    "web": "Run the proxy with mitmweb, to look at calls in the browser.",
    "env": "Print the variables that send a program through the proxy.",
    "check": "Say whether everything is in order, and what to mend.",
    "report": "Sum up the calls: tokens, cost, time, errors.",
    "show": "Print one call's document whole.",
    "replay": "Read recorded traffic (mitmproxy flows, HAR) into documents.",
    "providers": "List what is recognised, or say how a host or URL is.",
    "outbox": "Look after the documents on their way to Elasticsearch.",
    "setup": "Prepare Elasticsearch for the documents.",
}
"""Every command with its one sentence, in the order in which a newcomer meets them."""

HELP = """Every LLM API call of an unmodified application becomes one document.

\b
  llmtap run -- python app.py      run a program, then see what it called
  llmtap report --since 24h        what the calls of a day cost

No configuration is needed. Without Elasticsearch, documents stay in a local file.
"""


class Doors(click.Group):
    """The commands of the table; each is imported from the file of its name when it is used."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- click's own signature
        """Run; what the terminal's encoding lacks becomes `?`, and an output that takes no more is told in a sentence.

        Where an output is closed (`>&-`), what is written to it is lost, as in any program of the shell.
        """
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:
                setattr(sys, name, _nowhere())
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.errno != errno.EPIPE:
                what = error.filename or "The output cannot be written"
                click.echo(f"llmtap: {what} ({error.strerror}).", err=True)
            # Python flushes once more at its end: https://docs.python.org/3/library/signal.html#note-on-sigpipe
            sys.stdout = _nowhere()
            sys.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`, or None when the table has none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"llmtap.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with; an unknown one is told with the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            ctx.fail(f"There is no command {name!r}{f'; did you mean {near[0]}?' if near else '.'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")


@click.group(cls=Doors, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="llmtap %(version)s")
def main() -> None:
    """Hand over to the command that was named."""
