"""What a process that carries thousands of slow streams needs of mitmproxy, the operating system and Python; told once.

Each number was measured on streams through mitmproxy (mitmproxy.md sections 0 and 7). Knows nothing of what passes.
"""

import contextlib
import gc
import logging
import resource
from collections.abc import Container, Iterable, Mapping
from typing import Protocol

PROXY_LOGGER = logging.getLogger("mitmproxy.proxy.server")

OPTIONS: Mapping[str, bool | str | int] = {
    "connection_strategy": "lazy",
    "flow_detail": 0,
    "http2": False,
    "tcp_timeout": 3600,
    "upstream_cert": False,
}
"""What replaces mitmproxy's own defaults; an operator's `--set` wins, also where it says what mitmproxy's default is.
`docs/decisions/0003-mitmproxy-options.md` says why: among others, that mitmdump's line for each flow shows the keys
that stand in URLs."""
RECORDINGS = ("save_stream_file", "hardump")
"""Options of mitmproxy that name a file into which the traffic is recorded (`-w`)."""
COLLECTOR = (50_000, 20, 50)
"""Thresholds of the collector: with Python's own, long walks over all live streams make the slowest chunks slow."""


class Option(Protocol):
    """What we use of one of mitmproxy's options: a value of its type, or an `object()` for one that nobody has set."""

    @property
    def value(self) -> object:
        """What it was set to."""


class Options(Container[str], Protocol):
    """What we use of mitmproxy's options. Their `has_changed` takes what was set to its default for what nobody set."""

    def items(self) -> Iterable[tuple[str, Option]]:
        """Return every option that this tool of mitmproxy's has, by name."""

    def update(self, **values: object) -> None:
        """Set options."""


def prefer(options: Options, ours: Mapping[str, object]) -> None:
    """Set what nobody has set; what this tool of mitmproxy's lacks is left out."""
    alone = {name for name, option in options.items() if type(option.value) is object}
    options.update(**{name: value for name, value in ours.items() if name in alone})


def recording(options: Options) -> bool:
    """Return whether the operator lets mitmproxy record the traffic; a recording is to hold all that was said."""
    return any(name in options and getattr(options, name) for name in RECORDINGS)


def tune() -> None:
    """Raise the limit of open files (two a stream) to what is allowed, and leave the event loop in peace."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR)


def worth_saying(record: logging.LogRecord) -> bool:
    """Whether a line of mitmproxy's proxy is news: that a response is streamed is not, since all are."""
    return not record.getMessage().startswith("Streaming response from ")
