"""mitmproxy's own masters with llmtap's addon in them; nothing of mitmproxy's is taken away.

Our defaults are set before mitmproxy reads its configuration file and the command line, so either may say otherwise.
"""

import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing

from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster
from mitmproxy.tools.web.master import WebMaster

from llmtap.addon import Tap
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address

type Values = Mapping[str, str | int | bool | Sequence[str] | None]
"""mitmproxy options by name."""


def dump_master(defaults: Values, *, logged: bool = True) -> type[DumpMaster]:
    """Return mitmdump's master with Tap in it; without `logged` it writes nothing to stdout."""

    class Dump(DumpMaster):
        def __init__(self, options: Options) -> None:
            super().__init__(options, with_termlog=logged, with_dumper=logged)
            _prepare(self, defaults)

    return Dump


def web_master(defaults: Values) -> type[WebMaster]:
    """Return mitmweb's master with Tap in it."""

    class Web(WebMaster):
        def __init__(self, options: Options) -> None:
            super().__init__(options)
            _prepare(self, defaults)

    return Web


def _prepare(master: Master, defaults: Values) -> None:
    """Add Tap, then set options: those of an addon can be set only once it is there.

    Tap stands where `-s` would put it, behind the scripts: further down, UpstreamAuth writes the credentials of the
    next proxy into the very header from which Tap takes those of the client.
    """
    tap = Tap()
    addons = master.addons
    add(master, tap)
    addons.chain.remove(tap)
    addons.chain.insert(addons.chain.index(addons.get("scriptloader")) + 1, tap)
    master.options.update(**defaults)


def add(master: Master, *addons: object) -> None:
    """Add addons to a master; the border to mitmproxy's untyped function."""
    master.addons.add(*addons)


def quiet_connections(arguments: Sequence[str]) -> None:
    """Write no line per connection, unless the arguments ask for more."""
    if not {"-v", "--verbose"} & set(arguments):
        logging.getLogger("mitmproxy.proxy.server").setLevel(logging.WARNING)


def require_free(address: Address, remedy: str) -> None:
    """Raise Mistake when something listens at `address` already, or when it is no address of this machine."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        with closing(socket.socket(found[0][0], socket.SOCK_STREAM)) as probe:
            # As asyncio's servers do: a port in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except OSError as error:
        host = f"[{address.host}]" if ":" in address.host else address.host
        raise Mistake(f"Cannot listen at {host}:{address.port} ({error.strerror}); {remedy}.") from error
