"""The door itself: help for a newcomer, nothing heavy before a command is named, mistakes in a sentence."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from llmtap.cli import COMMANDS, main
from tests.cli.conftest import Invoke, python
from tests.cli.llmtap import environment

HEAVY = ("mitmproxy", "elasticsearch", "genai_prices", "rich", "msgspec", "llmtap.config")


def test_help_lists_the_commands_in_the_order_of_use() -> None:
    """Without arguments, help is shown with every command and its sentence."""
    shown = CliRunner().invoke(main, []).output
    places = [shown.index(f"  {name} ") for name in COMMANDS]
    assert sorted(places) == places
    assert all(sentence in shown for sentence in COMMANDS.values())


def test_help_imports_nothing_heavy() -> None:
    """`llmtap --help` answers at once, since it loads no command."""
    code = (
        "import sys; from llmtap.cli import main; main(['--help'], standalone_mode=False); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = python("-c", code)
    assert done.stderr == "[]\n"


def test_the_module_is_the_command() -> None:
    """`python -m llmtap` is `llmtap`."""
    done = python("-m", "llmtap", "--version")
    assert done.stdout.startswith("llmtap ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(invoke: Invoke, name: str) -> None:
    """Each command of the table exists, under its name, with a help text."""
    shown = invoke(name, "--help")
    assert shown.exit_code == 0
    assert f"llmtap {name}" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("reprot",), "There is no command 'reprot'; did you mean report?"),
        (("xyz",), "There is no command 'xyz'."),
        (("report", "--sinse", "1h"), "No such option"),
        (("outbox", "bury"), "No such command 'bury'"),
        (("run",), "Missing argument"),
        (("report", "--config", "/nowhere.yaml"), "/nowhere.yaml"),
    ],
)
def test_a_mistake_is_a_sentence(invoke: Invoke, arguments: tuple[str, ...], words: str) -> None:
    """What was typed wrongly ends with exit code 2 and says what is wrong."""
    shown = invoke(*arguments)
    assert (2, "") == (shown.exit_code, shown.stdout)
    assert words in shown.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("--help",), ("providers", "--json"), ("providers",), ("check",)])
def test_an_output_that_takes_no_more_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A full disk behind stdout ends with one sentence and exit code 1."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "llmtap", *arguments],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (1, "llmtap: The output cannot be written (No space left on device).\n") == (done.returncode, done.stderr)


def test_a_closed_output_is_no_error(tmp_path: Path) -> None:
    """Where stdout is closed, what would be printed is lost, and no error is made of it."""
    command = [shutil.which("sh") or "sh", "-c", f"{sys.executable} -m llmtap providers --json >&-"]
    done = subprocess.run(command, env=environment(tmp_path), stderr=subprocess.PIPE, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
