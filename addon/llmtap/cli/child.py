"""The program in our care, as a mitmproxy addon: started once the proxy listens, and the proxy ends when it ends.

Its stdin, stdout and stderr are ours, untouched. Signals sent to us reach it; those of the terminal it gets from the
terminal itself. POSIX only.
"""

import asyncio
import contextlib
import errno
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

from mitmproxy import connection, ctx
from mitmproxy.addons.errorcheck import ErrorCheck
from mitmproxy.addons.proxyserver import Proxyserver

from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address

NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128
"""Exit codes as shells give them (POSIX, Shell Command Language, 2.8.2)."""
DRAIN_SECONDS = 2.0
"""How long calls may still be under way when the program has ended: they are those of programs it left behind."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
FROM_TERMINAL = {signal.SIGINT, signal.SIGQUIT, signal.SIGHUP}
"""Signals that a terminal sends to every process in its foreground."""


class Child:
    """Starts `program`, waits for it, and shuts the master down; `exit_code` is then the program's."""

    def __init__(self, program: Sequence[str], environ: Callable[[Address], Mapping[str, str]]) -> None:
        """Remember what to start; `environ` makes its environment from where the proxy listens, when that is known."""
        self.exit_code = 1
        self.ports: set[int] = set()
        self._program = program
        self._environ = environ
        self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._task: asyncio.Task[None] | None = None
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def running(self) -> None:
        """Start the program, unless mitmproxy is about to give up for what another addon said."""
        check: ErrorCheck = ctx.master.addons.get("errorcheck")
        if not check.logger.has_errored:
            self._task = asyncio.get_running_loop().create_task(self._care())

    def client_connected(self, client: connection.Client) -> None:
        """Remember which connections there were, to tell this run's calls from those of others in the same store."""
        self.ports.add(client.peername[1])
        self._open += 1
        self._idle.clear()

    def client_disconnected(self, client: connection.Client) -> None:
        """Take note when no connection is open any more."""
        del client
        self._open -= 1
        if not self._open:
            self._idle.set()

    async def _care(self) -> None:
        try:
            server: Proxyserver = ctx.master.addons.get("proxyserver")
            host, port, *_ = server.listen_addrs()[0]
            process = self._start(self._environ(Address(host, port)))
            with _forwarded(process):
                code = await asyncio.to_thread(process.wait)
            self.exit_code = BY_SIGNAL - code if code < 0 else code
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._idle.wait()
        except Mistake as mistake:
            mistake.show()
            self.exit_code = mistake.exit_code
        finally:
            ctx.master.shutdown()

    def _start(self, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        ours = resource.getrlimit(resource.RLIMIT_NOFILE)
        # The addon raises the soft limit for itself; programs that use select(2) break with more than 1024.
        resource.setrlimit(resource.RLIMIT_NOFILE, (self._limit[0], ours[1]))
        try:
            return subprocess.Popen(self._program, env=environ)  # noqa: S603 -- running it is the purpose
        except OSError as error:
            missing = error.errno == errno.ENOENT
            raise Mistake(
                f"{self._program[0]!r} cannot be run ({error.strerror}).",
                exit_code=NOT_FOUND if missing else NOT_EXECUTABLE,
            ) from error
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, ours)


@contextlib.contextmanager
def _forwarded(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Hand signals on to the program while it lives."""
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, _forward, process, number)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def _forward(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    if not (number in FROM_TERMINAL and _in_foreground()):
        process.send_signal(number)


def _in_foreground() -> bool:
    """Return whether a terminal sends its signals to our process group, and so to the program as well."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
