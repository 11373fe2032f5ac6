"""`python -m llmtap` is the command."""

import subprocess
import sys


def test_it_is_the_command() -> None:
    """The module answers as the console script does."""
    command = [sys.executable, "-m", "llmtap", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": "addon"})

    assert done.stdout.startswith("Usage: ")
