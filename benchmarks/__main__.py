"""`make bench`: CPU per request, time to first content and memory of three proxies, alternating within one run.

Every figure is a median over rounds; what counts are the ratios, since absolute times differ from machine to machine.
The provider is simulated on loopback; both TLS legs are real.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.load import HOST, Answers, run
from tests.end_to_end.proxy import TAP, Proxy
from tests.fakes.provider import FakeProvider

BARE_TAP = Path(__file__).with_name("bare_tap.py")
VARIANTS: dict[str, tuple[Path, ...]] = {"mitmdump": (), "mitmdump + bare tap": (BARE_TAP,), "llmtap": (TAP,)}
STREAMING = 8
"""How many streams run at the same time; each client sends its streams one after the other on one connection."""
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Figures:
    """What was measured of one variant, one value a round."""

    request_cpu_ms: list[float] = field(default_factory=list)
    stream_cpu_ms: list[float] = field(default_factory=list)
    first_content_ms: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


@click.command()
@click.option("--rounds", default=3, show_default=True, help="How often each proxy is measured.")
@click.option("--requests", default=1500, show_default=True, help="Unstreamed requests a round.")
@click.option("--streams", default=40, show_default=True, help="Streams of 100 events at 20 ms a round.")
@click.option("--check", is_flag=True, help="Exit 1 when llmtap costs over 15 % more CPU than a bare tap.")
def main(rounds: int, requests: int, streams: int, *, check: bool) -> None:
    """Measure bare mitmdump, mitmdump with a bare tap, and llmtap in turns, and print the ratios."""
    figures = {name: Figures() for name in VARIANTS}
    direct: list[float] = []
    with tempfile.TemporaryDirectory() as folder, FakeProvider(hosts=[HOST]) as provider:
        for number in range(rounds):
            ca = Path(provider.ca_path)
            direct += _load(
                None, provider.port, ca, STREAMING, streams // STREAMING, "stream-100x20ms", stream=True
            ).first
            for name, scripts in VARIANTS.items():
                proxy = Proxy(
                    Path(folder) / f"{number}-{name.replace(' ', '')}",
                    detour={HOST: provider.port},
                    provider_ca=Path(provider.ca_path),
                    scripts=scripts,
                    options=("--set", "flow_detail=0"),
                )
                _measure(proxy, figures[name], requests, streams, recorded=TAP in scripts)
                print(f"round {number + 1}/{rounds}: {name}", file=sys.stderr)
    ratio = _show(figures, direct)
    if check and ratio > 1.15:
        raise SystemExit(f"llmtap costs {ratio:.2f} times the CPU of a bare tap per request; 1.15 is allowed")


def _measure(proxy: Proxy, figures: Figures, requests: int, streams: int, *, recorded: bool) -> None:
    with proxy:
        assert proxy.process is not None
        pid = proxy.process.pid
        warm = _load(proxy.port, 0, proxy.ca, 4, 25, "gpt-4o-mini", stream=False)
        if recorded:
            proxy.await_documents(warm.whole)
        before = _cpu(pid)
        answers = _load(proxy.port, 0, proxy.ca, 8, requests // 8, "gpt-4o-mini", stream=False)
        if recorded:
            proxy.await_documents(warm.whole + answers.whole)
        figures.request_cpu_ms.append((_cpu(pid) - before) / answers.whole * 1000)
        before = _cpu(pid)
        streamed = _load(proxy.port, 0, proxy.ca, STREAMING, streams // STREAMING, "stream-100x20ms", stream=True)
        if recorded:
            proxy.await_documents(warm.whole + answers.whole + streamed.whole)
        figures.stream_cpu_ms.append((_cpu(pid) - before) / streamed.whole * 1000)
        figures.first_content_ms.append(statistics.median(streamed.first) * 1000)
        figures.memory_mb.append(_memory_mb(pid))


def _load(
    proxy: int | None, server: int, ca: Path, clients: int, requests: int, model: str, *, stream: bool
) -> Answers:
    return asyncio.run(run(proxy, server, ca, clients=clients, requests=requests, model=model, stream=stream))


def _cpu(pid: int) -> float:
    """Return the CPU seconds that a process and its threads have used (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _show(figures: dict[str, Figures], direct: list[float]) -> float:
    """Print the table; return llmtap's CPU per request over that of the bare tap."""
    table = Table(title="medians; in brackets: times the bare tap")
    for column in ("", "CPU ms / request", "CPU ms / stream of 100", "first content, ms", "RSS, MB"):
        table.add_column(column, justify="left" if not column else "right")
    base = figures["mitmdump + bare tap"]
    for name, row in figures.items():
        cells = []
        for attribute in ("request_cpu_ms", "stream_cpu_ms", "first_content_ms", "memory_mb"):
            value = statistics.median(getattr(row, attribute))
            cells.append(f"{value:.2f} ({value / statistics.median(getattr(base, attribute)):.2f})")
        table.add_row(name, *cells)
    table.add_row("no proxy", "", "", f"{statistics.median(direct) * 1000:.2f}", "")
    Console().print(table)
    return statistics.median(figures["llmtap"].request_cpu_ms) / statistics.median(base.request_cpu_ms)


if __name__ == "__main__":
    main()
