"""`llmtap check`: one line for each thing that must be in order; exit code 1 when something must be mended.

It looks and changes nothing: no CA is made, no template installed, no store created.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from llmtap.cli import inspection
from llmtap.cli.inspection import Finding
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import config_option, settings_of
from llmtap.cli.tables import console
from llmtap.cli.trust import CONFDIR

COLOURS = {"ok": "green", "note": "yellow", "mend": "bold red"}


@click.command("check")
@config_option
@click.option("--confdir", type=click.Path(path_type=Path), default=CONFDIR, help="mitmproxy's folder with the CA.")
def command(config: Path | None, confdir: Path) -> None:
    """Say whether everything is in order: one line each, with the remedy where something must be mended.

    The exit code is 1 when something must be mended, and 0 when there are only notes.
    """
    screen = console(sys.stdout)
    mend = False
    for finding in _findings(config, confdir):
        line = Text.assemble((f"{finding.state:<6}", COLOURS[finding.state]), f"{finding.subject:<15}", finding.text)
        screen.print(line, soft_wrap=True)
        mend |= finding.state == "mend"
    sys.exit(1 if mend else 0)


def _findings(config: Path | None, confdir: Path) -> Iterator[Finding]:
    try:
        settings = settings_of(config)
    except Mistake as mistake:
        yield Finding("mend", "configuration", mistake.message)
        yield inspection.authority(confdir.expanduser())
    else:
        absent = f"there is no {settings.stamps[-1][0]}, so the defaults hold"
        yield Finding("ok", "configuration", str(settings.source or absent))
        yield inspection.authority(confdir.expanduser())
        yield from inspection.elasticsearch(settings.elasticsearch)
        if settings.relay is not None:
            yield inspection.relay(settings.relay)
        yield inspection.store(settings.store, shipping=settings.elasticsearch.url is not None)
    yield inspection.prices()
