"""Which WebSocket dialects are known, by wire format, and who reads the messages of either side."""

import re
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

_INTERIM = re.compile(rb'"(?:is_final|end_of_turn)"\s*:\s*false')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the messages of either side are read.

    With `merges`, all that was asked so far is one request; a `whole` session is one answer, however much is said.
    """

    client: Reader
    server: Reader
    merges: bool = False
    whole: bool = False


def silent(data: bytes) -> Mark:  # noqa: ARG001 -- a Reader
    """Return what a message means that nobody reads: sound, or a word in an unknown dialect."""
    return OTHER


def transcript_server(data: bytes) -> Mark:
    """Return what a message means of a session that hears or speaks: a part of the one answer.

    A guess that is made again is none, nor is sound.
    """
    return Mark("event") if data.lstrip()[:1] == b"{" and not _INTERIM.search(data) else OTHER


DIALECTS: Mapping[str, Dialect] = {
    "deepgram_audio": Dialect(silent, transcript_server, whole=True),
    "gemini_live": Dialect(live_client, live_server, merges=True),
    "media_jobs": Dialect(silent, transcript_server, whole=True),
    "openai_realtime": Dialect(realtime_client, realtime_server),
    "openai_responses": Dialect(responses_client, responses_server),
    "spark_chat": Dialect(spark_client, spark_server),
}
"""The dialects by wire format; a session in another one is a single call that lasts as long as it does."""
SILENT = Dialect(silent, silent)
