"""mitmproxy's door for TLS: which connections are opened. Only those to LLM hosts are; all others pass untouched.

A connection is opened when it is certain that it may be: whatever goes wrong here, it is left alone.
"""

import logging
from collections.abc import Sequence

from mitmproxy import ctx, tls

from llmtap.capture.distrust import REFUSALS, SECONDS, Distrust
from llmtap.capture.provider import Providers

logger = logging.getLogger(__name__)


class TlsDoor:
    """The hooks of handshakes; `providers` say which hosts are those of LLM APIs."""

    def __init__(self, providers: Providers) -> None:
        """Trust that every client trusts us."""
        self.providers = providers
        self._distrust = Distrust()

    def adopt(self, other: "TlsDoor") -> None:
        """Go on with the clients that another door, which is no longer used, knew to distrust us."""
        self._distrust = other._distrust  # noqa: SLF001 -- its own kind

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Leave every connection untouched that is not to an LLM host, cannot be read, or is refused for certain.

        TLS that ends at the proxy itself (`HTTPS_PROXY=https://…`, reverse mode) is not ours to decide.
        """
        address = data.context.server.address
        if address is None or data.context.client.proxy_mode.type_name == "reverse":
            return
        left_alone = data.ignore_connection
        data.ignore_connection = True  # should a fault end this hook, mitmproxy would open what was not ignored
        data.ignore_connection = left_alone or not self._opened(data, *address[:2])

    def _opened(self, data: tls.ClientHelloData, address: str, port: int) -> bool:
        hello = data.client_hello
        host = hello.sni or address
        if not self.providers.opened(host, port) or self._distrust.certain(data.context.client.peername[0], host):
            return False
        return ctx.options.http2 or not http2_only(hello.alpn_protocols)

    def tls_established_client(self, data: tls.TlsData) -> None:
        """Take note of a client that trusts us."""
        if data.conn.sni is not None:
            self._distrust.accepted(data.context.client.peername[0], data.conn.sni)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Take note of a client that does not trust our certificate."""
        client, host = data.context.client.peername[0], data.conn.sni
        if host is not None and "does not trust" in (data.conn.error or ""):
            times = self._distrust.refused(client, host)
            logger.warning(
                "llmtap: the client at %s does not trust the proxy's certificate for %s (let it trust the CA: "
                "`llmtap env` prints how); after %d refusals in a row (this is number %d) it is left alone for %d s",
                *(client, host, REFUSALS, times, SECONDS),
            )


def http2_only(protocols: Sequence[bytes]) -> bool:
    """Whether a client that offers these protocols (ALPN) speaks HTTP/2 and no HTTP/1.1, as gRPC's do."""
    return b"h2" in protocols and b"http/1.1" not in protocols
