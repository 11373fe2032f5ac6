"""The README shows what is: its document has only fields that documents have, and it names every command."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from llmtap.cli import main
from llmtap.config import shipped
from tests.export.test_document import mapped, names

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text()
COMMANDS = re.findall(r"^  ([a-z]+)  ", CliRunner().invoke(main, ["--help"]).output, re.MULTILINE)


def test_its_document_is_one() -> None:
    """Every field of the document shown is one that the index template maps."""
    template = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes())
    shown = re.search(r"<!-- document:begin -->\n```json\n(.*?)\n```\n<!-- document:end -->", README, re.DOTALL)

    assert shown is not None
    document = json.loads(shown[1])
    assert set(names(document)) - set(mapped(template["template"]["mappings"]["properties"])) == set()
    assert document["gen_ai"]["usage"]["input_tokens"] > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_named(command: str) -> None:
    """The README names each command of `llmtap --help`."""
    assert f"llmtap {command}" in README


def test_there_are_commands() -> None:
    """The help lists the commands that the README is held against."""
    assert {"run", "proxy", "web", "env", "check", "report", "outbox", "setup"} <= set(COMMANDS)


@pytest.mark.parametrize("target", re.findall(r"\]\(([a-z][\w/.-]*)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    """A relative link of the README is a file or folder of the repository."""
    assert (CHECKOUT / target).exists()


@pytest.mark.parametrize("path", re.findall(r"`pytest ([\w/. -]+)`", README))
def test_promises_have_tests(path: str) -> None:
    """The tests that the README names as proof exist."""
    assert all((CHECKOUT / one).exists() for one in path.split())
