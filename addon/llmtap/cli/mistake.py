"""A mistake is told in one sentence with its remedy and ends with an exit code, never with a traceback.

Exit codes: 2 for what was typed or configured wrongly, 1 for what went wrong outside.
"""

from typing import IO, Any

import click


class Mistake(click.ClickException):
    """What cannot be done, and what to do about it."""

    def __init__(self, sentence: str, *, exit_code: int = 1) -> None:
        """Say `sentence` on stderr and end with `exit_code`."""
        super().__init__(sentence)
        self.code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """Return the code that click ends with."""
        return self.code

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence to stderr, with our name before it, since a child's own words may stand around it."""
        click.echo(f"llmtap: {self.message}", file=file, err=file is None)
