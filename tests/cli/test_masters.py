"""mitmproxy's masters are whole, with Tap in them."""

import asyncio
import logging
import socket

import pytest
from mitmproxy.options import Options

from llmtap.cli.masters import dump_master, quiet_connections, require_free, web_master
from llmtap.cli.mistake import Mistake
from llmtap.cli.options import Address


def test_both_masters_have_tap_and_our_defaults() -> None:
    """Everything mitmproxy has is there too."""

    async def made() -> list[tuple[bool, bool, int]]:
        found = []
        for kind in (dump_master, web_master):
            master = kind({"listen_port": 1234})(Options())
            names = master.addons.lookup
            found.append(("tap" in names, "proxyserver" in names, master.options.listen_port))
            await master.done()
        return found

    assert [(True, True, 1234)] * 2 == asyncio.run(made())


def test_tap_stands_behind_the_scripts_and_before_the_credentials_for_the_next_proxy() -> None:
    """Where `-s` would put it."""

    async def order() -> list[str]:
        master = dump_master({})(Options())
        names = [type(addon).__name__ for addon in master.addons.chain]
        await master.done()
        return names

    names = asyncio.run(order())
    assert names.index("ScriptLoader") + 1 == names.index("Tap") < names.index("UpstreamAuth")


def test_connections_are_silent_unless_asked_for() -> None:
    """`-v` brings the lines back."""
    logger = logging.getLogger("mitmproxy.proxy.server")
    logger.setLevel(logging.NOTSET)
    quiet_connections(["-v"])
    loud = logger.level
    quiet_connections([])
    assert (logging.NOTSET, logging.WARNING) == (loud, logger.level)
    logger.setLevel(logging.NOTSET)


def test_an_address_in_use_is_a_mistake() -> None:
    """The address and the remedy are in the sentence; a free one passes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Mistake, match=f"Cannot listen at 127.0.0.1:{port} .*; choose another"):
            require_free(Address("127.0.0.1", port), "choose another")
    require_free(Address("127.0.0.1", port), "choose another")


def test_an_address_of_another_machine_is_a_mistake() -> None:
    """192.0.2.1 is nobody's (RFC 5737)."""
    with pytest.raises(Mistake, match="Cannot listen at"):
        require_free(Address("192.0.2.1", 8080), "choose another")
