"""The process has what many streams need."""

import gc
import resource
import subprocess
import sys

from llmtap.tuning import COLLECTOR

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
