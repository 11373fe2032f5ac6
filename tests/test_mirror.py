"""The shape of the house, checked by walking it: every source file has its twin, is short, and states its law."""

import ast
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "addon/llmtap"
LINES = 300

SOURCES = sorted(PACKAGE.rglob("*.py"))
FILES = sorted(
    file for folder in ("addon", "benchmarks", "demo", "tests") for file in (CHECKOUT / folder).rglob("*.py")
)


def _name(file: Path) -> str:
    return str(file.relative_to(CHECKOUT))


@pytest.mark.parametrize("source", [source for source in SOURCES if not source.name.startswith("__")], ids=_name)
def test_every_source_file_has_its_twin(source: Path) -> None:
    """`addon/llmtap/x/y.py` is tested by `tests/x/test_y.py`."""
    twin = CHECKOUT / "tests" / source.relative_to(PACKAGE).with_name(f"test_{source.name}")
    assert twin.is_file()


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_every_file_is_short(file: Path) -> None:
    """A file has at most 300 lines, tests included."""
    assert len(file.read_text().splitlines()) <= LINES


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_every_source_file_states_its_law(source: Path) -> None:
    """A source file opens with a docstring."""
    assert ast.get_docstring(ast.parse(source.read_text()))
