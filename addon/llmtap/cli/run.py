"""`llmtap run -- CMD`: the proxy and one program in its care, then a table of the program's calls.

The program keeps its stdin, stdout, stderr, limits, signals and exit code; it gets variables more, and nothing else.
Where the machine itself needs a proxy to get out (HTTPS_PROXY is set), the calls go on through that one.
"""

import asyncio
import contextlib
import os
import shutil
import sys
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from mitmproxy import exceptions, optmanager
from mitmproxy.addons.termlog import TermLogHandler
from mitmproxy.options import Options

from llmtap.cli.child import NOT_FOUND, Child
from llmtap.cli.environment import upstream, variables
from llmtap.cli.ledger import Call, read_call
from llmtap.cli.masters import Values, add, dump_master
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address, Caller, caller_options, config_option, settings_of
from llmtap.cli.service import trusted
from llmtap.cli.tables import console, counted, summary, table_of_calls
from llmtap.cli.totals import Total
from llmtap.cli.trust import BUNDLE, CONFDIR, bundle, require_ca
from llmtap.config import Settings
from llmtap.export.cluster import Cluster, ElasticsearchSettings
from llmtap.export.outbox import Outbox, OutboxError

MOST_LINES = 200
"""Lines of the table; its totals cover every call."""

EXAMPLES = """\b
Examples:
  llmtap run -- python app.py
  llmtap run --config llmtap.yaml -- npm start
  llmtap run --team payments --environment staging -- ./job
"""


@click.command(
    "run", epilog=EXAMPLES, context_settings={"allow_interspersed_args": False}
)  # what follows CMD is not ours
@config_option
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="A mitmproxy option; may be repeated.")
@caller_options
@click.option("-q", "--quiet", is_flag=True, help="No table at the end, no warnings.")
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD…")
def command(
    *,
    config: Path | None,
    options: tuple[str, ...],
    quiet: bool,
    program: tuple[str, ...],
    **named: str | None,
) -> None:
    """Run one program; each of its LLM calls becomes a document, and a table lists them at the end.

    The program's exit code is kept. A program that ignores HTTPS_PROXY is not seen.
    """
    caller = Caller(**named)
    caller.require_team()
    settings = settings_of(config)
    if not quiet:
        caller.warn(settings)
    store = settings.store.path
    if shutil.which(program[0]) is None and not Path(program[0]).exists():
        raise Mistake(f"There is no command {program[0]!r}; look at its spelling and at PATH.", exit_code=NOT_FOUND)
    values: Values = {
        **_way_out(os.environ, store.parent),
        **trusted(store.parent),
        **({"llmtap_config": str(config)} if config else {}),
    }
    before = _standing(store)

    def environ(proxy: Address, confdir: Path) -> dict[str, str]:
        certificates = bundle(store.parent, os.environ, confdir)
        return {**os.environ, **variables(proxy.url(*caller), str(certificates), os.environ)}

    child = asyncio.run(_serve(program, environ, values, options, quiet=quiet))
    if not quiet:
        _tell(settings, before, child)
    sys.exit(child.exit_code)


def _way_out(environ: Mapping[str, str], folder: Path) -> dict[str, str | list[str]]:
    """Return the mitmproxy options that keep to the proxy this machine needs; another kind is left out, aloud.

    In a shell that has `llmtap env`, the proxy that is named is llmtap's own: through it, each call would count twice.
    """
    if environ.get("SSL_CERT_FILE") == str(folder / BUNDLE):
        return {}
    try:
        found = upstream(environ)
    except ValueError as error:
        click.echo(f"llmtap: {error}; it is ignored, and calls go out directly.", err=True)
        return {}
    if found is None:
        return {}
    return {"mode": [found.mode], **({"upstream_auth": found.auth} if found.auth else {})}


async def _serve(
    program: tuple[str, ...],
    environ: Callable[[Address, Path], Mapping[str, str]],
    values: Values,
    options: tuple[str, ...],
    *,
    quiet: bool,
) -> Child:
    """Run the proxy on a free loopback port and the program beside it, until the program ends and calls are drained."""
    known = Options()
    master = dump_master({}, logged=False)(known)

    child = Child(program, lambda proxy: environ(proxy, Path(known.confdir)))
    add(master, child)
    log = TermLogHandler(sys.stderr)
    log.setLevel("ERROR" if quiet else "WARNING")
    log.install()
    try:
        optmanager.load_paths(known, *(str(CONFDIR / name) for name in ("config.yaml", "config.yml")))
        known.update(**values)
        known.set(*options)
        known.update(listen_host="127.0.0.1", listen_port=0)
        require_ca(Path(known.confdir))
        await master.run()
    except exceptions.OptionsError as error:
        raise Mistake(str(error), exit_code=2) from error
    finally:
        log.uninstall()
    return child


def _standing(store: Path) -> tuple[int, int]:
    """Return how far the store is, and how many documents it has dropped so far; zeros when there is none yet."""
    try:
        with contextlib.closing(Outbox.existing(store)) as outbox:
            return outbox.last_seq(), outbox.counts().dropped
    except OutboxError:
        return 0, 0


def _tell(settings: Settings, before: tuple[int, int], child: Child) -> None:
    """Write the table of this run's calls to stderr; what cannot be read is said, and the exit code stays."""
    latest, total = deque[Call](maxlen=MOST_LINES), Total()
    try:
        with contextlib.closing(Outbox.existing(settings.store.path)) as outbox:
            for row in outbox.after(before[0]):
                call = read_call(row.id, row.body)
                if call is not None and (call.client_port is None or call.client_port in child.ports):
                    latest.append(call)
                    total.add(call)
            counts = outbox.counts()
    except OutboxError as error:
        click.echo(f"llmtap: {error}", err=True)
        return
    screen = console(sys.stderr)
    lost = counts.dropped - before[1]
    if total.calls:
        shown = "" if total.calls <= MOST_LINES else f", the last {MOST_LINES}"
        screen.print("", table_of_calls(latest, f"LLM calls of this run{shown}", screen.width))
        screen.print(f"llmtap: {summary(total)}", soft_wrap=True)
    elif child.ports:
        passed = counted(len(child.ports), "connection")
        screen.print(f"llmtap: no LLM call was recorded; {passed} came through the proxy.", soft_wrap=True)
    else:
        screen.print(
            "llmtap: nothing came through the proxy. Either the program called nobody, or it ignores HTTPS_PROXY, "
            "as Java, Node before 22.21 and aiohttp do: docs/clients.md says what they need.",
            soft_wrap=True,
        )
    if lost > 0:
        screen.print(
            f"llmtap: {counted(lost, 'document')} could not be stored; see `llmtap outbox status`", soft_wrap=True
        )
    if settings.elasticsearch.url is not None and counts.pending:
        screen.print(_waiting(counts.pending, settings.elasticsearch), soft_wrap=True)


def _waiting(pending: int, settings: ElasticsearchSettings) -> str:
    with contextlib.closing(Cluster(settings)) as cluster:
        verb = "waits" if pending == 1 else "wait"
        return f"llmtap: {counted(pending, 'document')} {verb} for {cluster.address}; see `llmtap outbox status`"
