"""What a process that carries thousands of slow streams needs of the operating system and of Python; told once.

Each number was measured on streams through mitmproxy (mitmproxy.md section 7). Knows nothing of what the process does.
"""

import contextlib
import gc
import resource
import sys

SWITCH_SECONDS = 0.0005
"""How long the worker may keep the event loop waiting for the interpreter (Python's default is 5 ms)."""
COLLECTOR = (50_000, 20, 50)
"""Thresholds of the collector: with Python's own, long walks over all live streams make the slowest chunks slow."""


def tune() -> None:
    """Raise the limit of open files (two a stream) to what is allowed, and leave the event loop in peace."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR)
    sys.setswitchinterval(SWITCH_SECONDS)
