"""A server on loopback in a thread of its own, with a certificate for the hosts that it stands for.

What it serves is the subclass's. `with` starts it and waits until it is ready; leaving ends it and what it is at.
"""

import asyncio
import ssl
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.authority import certify


class Loopback(ABC):
    """The thread and its event loop; `ca_path` is the authority that vouches for `hosts`."""

    def __init__(self, name: str, hosts: Iterable[str], protocol: str = "http/1.1") -> None:
        self.hosts = tuple(hosts)
        self._folder = tempfile.TemporaryDirectory(prefix=f"llmtap-{name}-")
        self.ca_path, chain_path = certify(self.hosts, Path(self._folder.name))
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(chain_path)
        self._context.set_alpn_protocols([protocol])
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    async def _open(self) -> tuple[asyncio.Server, ...]:
        """Return the servers, listening."""

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError(f"{self._thread.name} does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        self._folder.cleanup()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        servers = await self._open()
        self._ready.set()
        await self._stopped.wait()
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
