"""The README and docs/ show what is: documents with fields that documents have, every command, entries that work."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version as installed
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from llmtap.capture.exchange import Exchange
from llmtap.capture.provider import Providers
from llmtap.cli import main
from llmtap.cli.ledger import Call
from llmtap.cli.tables import console, summary, table_of_calls
from llmtap.cli.totals import Total
from llmtap.config import fallback_prices, load, shipped
from llmtap.decode.inference import Usage
from llmtap.enrich.cost import Prices, price
from tests.enrich.call import exchange, inference
from tests.export.test_document import mapped, names

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text()
ADDING = (CHECKOUT / "docs/adding.md").read_text()
PRICING = (CHECKOUT / "docs/pricing.md").read_text()
COMMANDS = re.findall(r"^  ([a-z]+)  ", CliRunner().invoke(main, ["--help"]).output, re.MULTILINE)


CALL = re.compile(
    r"[\d:]{8}  \S+ +\S+ +(?P<input>\S+) +(?P<output>\S+) +\S+ +(?P<cost>-|\S+ USD) +.*  (?P<id>[0-9a-f]{8})"
)
"""A line of the table that `llmtap run` prints."""


def test_its_document_is_one() -> None:
    """Every field of the document shown is one that the index template maps."""
    template = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes())
    shown = re.search(r"<!-- document:begin -->\n```json\n(.*?)\n```\n<!-- document:end -->", README, re.DOTALL)

    assert shown is not None
    document = json.loads(shown[1])
    assert set(names(document)) - set(mapped(template["template"]["mappings"]["properties"])) == set()
    assert document["gen_ai"]["usage"]["input_tokens"] > 0


def test_its_table_is_that_of_a_run() -> None:
    """The lines shown under `llmtap run` are what the table and its summary look like."""
    shown = re.search(r"<!-- run:begin -->\n```\n(.*?)\n```\n<!-- run:end -->", README, re.DOTALL)
    assert shown is not None
    lines, made = shown[1].splitlines(), StringIO()
    call = Call("a", datetime.now(UTC), provider="anthropic", model="claude-sonnet-4-5-20250929", first_token=0.02)
    console(made).print(table_of_calls([call], "LLM calls of this run"))
    headings = made.getvalue().splitlines()[2].split()

    assert headings == next(line for line in lines if line.startswith("time ")).split()
    assert [total_of(lines)] == [line for line in lines if line.startswith("llmtap: ")]


def total_of(lines: list[str]) -> str:
    """Return the summary of the calls that the README's table lists; the estimate is told in the last line alone."""
    total = Total()
    for line in lines:
        if found := CALL.fullmatch(line):
            counts = [None if value == "-" else int(value) for value in found.group("input", "output")]
            cost = None if found["cost"] == "-" else Decimal(found["cost"].removesuffix(" USD"))
            estimated = Decimal("0.000218") if cost is None else None
            total.add(
                Call(
                    found["id"],
                    datetime.now(UTC),
                    input_tokens=counts[0],
                    output_tokens=counts[1],
                    cost=cost,
                    cost_estimated=estimated,
                    currency="USD",
                    usage_source="reported" if cost is not None else "estimated",
                )
            )
    return f"llmtap: {summary(total)}"


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


def block(name: str, page: str = ADDING) -> str:
    """Return what a page shows between the markers of `name`, without the fence and its indentation."""
    shown = re.search(rf"<!-- {name}:begin -->\n( *)```\w+\n(.*?)\n *```\n *<!-- {name}:end -->", page, re.DOTALL)
    assert shown is not None
    return re.sub(rf"^{shown[1]}", "", shown[2], flags=re.MULTILINE)


def test_a_provider_is_one_entry(tmp_path: Path) -> None:
    """The entry that the docs add, and nothing else, makes an OpenAI-compatible provider a known one."""
    path = tmp_path / "llmtap.yaml"
    path.write_text(re.sub(r"^\+", "", block("provider"), flags=re.MULTILINE))
    settings = load(path, {})
    providers = Providers(settings.providers, settings.capture)
    found = providers.endpoint("llm.acme.example", 443, "POST", "/v1/chat/completions")

    assert found is not None
    assert ("acme", True, True, "openai_chat") == (found.provider, found.known, found.certain, found.wire_format)
    assert providers.opened("llm.acme.example", 443)
    assert not Providers(load(None, {}).providers, load(None, {}).capture).opened("llm.acme.example", 443)


@pytest.mark.parametrize(
    ("name", "file"), [("table", "addon/llmtap/decode/formats/__init__.py"), ("entry", "config/providers.yaml")]
)
def test_a_wire_format_is_added_as_shown(name: str, file: str) -> None:
    """The lines of the worked example are those of the repository."""
    assert block(name) in (CHECKOUT / file).read_text()


@pytest.mark.parametrize(
    ("name", "call", "model", "usage"),
    [
        ("relay", exchange(relay="acme"), "gpt-5", Usage(1_000_000, 100_000)),
        ("discount", exchange(), "gpt-5", Usage(1_000_000, 100_000)),
        ("own", exchange(provider="local", host="llm.internal.example"), "gpt-5", Usage(1000, 1000)),
        ("image", exchange(provider="x.example", host="x.example"), "flux-pro-1.1", Usage(images=2)),
    ],
)
def test_a_price_of_ones_own_is_what_it_shows(
    tmp_path: Path, name: str, call: Exchange, model: str, usage: Usage
) -> None:
    """Each entry of docs/pricing.md loads from the file that llmtap.yaml names, and makes the cost that is shown."""
    (tmp_path / "prices.yaml").write_text(block(name, PRICING))
    (tmp_path / "llmtap.yaml").write_text("prices: prices.yaml")
    settings = load(tmp_path / "llmtap.yaml", {})
    found = price(call, inference(usage, answered=model), Prices(settings.prices, fallback_prices))
    shown = json.loads(
        re.sub(r"genai-prices [\d.]+", f"genai-prices {installed('genai-prices')}", block(f"{name}-cost", PRICING))
    )
    assert found.total == Decimal(shown.pop("total"))
    assert {key: getattr(found, key) for key in shown} == shown


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w/.-]+)\)", ADDING + PRICING))
def test_links_of_the_docs_lead_somewhere(target: str) -> None:
    """A relative link of docs/adding.md or docs/pricing.md is a file or folder of the repository."""
    assert (CHECKOUT / "docs" / target).exists()
