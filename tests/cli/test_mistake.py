"""A mistake is one sentence on stderr and an exit code."""

import click
from click.testing import CliRunner

from llmtap.cli.mistake import Mistake


def test_a_mistake_is_one_line_and_an_exit_code() -> None:
    """Our name stands before the sentence, and stdout stays empty."""

    @click.command()
    def command() -> None:
        raise Mistake("It is wrong; mend it.", exit_code=2)

    shown = CliRunner().invoke(command)
    assert (2, "", "llmtap: It is wrong; mend it.\n") == (shown.exit_code, shown.stdout, shown.stderr)
