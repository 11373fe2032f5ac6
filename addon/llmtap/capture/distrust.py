"""Which clients do not trust our certificate for which hosts, and are left alone with them for a while.

One refusal can be another program's at the same address (one machine, one NAT), so it takes two in a row without a
handshake that succeeds in between. Both calls are lost to their client; nothing could replay them.
"""

from cachetools import TTLCache

SECONDS = 300
"""How long a client is left alone with a host, and how long a refusal is remembered."""
REFUSALS = 2
MOST = 10_000


class Distrust:
    """Refused handshakes by client address and host."""

    def __init__(self) -> None:
        """Trust everyone."""
        self._refusals: TTLCache[tuple[str, str], int] = TTLCache(MOST, SECONDS)

    def refused(self, client: str, host: str) -> int:
        """Take note that `client` refused our certificate for `host`; return how many times in a row it did."""
        count = self._refusals.get((client, host), 0) + 1
        self._refusals[client, host] = count
        return count

    def accepted(self, client: str, host: str) -> None:
        """Take note that a program at `client` trusts our certificate for `host`."""
        self._refusals.pop((client, host), None)

    def certain(self, client: str, host: str) -> bool:
        """Whether `client` is to be left alone with `host`."""
        return self._refusals.get((client, host), 0) >= REFUSALS
