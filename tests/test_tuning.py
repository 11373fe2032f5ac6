"""The process has what many streams need."""

import gc
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from mitmproxy.addons.save import Save
from mitmproxy.options import Options
from mitmproxy.test import taddons

from llmtap.tuning import COLLECTOR, OPTIONS, prefer, recording

SAID = """
import gc, resource
from llmtap.tuning import tune
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
tune()
files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
print(files, *gc.get_threshold(), gc.get_freeze_count())
"""


def test_a_tuned_process() -> None:
    """Files are limited as hard as allowed, the collector waits, frozen objects are left alone."""
    done = subprocess.run(
        [sys.executable, "-c", SAID], capture_output=True, text=True, check=True, env={"PYTHONPATH": "addon"}
    )

    files, *thresholds, frozen = done.stdout.split()
    assert int(files) == resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert tuple(map(int, thresholds)) == COLLECTOR
    assert int(frozen) > len(gc.get_objects()) // 100


@pytest.mark.parametrize(("stated", "expected"), [(None, False), (True, True), (False, False)])
def test_what_was_set_stays(stated: bool | None, expected: bool) -> None:  # noqa: FBT001 -- what an option can be
    """An option that somebody set is theirs, even where they set it to mitmproxy's own default."""
    options = Options()
    if stated is not None:
        options.update(http2=stated)
    prefer(options, {**OPTIONS, "unknown_here": 1})
    assert (expected, 3600) == (options.http2, options.tcp_timeout)


def test_a_recording_is_told(tmp_path: Path) -> None:
    """mitmproxy records traffic when one of two options names a file; a tool without them does not."""
    with taddons.context(Save()) as context:
        assert not recording(context.options)
        context.options.update(save_stream_file=str(tmp_path / "flows"))
        assert recording(context.options)
        context.options.update(save_stream_file=None)
