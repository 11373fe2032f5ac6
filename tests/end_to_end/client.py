"""A plain HTTP client through the proxy, for what an SDK would hide: exact bytes, and hanging up at a chosen moment."""

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator

from tests.end_to_end.proxy import PATIENCE, Proxy

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"


def body(model: str, *, stream: bool = False) -> bytes:
    """Return a request body that every one of the dialects understands."""
    messages = [{"role": "user", "content": "Where is Paris?"}]
    return json.dumps({"model": model, "stream": stream, "max_tokens": 64, "messages": messages}).encode()


@contextlib.contextmanager
def calling(
    proxy: Proxy, model: str, *, host: str = "api.openai.com", path: str = CHAT, stream: bool = False, **headers: str
) -> Iterator[http.client.HTTPConnection]:
    """Send a request through the proxy; leaving the block hangs up."""
    context = ssl.create_default_context(cafile=str(proxy.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=context, timeout=PATIENCE)
    connection.set_tunnel(host, 443)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", path, body(model, stream=stream), {"content-type": "application/json", **named})
        yield connection
    finally:
        connection.close()


def call(proxy: Proxy, model: str, *, host: str = "api.openai.com", path: str = CHAT, stream: bool = False) -> bytes:
    """Return the whole body that the client gets, as far as it comes."""
    with calling(proxy, model, host=host, path=path, stream=stream) as connection:
        try:
            return connection.getresponse().read()
        except http.client.IncompleteRead as error:
            return error.partial
        except (ConnectionError, http.client.RemoteDisconnected):
            return b""
