"""Which WebSocket dialects are known, by wire format, and who reads the messages of either side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llmtap.capture.mark import (
    OTHER,
    Mark,
    live_client,
    live_server,
    realtime_client,
    realtime_server,
    responses_client,
    responses_server,
    spark_client,
    spark_server,
)

type Reader = Callable[[bytes], Mark]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the messages of either side are read; with `merges`, all that was asked so far is one request."""

    client: Reader
    server: Reader
    merges: bool = False


DIALECTS: Mapping[str, Dialect] = {
    "gemini_live": Dialect(live_client, live_server, merges=True),
    "openai_realtime": Dialect(realtime_client, realtime_server),
    "openai_responses": Dialect(responses_client, responses_server),
    "spark_chat": Dialect(spark_client, spark_server),
}
"""The dialects by wire format; a session in another one is a single call that lasts as long as it does."""
SILENT = Dialect(lambda _: OTHER, lambda _: OTHER)
